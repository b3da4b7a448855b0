#!/usr/bin/env python3
"""Adaptive rates, momentum and teachers: what they cost beside plain SGD, and beside what one writes with NumPy and SciPy.

    python3 bench/gradients.py [build/sgdlimit] [PART ...] > out/gradients.tsv

Parts: options, equations, ensemble; all of them if none is named.

- options: `solve` with a teacher, AdaGrad-Norm, momentum on the scale of d, clipping, beside the plain problem next to it;
- equations: the same nodes integrated with SciPy, the averages by vectorised Gauss-Hermite rules;
- ensemble: runs of SGD, ours with and without what makes steps general, and as one writes them with NumPy.

Columns: part, method, seconds (a rival that would take longer than 20 s is cut short and scaled up: extrapolated 1), ratio to the
first line of the part, the risk at the end, its relative difference from the first line's.
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import json
import subprocess
import sys
import time

import numpy as np
from scipy.integrate import solve_ivp

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "build/sgdlimit"
PATIENCE = 20.0
ONE = "classes: [{weight: 1, covariance: {family: power-law, exponent: 1}, mean: {family: zero}}]\n"
TEACHER = "loss: logistic\nteacher: {signal: {family: constant}, labels: %s}\n" + ONE
SOFT = TEACHER % "logistic-soft"
SQUARE = "loss: least-squares\nteacher: {signal: {family: constant}, labels: linear, noise: 0.5}\n" + ONE
TWO = """loss: logistic
classes:
  - {weight: 0.5, label: 1, covariance: {family: power-law, exponent: 1}, mean: {family: constant}}
  - {weight: 0.5, label: 0, covariance: {family: power-law, exponent: 1}, mean: {family: opposite, of: 1}}
