#!/usr/bin/env python3
"""Covariances that do not commute beside the products of matrices that they take.

    python3 bench/matrices.py build/sgdlimit > out/matrices.tsv        # d = 100, 200, 400; a minute
    python3 bench/matrices.py build/sgdlimit 800                       # these dimensions

Two classes, learning rate 0.5, t = 100, one thread. `products` are those of order d that the run tells of: one a
right-hand side, two a product with the Jacobian. `floor` is how long NumPy takes for as many in this run, with whatever
BLAS it has; least squares needs none, and stands beside the same time.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
import numpy  # noqa: E402 (the number of threads is read when it is loaded)


def rate(d):
    """Products of order d that NumPy makes in a second."""
    a = numpy.random.default_rng(0).standard_normal((d, d))
    best = float("inf")
    for _ in range(5):
        begin = time.perf_counter()
        for _ in range(3):
            a @ a
        best = min(best, (time.perf_counter() - begin) / 3)
    return 1 / best


def covariance(d, exponent, seed):
    """A power law in a basis of its own."""
    basis, _ = numpy.linalg.qr(numpy.random.default_rng(seed).standard_normal((d, d)))
    matrix = (basis * (numpy.arange(1, d + 1) / d) ** exponent) @ basis.T
    return (matrix + matrix.T) / 2


def solve(program, folder, loss):
    """Seconds, steps and products of a run."""
    command = [program, "solve", "--loss", loss, "--time", "100", "--points", "3", "--learning-rate", "0.5",
               "--covariance", f"file:path={folder}/K1.npy", "--covariance", f"file:path={folder}/K2.npy",
               "--mean", f"file:path={folder}/mu.npy", "--mean", "opposite:of=1"]
    begin = time.perf_counter()
    table = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds = time.perf_counter() - begin
    work = {key: int(value) for key, value in re.findall(r"(steps|rhs_evaluations|krylov_iterations) (\d+)", table)}
    products = work["rhs_evaluations"] + 2 * work["krylov_iterations"] if loss == "logistic" else 0
    return seconds, work["steps"], products


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    print("dimension\tloss\tseconds\tsteps\tproducts\tfloor\tratio")
    for d in [int(text) for text in sys.argv[2:]] or [100, 200, 400]:
        with tempfile.TemporaryDirectory() as folder:
            numpy.save(f"{folder}/K1.npy", covariance(d, 1.2, 1))
            numpy.save(f"{folder}/K2.npy", covariance(d, 0.5, 2))
            numpy.save(f"{folder}/mu.npy", numpy.random.default_rng(3).standard_normal(d) / d**0.5)
            floor = None
            for loss in ("logistic", "least-squares"):
                seconds, steps, products = solve(sys.argv[1], folder, loss)
                floor = products / rate(d) if products else floor
                print(f"{d}\t{loss}\t{seconds:.3g}\t{steps}\t{products}\t{floor:.3g}\t{seconds / floor:.3g}", flush=True)


if __name__ == "__main__":
    main()
