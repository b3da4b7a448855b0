#!/usr/bin/env python3
"""Least squares against many unit vectors: what a curve to t = 100 costs, beside the same equations as one writes them with NumPy.

    python3 bench/many_classes.py [build/sgdlimit] [CLASSES ...] > out/many_classes.tsv      # 100 300 1000

Independent Gaussian means at d = infinity, isotropic covariances, class weights i^-1.1. The rival carries A [C x C] and the
diagonal of S [C] and takes Runge-Kutta steps of fourth order, 0.1 long. Columns: classes, method, seconds (of the whole process;
of the rival, the integration alone, cut short after 20 s and scaled up: extrapolated 1), ratio to ours, the risk at the end, its
relative difference from ours.
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import subprocess
import sys
import time

import numpy as np

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "build/sgdlimit"
CLASSES = [int(text) for text in sys.argv[2:]] or [100, 300, 1000]
PATIENCE = 20.0
RATE, HORIZON, STEP = 0.5, 100.0, 0.1


def ours(classes):
    command = [PROGRAM, "solve", "--quiet", "--loss", "least-squares", "--encoding", "one-hot", "--class-count", str(classes),
               "--class-weights", "zipf:exponent=1.1", "--learning-rate", str(RATE), "--time", str(HORIZON)]
    began = time.perf_counter()
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds = time.perf_counter() - began
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return seconds, float(lines[-1].split("\t")[lines[0].split("\t").index("risk")])


def rival(classes):
    weight = np.arange(1, classes + 1) ** -1.1
    weight /= weight.sum()
    target = np.eye(classes)

    def change(A, S):
        off = A - target  # [output, class]: m - y
        pull = weight * off
        return (-RATE * (pull + A),
                -2 * RATE * ((pull * A).sum(axis=1) + S) + RATE**2 * (S + (pull * off).sum(axis=1)))

    A, S = np.zeros((classes, classes)), np.zeros(classes)
    steps, done = round(HORIZON / STEP), 0
    began = time.perf_counter()
    while done < steps and time.perf_counter() - began < PATIENCE:
        a1, s1 = change(A, S)
        a2, s2 = change(A + STEP / 2 * a1, S + STEP / 2 * s1)
        a3, s3 = change(A + STEP / 2 * a2, S + STEP / 2 * s2)
        a4, s4 = change(A + STEP * a3, S + STEP * s3)
        A = A + STEP / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
        S = S + STEP / 6 * (s1 + 2 * s2 + 2 * s3 + s4)
        done += 1
    seconds = (time.perf_counter() - began) * steps / done
    risk = (S.sum() + (weight * (A - target) ** 2).sum()) / 2
    return seconds, risk if done == steps else np.nan, done < steps


print("classes\tmethod\tseconds\textrapolated\tratio\trisk\tdifference")
for classes in CLASSES:
    seconds, risk = ours(classes)
    print(f"{classes}\tshared\t{seconds:.4g}\t0\t1\t{risk:.12g}\t0", flush=True)
    other, other_risk, cut = rival(classes)
    print(f"{classes}\tnumpy\t{other:.4g}\t{int(cut)}\t{other / seconds:.4g}\t{other_risk:.12g}\t{other_risk / risk - 1:.2g}",
          flush=True)