"""
ADAGRAD = ["--learning-rate", "adagrad-norm:eta=1,b0=1"]


def table(command, problem, *flags):
    run = subprocess.run([PROGRAM, command, "-", *flags, "--format", "json", "--timings"], input=problem, stdout=subprocess.PIPE,
                         text=True, check=True)
    return json.loads(run.stdout)


def column(came, name):
    at = came["columns"].index(name)
    return np.array([np.nan if row[at] is None else row[at] for row in came["curves"][0]["rows"]])


def ours(command, problem, *flags, risk="risk"):
    """The last risk and the seconds: the best of five."""
    runs = [table(command, problem, *flags) for _ in range(5)]
    return min(float(came["wall_time"].split()[0]) for came in runs), column(runs[0], risk)[-1]


class Part:
    def __init__(self, name):
        self.name, self.first = name, None

    def line(self, method, seconds, value, extrapolated=0):
        self.first = self.first or (seconds, value)
        print(self.name, method, "%.4g" % seconds, extrapolated, "%.3g" % (seconds / self.first[0]), "%.10g" % value,
              "%.2g" % abs(value / self.first[1] - 1), sep="\t", flush=True)


# ---- options ----------------------------------------------------------------------------------------------------------

def options_part():
    def rate(gamma):
        return ["--time", "1e4", "--points", "2", "--learning-rate", gamma]

    parts = {
        "teacher": {"plain": (TWO, *rate("1")), **{labels: (TEACHER % labels, *rate("1"))
                                                  for labels in ("logistic-soft", "logistic", "sign")}},
        "rate": {"constant": (SQUARE, *rate("0.5")), "adagrad-norm": (SQUARE, *rate("adagrad-norm:eta=0.5,b0=1")),
                 "line-search": (SQUARE, *rate("line-search")), "polyak": (SQUARE, *rate("polyak:risk_min=0.125"))},
        "momentum": {"plain": (SQUARE, *rate("0.5")),
                     "heavy ball": (SQUARE, *rate("0.5"), "--momentum", "{gain: 1, weight: 0.05, decay: 0.5}")},
        "clip": {"plain": (TWO, *rate("1")), "clipped": (TWO, *rate("1"), "--clip", "0.3")},
    }
    for name, methods in parts.items():
        part = Part("solve, " + name)
        for method, work in methods.items():
            part.line(method, *ours("solve", *work))


# ---- equations --------------------------------------------------------------------------------------------------------

def soft_averages(order=40):
    """Of the logistic loss under soft labels of steepness 1 and AdaGrad-Norm: Gauss-Hermite in both of (r, r*)."""
    x, w = np.polynomial.hermite_e.hermegauss(order)
    z1, z2 = np.meshgrid(x, x)
    weight = np.outer(w, w) / w.sum() ** 2

    def logistic(z):
        return 0.5 * (1 + np.tanh(z / 2))

    def at(B, cross, signal):
        r_star = np.sqrt(signal) * z1
        r = cross / np.sqrt(signal) * z1 + np.sqrt(max(B - cross * cross / signal, 0)) * z2
        s, y = logistic(r), logistic(r_star)
        g = s - y
        return [(weight * f).sum() for f in (s * (1 - s), -y * (1 - y), g * g, np.logaddexp(0, r) - y * r)]

    return at


def equations_part(horizons=(10, 1e3, 1e5)):
    nodes = table("spectrum", SOFT, "--time", "%g" % max(horizons))
    w, eigenvalue, signal = (column(nodes, name) for name in ("weight", "eigenvalue_1", "signal"))
    n, trace, variance = len(w), w @ eigenvalue, w @ (eigenvalue * signal ** 2)
    averages = soft_averages()

    def order(state):
        return averages(w @ (eigenvalue * state[n:2 * n]), w @ (eigenvalue * signal * state[:n]), variance)

    def rhs(_, state):
        A, S = state[:n], state[n:2 * n]
        H, J, Q, _ = order(state)
        gamma, c, h = 1 / np.sqrt(1 + state[-1]), eigenvalue * J * signal, eigenvalue * H
        return np.concatenate([-gamma * (c + h * A), -2 * gamma * (c * A + h * S) + gamma ** 2 * eigenvalue * Q, [trace * Q]])

    def rival(method, horizon):
        begin, reached = time.perf_counter(), [0.0]

        def watched(t, state):
            reached[0] = max(reached[0], t)
            if time.perf_counter() - begin > PATIENCE:
                raise TimeoutError
            return rhs(t, state)

        try:
            end = solve_ivp(watched, (0, horizon), np.zeros(2 * n + 1), method=method, rtol=1e-8, atol=1e-12).y[:, -1]
            return time.perf_counter() - begin, order(end)[3], 0
        except TimeoutError:
            return PATIENCE * horizon / max(reached[0], 1e-12), np.nan, 1

    for horizon in horizons:
        part = Part("equations, t = %g" % horizon)
        part.line("sgdlimit", *ours("solve", SOFT, *ADAGRAD, "--time", "%g" % horizon, "--points", "2"))
        for method in ("LSODA", "BDF", "DOP853"):
            part.line("scipy-" + method, *rival(method, horizon))


# ---- ensemble ---------------------------------------------------------------------------------------------------------

def numpy_run(d, steps, rng):
    """AdaGrad-Norm on soft labels, as one writes it."""
    deviation, signal = np.sqrt(np.arange(1, d + 1) / d), np.full(d, 1 / np.sqrt(d))
    x, accumulated = np.zeros(d), 1.0
    for _ in range(steps):
        a = deviation * rng.standard_normal(d)
        gradient = (1 / (1 + np.exp(-(x @ a))) - 1 / (1 + np.exp(-(signal @ a)))) * a
        accumulated += gradient @ gradient / d ** 2
        x -= gradient / (d * np.sqrt(accumulated))
    eigenvalue = deviation ** 2
    return soft_averages()(x @ (eigenvalue * x), x @ (eigenvalue * signal), signal @ (eigenvalue * signal))[3]


def ensemble_part(d=1000, horizon=10, runs=8):
    part = Part("ensemble, d = %d" % d)
    size = ["--dimension", str(d), "--time", str(horizon), "--points", "2", "--runs", str(runs), "--threads", "1", "--kernel", "full"]
    for method, work in {"teacher and adagrad-norm": (SOFT, *ADAGRAD), "teacher": (SOFT, "--learning-rate", "0.8"),
                         "plain": (TWO, "--learning-rate", "0.8"), "clipped": (TWO, "--learning-rate", "0.8", "--clip", "0.3"),
                         "momentum": (TWO, "--learning-rate", "0.08", "--momentum", "0.9")}.items():
        part.line("sgdlimit, " + method, *ours("simulate", *work, *size, risk="risk_mean"))
    begin = time.perf_counter()
    risks = [numpy_run(d, d * horizon, np.random.default_rng(seed)) for seed in range(runs)]
    part.line("numpy, teacher and adagrad-norm", time.perf_counter() - begin, np.mean(risks))


PARTS = {"options": options_part, "equations": equations_part, "ensemble": ensemble_part}

if __name__ == "__main__":
    print("# part", "method", "seconds", "extrapolated", "ratio", "risk", "difference", sep="\t")
    for wanted in sys.argv[2:] or PARTS:
        PARTS[wanted]()
