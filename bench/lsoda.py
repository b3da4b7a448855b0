#!/usr/bin/env python3
"""SciPy's LSODA on the same nodes, as a rival for bench_integrators: the same columns.

    python3 bench/lsoda.py [build/sgdlimit] >> out/horizons.tsv

The right-hand side is vectorised NumPy with 80-point Gauss-Hermite averages, as one would write it.
The ratio is to `sgdlimit solve`'s own wall time in the same run.
"""
import json
import subprocess
import sys
import time

import numpy as np
from scipy.integrate import solve_ivp

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "build/sgdlimit"
FLAGS = ["--covariance", "power-law:exponent=1.1", "--covariance", "power-law:exponent=1.5",
         "--mean", "power-law:exponent=0", "--learning-rate", "1"]
PATIENCE = 20.0
X, W = np.polynomial.hermite_e.hermegauss(80)
W = W / W.sum()


def table(command, horizon, extra=()):
    run = subprocess.run([PROGRAM, command, *FLAGS, "--time", str(horizon), "--format", "json", *extra],
                         capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def averages(m, B, y):
    r = m + np.sqrt(max(B, 0.0)) * X
    s = 0.5 * (1 + np.tanh(r / 2))
    g = s - y
    return W @ g, W @ (s * (1 - s)), W @ (g * g)


def rival(nodes, horizon):
    columns = {name: np.array([row[i] for row in nodes["curves"][0]["rows"]])
               for i, name in enumerate(nodes["columns"])}
    w = columns["weight"]
    lam = [columns["eigenvalue_1"], columns["eigenvalue_2"]]
    nu = [columns["mean_1"], columns["mean_2"]]
    n = len(w)

    def rhs(t, state):
        A, S = state[:n], state[n:]
        dA, dS = np.zeros(n), np.zeros(n)
        for i, y in enumerate((1.0, 0.0)):
            G, H, Q = averages(w @ (A * nu[i]), w @ (lam[i] * S), y)
            dA -= 0.5 * (G * nu[i] + lam[i] * H * A)
            dS += -0.5 * (2 * G * nu[i] * A + 2 * lam[i] * H * S) + 0.5 * lam[i] * Q
        return np.concatenate([dA, dS])

    calls = [0]
    begin = time.perf_counter()

    def watched(t, state):
        calls[0] += 1
        if time.perf_counter() - begin > PATIENCE:
            raise TimeoutError(t)
        return rhs(t, state)

    try:
        solution = solve_ivp(watched, (0, horizon), np.zeros(2 * n), method="LSODA", rtol=1e-8, atol=1e-12)
        return time.perf_counter() - begin, len(solution.t), 0
    except TimeoutError as stopped:
        reached = max(float(stopped.args[0]), 1e-300)
        scale = horizon / reached
        return PATIENCE * scale, calls[0] / 2 * scale, 1


for power in range(1, 7):
    horizon = 10.0 ** power
    ours = table("solve", horizon, ["--points", "2", "--timings"])
    seconds = float(ours["wall_time"].split()[0])
    nodes = table("spectrum", horizon)
    spent, steps, extrapolated = rival(nodes, horizon)
    print("lsoda", "%g" % horizon, len(nodes["curves"][0]["rows"]), "%.4g" % spent, "%.4g" % steps, extrapolated,
          "%.3g" % (spent / max(seconds, 1e-3)), "nan", sep="\t", flush=True)
