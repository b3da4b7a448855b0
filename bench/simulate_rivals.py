"""What others need, one core, when asked: CPU nanoseconds, nan where a package is missing.

    printf 'numpy 1000\nnumba 1000\nnormals sfc64 float32\n' | python3 simulate_rivals.py

`numpy D`, `numba D`: a coordinate update of streaming SGD as one writes it there, in D coordinates. `normals GENERATOR TYPE`: a
standard normal, of NumPy's generators sfc64, pcg64, or of torch. Every question measures a few tenths of a second.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import functools
import sys
import time

GAMMA = 0.5
SECONDS = 0.2
BLOCK = 4096


@functools.lru_cache(maxsize=None)
def numpy_loop(d):
    import numpy as np

    rng = np.random.default_rng(1)
    mean = np.full(d, 1 / np.sqrt(d))
    deviation = np.ones(d)
    x = np.zeros(d)

    def run(steps):
        for _ in range(steps):
            sign = 1.0 if rng.random() < 0.5 else -1.0
            a = sign * mean + deviation * rng.standard_normal(d)
            g = -sign / (1 + np.exp(sign * (x @ a)))
            x[:] -= GAMMA / d * g * a

    return run, d


@functools.lru_cache(maxsize=None)
def numba_steps():
    import numba
    import numpy as np

    @numba.njit(fastmath=True)
    def steps_of(x, mean, deviation, a, steps):
        d = len(x)
        for _ in range(steps):
            sign = 1.0 if np.random.random() < 0.5 else -1.0
            r = 0.0
            for n in range(d):
                a[n] = sign * mean[n] + deviation[n] * np.random.standard_normal()
                r += x[n] * a[n]
            c = GAMMA / d * sign / (1 + np.exp(sign * r))
            for n in range(d):
                x[n] += c * a[n]

    return steps_of


@functools.lru_cache(maxsize=None)
def numba_loop(d):
    import numpy as np

    steps_of = numba_steps()
    mean = np.full(d, 1 / np.sqrt(d))
    deviation = np.ones(d)
    x = np.zeros(d)
    a = np.zeros(d)
    steps_of(x, mean, deviation, a, 1)  # compiles
    return lambda steps: steps_of(x, mean, deviation, a, steps), d


@functools.lru_cache(maxsize=None)
def normals_loop(generator, kind):
    if generator == "torch":
        import torch

        torch.set_num_threads(1)
        out = torch.empty(BLOCK, dtype=getattr(torch, kind))
        draw = out.normal_
    else:
        import numpy as np

        rng = np.random.Generator({"sfc64": np.random.SFC64, "pcg64": np.random.PCG64}[generator](1))
        out = np.empty(BLOCK, kind)
        draw = functools.partial(rng.standard_normal, dtype=kind, out=out)

    def run(times):
        for _ in range(times):
            draw()

    return run, BLOCK


def measure(run, size):
    """The best of three, after one that tells how many are some tenths of a second."""
    times = max(1, int(1e5 / size))
    begin = time.process_time()
    run(times)
    times = max(1, int(times * SECONDS / 3 / max(time.process_time() - begin, 1e-6)))
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        run(times)
        best = min(best, (time.process_time() - begin) / times / size)
    return 1e9 * best


def answer(question):
    what, *words = question.split()
    try:
        if what == "normals":
            return measure(*normals_loop(*words))
        return measure(*{"numpy": numpy_loop, "numba": numba_loop}[what](int(words[0])))
    except ImportError:
        return float("nan")


if __name__ == "__main__":
    for line in sys.stdin:
        print(answer(line), flush=True)
