#!/usr/bin/env python3
"""Gradient methods on a fixed data set: the theory's cost beside what one writes with NumPy, and beside the iteration that is published.

    python3 bench/fixed_data.py [build/sgdlimit] [PART ...] > out/fixed-data.tsv

Parts: isotropic, nodes, sampled, fraction, threads, long; all but long if none is named.

- isotropic: least squares with K = I, 200 steps of gradient descent, whole processes, beside the same recursion in NumPy and beside one sweep of the
  self-consistent Monte Carlo iteration (paths drawn from the kernels of the sweep before; some 25 sweeps are needed: extrapolated);
- nodes: two classes, 16 nodes, 400 steps, one thread, beside the same recursion in NumPy (its first 100 steps, scaled by the cube);
- sampled, fraction: logistic loss, 60 steps of full batch and of three tenths of the samples: seconds and standard error of norm2, known from several seeds, beside
  a plain Monte Carlo pass in NumPy. What counts is seconds x error^2, the last column, as a ratio to ours;
- threads: one and two;
- long: 2,000 steps of least squares on 16 nodes (minutes).

Columns: part, method, seconds, extrapolated, ratio of seconds to the first line of the part, value, its standard error, ratio of seconds x error^2.
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import json
import subprocess
import sys
import time

import numpy as np

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "build/sgdlimit"
LEVELS = [(k + 0.5) / 16 for k in range(16)]


def listed(values):
    return "[" + ", ".join("%.17g" % v for v in values) + "]"


def piecewise(values):
    return "{family: piecewise, breaks: %s, values: %s}" % (listed([k / 16 for k in range(1, 16)]), listed(values))


def two_classes(loss, labels, **more):
    lam = [[u ** 1.1 for u in LEVELS], [1.3 * u ** 1.5 for u in LEVELS]]
    nu = [[1.2] * 16, [-0.9 + 0.5 * u ** 0.3 for u in LEVELS]]
    lines = ["loss: " + loss, "data: {ratio: 1.5}", "ridge: 0.02", "classes:"]
    for i in range(2):
        lines.append("  - {weight: %g, label: %g, covariance: %s, mean: %s}"
                     % ((0.35, 0.65)[i], labels[i], piecewise(lam[i]), piecewise(nu[i])))
    return "\n".join(lines + ["%s: %s" % pair for pair in more.items()]) + "\n"


ISOTROPIC = """data: {ratio: 3}
loss: least-squares
teacher: {signal: {family: constant}, labels: linear, noise: 0.5}
classes: [{weight: 1, covariance: {family: isotropic}, mean: {family: zero}}]
batch: full
learning_rate: 0.3
ridge: 0.16666666666666667
start: {norm2: 1}
time: 200
"""


def run(problem, *flags):
    """The last row and the seconds of the whole process."""
    begin = time.perf_counter()
    done = subprocess.run([PROGRAM, "solve", "-", "--points", "2", *flags, "--format", "json"], input=problem, stdout=subprocess.PIPE, text=True,
                          check=True)
    seconds = time.perf_counter() - begin
    came = json.loads(done.stdout)
    return dict(zip(came["columns"], came["curves"][0]["rows"][-1])), seconds


def best(problem, *flags, rounds=5):
    runs = [run(problem, *flags) for _ in range(rounds)]
    return runs[0][0], min(seconds for _, seconds in runs)


class Part:
    def __init__(self, name):
        self.name, self.first = name, None

    def line(self, method, seconds, value, error=0.0, extrapolated=0):
        self.first = self.first or (seconds, error)
        work = seconds * error ** 2 / (self.first[0] * self.first[1] ** 2) if self.first[1] > 0 else np.nan
        print(self.name, method, "%.4g" % seconds, extrapolated, "%.3g" % (seconds / self.first[0]), "%.10g" % value, "%.2g" % error, "%.3g" % work,
              sep="\t", flush=True)


# ---- least squares ----------------------------------------------------------------------------------------------------

def recursion(steps, ratio, rate, ridge, lam, nu, p, y, signal=None, noise=0.0, start=0.0):
    """Least squares on nodes (rows of lam: classes), each array a step longer every step; |X|^2 at the end."""
    C, N = lam.shape
    w = 1.0 / N
    R, a = np.zeros((N, steps + 1, steps)), np.zeros((N, steps + 1, 2))
    a[:, 0, 1] = np.sqrt(start)
    Cg, Rg, Rs = np.zeros((C, steps, steps)), np.zeros((C, steps, steps)), np.zeros((C, steps))
    E = np.zeros((C, steps))
    for t in range(steps):
        Cbar = np.einsum("i,in,ist->nst", p, lam, Cg[:, :t, :t]) / ratio
        v = np.einsum("nst,nt->ns", Cbar, R[:, t, :t])
        cov = np.einsum("nsk,nk->ns", R[:, :t + 1, :t], v) + np.einsum("nsk,nk->ns", a[:, :t + 1], a[:, t])
        for i in range(C):
            B, rho = w * lam[i] @ cov, w * lam[i] @ R[:, t, :t] / ratio
            if signal is None:
                m = w * nu[i] @ a[:, :t + 1, 0]
                A, dm = B + (m - y[i]) * (m[t] - y[i]), m - y[i]
            else:
                cross = w * (lam[i] * signal) @ a[:, :t + 1, 0]
                A, dm = B - cross - cross[t] + w * lam[i] @ signal ** 2 + noise ** 2, np.zeros(t + 1)
            ag = Rg[i, :t, :t] @ A[:t]
            eg = ag + Cg[i, :t, :t] @ rho
            Cg[i, t, :t] = Cg[i, :t, t] = eg
            Cg[i, t, t] = A[t] + rho @ ag + rho @ eg
            Rg[i, t, :t], Rg[i, t, t] = rho @ Rg[i, :t, :t], 1
            E[i, t] = dm[t] + rho @ E[i, :t]
            Rs[i, t] = -Rg[i, t].sum()
        Rbar = np.einsum("i,in,is->ns", p, lam, Rg[:, t, :t + 1])
        R[:, t + 1] = R[:, t] - rate * (ridge * R[:, t] + np.einsum("ns,nsk->nk", Rbar, R[:, :t + 1]))
        R[:, t + 1, t] -= rate
        z = ridge * a[:, t] + np.einsum("ns,nsk->nk", Rbar, a[:, :t + 1])
        for i in range(C):
            z[:, 0] += p[i] * (E[i, t] * nu[i] if signal is None else Rs[i, t] * lam[i] * signal)
        a[:, t + 1] = a[:, t] - rate * z
    Cbar = np.einsum("i,in,ist->nst", p, lam, Cg) / ratio
    return w * (np.einsum("ns,nst,nt->", R[:, steps], Cbar, R[:, steps]) + (a[:, steps] ** 2).sum())


def sweep(steps=200, paths=1000, rng=np.random.default_rng(1)):
    """One sweep of the self-consistent iteration, square loss: paths of the sample side from given kernels, their statistics."""
    C, R = np.eye(steps) + 0.5, -0.1 * np.tri(steps, k=-1)
    w = rng.standard_normal((paths, steps)) @ np.linalg.cholesky(C).T
    g, D = np.zeros((paths, steps)), np.zeros((paths, steps, steps))
    for t in range(steps):
        g[:, t] = w[:, t] + g[:, :t] @ R[t, :t]
        D[:, t, :t] = np.einsum("k,pks->ps", R[t, :t], D[:, :t, :t])
        D[:, t, t] = 1
    return (g.T @ g / paths)[-1, -1] + D.mean(0)[-1, 0]


def timed(work, *arguments):
    begin = time.perf_counter()
    value = work(*arguments)
    return value, time.perf_counter() - begin


def isotropic_part():
    part = Part("isotropic")
    row, seconds = best(ISOTROPIC)
    part.line("sgdlimit", seconds, row["norm2"])
    one = np.ones((1, 1))
    value, seconds = timed(lambda: recursion(200, 3, 0.3, 1 / 6, one, 0 * one, [1], [0], np.ones(1), 0.5, 1.0))
    part.line("numpy", seconds, value)
    _, seconds = timed(sweep)
    part.line("self-consistent iteration, 25 sweeps of 1000 paths", 25 * seconds, np.nan, extrapolated=1)


def nodes_part():
    part = Part("nodes")
    problem = two_classes("least-squares", (1, -1), batch="full", learning_rate=0.4)
    row, seconds = best(problem, "--time", "400", rounds=3)
    part.line("sgdlimit", seconds, row["norm2"])
    lam = np.array([[u ** 1.1 for u in LEVELS], [1.3 * u ** 1.5 for u in LEVELS]])
    nu = np.array([[1.2] * 16, [-0.9 + 0.5 * u ** 0.3 for u in LEVELS]])
    _, seconds = timed(lambda: recursion(100, 1.5, 0.4, 0.02, lam, nu, [0.35, 0.65], [1, -1]))
    part.line("numpy", 64 * seconds, np.nan, extrapolated=1)


# ---- logistic loss ----------------------------------------------------------------------------------------------------

def plain(steps, fraction, paths, seed, ratio=1.5, rate=0.5, ridge=0.02):
    """A Monte Carlo pass as one writes it: |X|^2 at the end."""
    rng = np.random.default_rng(seed)
    lam = np.array([[u ** 1.1 for u in LEVELS], [1.3 * u ** 1.5 for u in LEVELS]])
    nu = np.array([[1.2] * 16, [-0.9 + 0.5 * u ** 0.3 for u in LEVELS]])
    p, y, N, w = np.array([0.35, 0.65]), np.array([1.0, 0.0]), 16, 1 / 16
    R, a = np.zeros((N, steps + 1, steps)), np.zeros((N, steps + 1))
    Cg, Rg, E = np.zeros((2, steps, steps)), np.zeros((2, steps, steps)), np.zeros((2, steps))
    L, xi, g = np.zeros((2, steps, steps)), np.zeros((2, steps, paths)), np.zeros((2, steps, paths))
    D = np.zeros((2, steps, steps, paths), dtype=np.float32)
    for t in range(steps):
        Cbar = np.einsum("i,in,ist->nst", p, lam, Cg[:, :t, :t]) / ratio
        v = np.einsum("nst,nt->ns", Cbar, R[:, t, :t])
        cov = np.einsum("nsk,nk->ns", R[:, :t + 1, :t], v) + a[:, :t + 1] * a[:, t, None]
        for i in range(2):
            B, rho, m = w * lam[i] @ cov, w * lam[i] @ R[:, t, :t] / ratio, w * nu[i] @ a[:, t]
            for j in range(t):
                L[i, t, j] = (B[j] - L[i, t, :j] @ L[i, j, :j]) / L[i, j, j] if L[i, j, j] > 0 else 0
            pivot = B[t] - L[i, t, :t] @ L[i, t, :t]
            L[i, t, t] = np.sqrt(pivot) if pivot > 1e-10 * B[t] else 0
            xi[i, t] = rng.standard_normal(paths)
            r = m + L[i, t, :t + 1] @ xi[i, :t + 1] + rho @ g[i, :t]
            q = 1 / (1 + np.exp(-r))
            s = (rng.random(paths) < fraction) / fraction
            g[i, t] = s * (q - y[i])
            Cg[i, t, :t] = Cg[i, :t, t] = g[i, :t] @ (q - y[i]) / paths
            Cg[i, t, t] = ((q - y[i]) ** 2).mean() / fraction
            E[i, t] = (q - y[i]).mean()
            h = q * (1 - q)
            if t > 0:
                new = np.tensordot(rho.astype(np.float32), D[i, :t, :t], 1)
                Rg[i, t, :t] = (new * h).mean(1)
                D[i, t, :t] = new * (s * h)
            Rg[i, t, t] = h.mean()
            D[i, t, t] = s * h
        Rbar = np.einsum("i,in,is->ns", p, lam, Rg[:, t, :t + 1])
        R[:, t + 1] = R[:, t] - rate * (ridge * R[:, t] + np.einsum("ns,nsk->nk", Rbar, R[:, :t + 1]))
        R[:, t + 1, t] -= rate
        a[:, t + 1] = a[:, t] - rate * (ridge * a[:, t] + (Rbar * a[:, :t + 1]).sum(1) + (p * E[:, t]) @ nu)
    Cbar = np.einsum("i,in,ist->nst", p, lam, Cg) / ratio
    return w * (np.einsum("ns,nst,nt->", R[:, steps], Cbar, R[:, steps]) + (a[:, steps] ** 2).sum())


def sampled(name, batch, fraction, paths):
    part = Part(name)
    problem = two_classes("logistic", (1, 0), batch=batch, learning_rate=0.5, time=60)
    runs = [run(problem, "--seed", str(seed)) for seed in range(1, 7)]
    values = np.array([row["norm2"] for row, _ in runs])
    part.line("sgdlimit", min(seconds for _, seconds in runs), values.mean(), values.std(ddof=1))
    begin = time.perf_counter()
    values = np.array([plain(60, fraction, paths, seed) for seed in range(4)])
    part.line("numpy, %d paths a class" % paths, (time.perf_counter() - begin) / 4, values.mean(), values.std(ddof=1))


def threads_part():
    part = Part("threads")
    problem = two_classes("logistic", (1, 0), batch="{fraction: 0.3}", learning_rate=0.5, time=60)
    for threads in "1", "2":
        os.environ["OMP_NUM_THREADS"] = threads
        row, seconds = best(problem, "--paths", "8192", rounds=3)
        part.line(threads, seconds, row["norm2"])
    os.environ["OMP_NUM_THREADS"] = "1"


def long_part():
    os.environ.pop("OMP_NUM_THREADS", None)
    row, seconds = best(two_classes("least-squares", (1, -1), batch="full", learning_rate=0.4), "--time", "2000", rounds=1)
    Part("long").line("sgdlimit, two threads", seconds, row["norm2"])


PARTS = {"isotropic": isotropic_part, "nodes": nodes_part, "sampled": lambda: sampled("sampled", "full", 1.0, 4000),
         "fraction": lambda: sampled("fraction", "{fraction: 0.3}", 0.3, 4000), "threads": threads_part, "long": long_part}

if __name__ == "__main__":
    print("# part", "method", "seconds", "extrapolated", "ratio", "value", "standard_error", "work_ratio", sep="\t")
    for wanted in sys.argv[2:] or [name for name in PARTS if name != "long"]:
        PARTS[wanted]()
