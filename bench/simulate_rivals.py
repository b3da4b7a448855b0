"""Streaming SGD as one writes it in NumPy and in Numba: coordinate updates per second, one core.

    python3 simulate_rivals.py D

prints two numbers, nan where a package is missing.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import sys
import time

GAMMA = 0.5
SECONDS = 1.0


def rate(run, d):
    """Best of three runs of about a third of a second each."""
    steps = max(1, int(1e6 / d))
    run(steps)  # warm up, compile
    begin = time.perf_counter()
    run(steps)
    steps = max(1, int(steps * SECONDS / 3 / (time.perf_counter() - begin)))
    best = 0.0
    for _ in range(3):
        begin = time.perf_counter()
        run(steps)
        best = max(best, steps * d / (time.perf_counter() - begin))
    return best


def numpy_rate(d):
    try:
        import numpy as np
    except ImportError:
        return float("nan")
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

    return rate(run, d)


def numba_rate(d):
    try:
        import numba
        import numpy as np
    except ImportError:
        return float("nan")

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

    mean = np.full(d, 1 / np.sqrt(d))
    deviation = np.ones(d)
    x = np.zeros(d)
    a = np.zeros(d)
    return rate(lambda steps: steps_of(x, mean, deviation, a, steps), d)


if __name__ == "__main__":
    dimension = int(sys.argv[1])
    print(numpy_rate(dimension), numba_rate(dimension))
