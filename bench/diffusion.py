#!/usr/bin/env python3
"""SGD as a diffusion beside what one writes with SciPy, and beside the package fplanck where it is installed.

    python3 bench/diffusion.py [build/sgdlimit] [PART ...] > out/diffusion.tsv

Parts: solve, gap, momentum, plane; all of them if none is named. Each part runs our program, and then its rivals on the
same grid. Columns: part, method, its size, seconds (a rival that would take longer than 20 s is cut short and scaled up
to its end: extrapolated 1), ratio to ours, the number that was sought, its relative difference from ours. The last
column is the limit that we hold ourselves to.
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import json
import subprocess
import sys
import time

import numpy as np
from scipy import linalg, sparse
from scipy.integrate import solve_ivp
from scipy.sparse.linalg import eigs, expm_multiply, splu

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "build/sgdlimit"
PATIENCE = 20.0
BOX = (-2.7, 2.05)
WELL = "double-well:scale=0.5,linear=1.2,quadratic=0.5"
FLAGS = ["--model", "landscape", "--learning-rate", "0.01", "--format", "json", "--timings"]


# ---- what is measured -------------------------------------------------------------------------------------------------

def ours(command, *flags, potential=WELL):
    """A table of ours as columns, and its seconds: the best of three."""
    best = np.inf
    for _ in range(3):
        run = subprocess.run([PROGRAM, command, "--potential", potential, *FLAGS, *flags], stdout=subprocess.PIPE, text=True,
                             check=True)
        table = json.loads(run.stdout)
        best = min(best, float(table["wall_time"].split()[0]))
    rows = [row for curve in table["curves"] for row in curve["rows"]]
    return {name: np.array([np.nan if row[i] is None else float(row[i]) for row in rows])
            for i, name in enumerate(table["columns"])}, best


class Part:
    """Lines of one part: ours first, which the others are held against."""

    def __init__(self, name, limit):
        self.name, self.limit = name, limit

    def line(self, method, size, seconds, value, extrapolated=0):
        if method == "sgdlimit":
            self.seconds, self.value = seconds, value
        print(self.name, method, size, "%.4g" % seconds, extrapolated, "%.3g" % (seconds / self.seconds), "%.10g" % value,
              "%.2g" % abs(value / self.value - 1), self.limit if method == "sgdlimit" else "", sep="\t", flush=True)

    def rival(self, method, size, work):
        """work() returns the number, or the number and the share of the work that was done within PATIENCE."""
        begin = time.perf_counter()
        try:
            found = work()
        except Exception as failure:  # a rival that fails says so and is no reason to stop
            print("# %s: %s failed: %s" % (self.name, method, str(failure).split("\n")[0]), flush=True)
            return
        spent = time.perf_counter() - begin
        value, share = found if isinstance(found, tuple) else (found, 1.0)
        self.line(method, size, spent / share, value, int(share < 1))


# ---- the operator as one writes it ------------------------------------------------------------------------------------

def loss(x):
    return 0.5 * (x * x - 1) ** 2 * (1 + 1.2 * x + 0.5 * x * x)


def slope(x):
    return 2 * x * (x * x - 1) * (1 + 1.2 * x + 0.5 * x * x) + 0.5 * (x * x - 1) ** 2 * (1.2 + x)


def bernoulli(z):
    return np.where(np.abs(z) < 1e-8, 1 - z / 2, z / np.expm1(np.where(z == 0, 1, z)))


def rates(cells, D, box=BOX):
    """Scharfetter and Gummel's rates up and down between even cells, and the centres."""
    edge = np.linspace(*box, cells + 1)
    x = (edge[1:] + edge[:-1]) / 2
    step = np.diff(loss(x)) / D
    scale = D / (x[1] - x[0]) ** 2
    return scale * bernoulli(step), scale * bernoulli(-step), x


def generator(up, down):
    n = len(up) + 1
    diagonal = np.zeros(n)
    diagonal[:-1] -= up
    diagonal[1:] -= down
    return sparse.diags([up, diagonal, down], [-1, 0, 1], format="csc")


def start(x, at=1.0, width=0.05):
    p = np.exp(-0.5 * ((x - at) / width) ** 2)
    return p / p.sum()


SADDLE = 0.2542628300


def flat(p, x):
    """The mass left of the saddle, whose cell is split linearly."""
    h = x[1] - x[0]
    return float(p @ np.clip((SADDLE - x) / h + 0.5, 0, 1))


# ---- parts ------------------------------------------------------------------------------------------------------------

def solve_part():
    cells, horizon, D = 1600, 1e5, 0.1
    part = Part("solve", "under 0.4 s")
    table, seconds = ours("solve", "--noise", "constant:value=320", "--batch", "16", "--box", "%g,%g" % BOX, "--cells",
                          str(cells), "--time", "%g" % horizon, "--start-at", "1", "--points", "41", "--spacing", "log")
    part.line("sgdlimit", cells, seconds, table["p_1"][-1])
    up, down, x = rates(cells, D)
    Q = generator(up, down)

    def integrate(method, **options):
        begin = time.perf_counter()
        reached = [0.0]

        def rhs(t, p):
            reached[0] = max(reached[0], t)
            if time.perf_counter() - begin > PATIENCE:
                raise TimeoutError
            return Q @ p

        try:
            solution = solve_ivp(rhs, (0, horizon), start(x), method=method, rtol=1e-8, atol=1e-12, **options)
            return flat(solution.y[:, -1], x)
        except TimeoutError:
            return np.nan, max(reached[0] / horizon, 1e-12)

    part.rival("scipy-BDF", cells, lambda: integrate("BDF", jac=Q))
    part.rival("scipy-Radau", cells, lambda: integrate("Radau", jac=Q))
    part.rival("scipy-LSODA", cells, lambda: integrate("LSODA", lband=1, uband=1))

    def multiply(steps=1e-2):
        begin, t, p = time.perf_counter(), 0.0, start(x)
        while t < horizon and time.perf_counter() - begin < PATIENCE:
            p = expm_multiply(Q * steps, p)
            t += steps
        return (flat(p, x), 1.0) if t >= horizon else (np.nan, t / horizon)

    fewer = rates(400, D)
    dense = generator(*fewer[:2]).toarray() * horizon
    part.rival("scipy-expm", 400, lambda: flat(linalg.expm(dense) @ start(fewer[2]), fewer[2]))
    part.rival("scipy-expm_multiply", cells, multiply)
    fplanck = package()
    if fplanck:
        part.rival("fplanck-propagate", 800, lambda: (flat(*propagated(fplanck, 800, D, 1.0)), 1.0 / horizon))


def gap_part():
    cells = 3200
    for D in (0.1, 0.02, 0.01):
        part = Part("gap at D = %g" % D, "under 0.5 s")
        table, seconds = ours("limit", "--noise", "constant:value=%.17g" % (200 * D), "--box", "%g,%g" % BOX, "--cells", str(cells))
        part.line("sgdlimit", cells, seconds, table["gap"][0])
        up, down, x = rates(cells, D)
        Q = generator(up, down)

        def symmetric():
            return -linalg.eigh_tridiagonal(Q.diagonal(), np.sqrt(up * down), select="i",
                                            select_range=(cells - 2, cells - 1))[0][0]

        part.rival("scipy-eigh_tridiagonal", cells, symmetric)
        part.rival("scipy-eigs", cells, lambda: np.sort(np.abs(eigs(Q, k=2, sigma=1e-9, which="LM")[0]))[1])
        fplanck = package()
        if fplanck:
            matrix = planck(fplanck, 800, D).master_matrix
            part.rival("fplanck-eigs", 800, lambda: np.sort(np.abs(eigs(matrix, k=2, sigma=1e-9, which="LM")[0]))[1])


def momentum_part():
    """Modes in V at cells, staggered: the matrix that one would give to ARPACK."""
    cells, modes, box = 400, 20, (-2.5, 1.85)
    part = Part("momentum", "under 0.05 s")
    table, seconds = ours("limit", "--noise", "constant:value=2", "--momentum", "0.9", "--box", "%g,%g" % box, "--cells", str(cells),
                          "--hermite", str(modes))
    part.line("sgdlimit", "%dx%d" % (cells, modes), seconds, table["gap"][0])
    eta, mu, T = 0.01, 0.9, 0.1
    h = np.sqrt(2 * eta / (1 + mu))
    friction = 2 * (1 - mu) / ((1 + mu) * h)

    def slowest():
        edge = np.linspace(*box, cells + 1)
        centre = (edge[1:] + edge[:-1]) / 2
        dx = centre[1] - centre[0]
        root = np.exp(-loss(centre) / (2 * T))
        face = np.exp(-loss(edge[1:-1]) / (2 * T))
        # sqrt(T) sqrt(pi) d/dx (f / sqrt(pi)): even modes live on cells, odd ones on faces
        up = np.sqrt(T) / dx * sparse.diags([-face / root[:-1], face / root[1:]], [0, 1], shape=(cells - 1, cells))
        down = np.sqrt(T) / dx * sparse.diags([-root[1:] / face, root[:-1] / face], [-1, 0], shape=(cells, cells - 1))
        blocks = [[None] * modes for _ in range(modes)]
        for n in range(modes):
            size = cells if n % 2 == 0 else cells - 1
            blocks[n][n] = -n * friction * sparse.identity(size)
            if n > 0:
                step = np.sqrt(n) * (up if n % 2 else down)
                blocks[n][n - 1] = -step
                blocks[n - 1][n] = step.T
        values = eigs(sparse.bmat(blocks, format="csc"), k=2, sigma=1e-9, which="LM")[0]
        return np.sort(np.abs(values.real))[1]

    part.rival("scipy-eigs", "%dx%d" % (cells, modes), slowest)


def plane_part():
    """U(x) + y^2: the rate in x is that of one coordinate."""
    nx, ny, D, boxes = 200, 120, 0.1, (BOX, (-2.5, 2.5))
    part = Part("plane", "under 1 s")
    terms = "terms:terms=0:0:0.5;1:0:0.6;2:0:-0.75;3:0:-1.2;5:0:0.6;6:0:0.25;0:2:1"
    table, seconds = ours("limit", "--noise", "constant:value=20", "--box",
                          "[[%g, %g], [%g, %g]]" % (boxes[0] + boxes[1]), "--cells", "%d,%d" % (nx, ny), potential=terms)
    part.line("sgdlimit", "%dx%d" % (nx, ny), seconds, table["gap"][0])
    up, down, _ = rates(nx, D, boxes[0])
    edge = np.linspace(*boxes[1], ny + 1)
    y = (edge[1:] + edge[:-1]) / 2
    step, scale = np.diff(y * y) / D, D / (y[1] - y[0]) ** 2
    Q = sparse.kronsum(generator(scale * bernoulli(step), scale * bernoulli(-step)), generator(up, down)).tocsc()
    part.rival("scipy-eigs", "%dx%d" % (nx, ny), lambda: np.sort(np.abs(eigs(Q, k=2, sigma=1e-9, which="LM")[0]))[1])
    part.rival("scipy-splu", "%dx%d" % (nx, ny), lambda: inverse_iteration(Q))


def inverse_iteration(Q, steps=30):
    """The slow rate with one sparse factorisation; the stationary state is taken out."""
    solver = splu(Q - 1e-6 * sparse.identity(Q.shape[0], format="csc"))
    steady = np.ones(Q.shape[0])
    for _ in range(3):
        steady = solver.solve(steady)
        steady /= steady.sum()
    p = np.linspace(-1, 1, Q.shape[0])
    p -= steady * p.sum()
    for _ in range(steps):
        q = solver.solve(p)
        q -= steady * q.sum()
        rate = -(p @ p) / (p @ q) - 1e-6
        p = q / np.linalg.norm(q)
    return rate


# ---- fplanck ----------------------------------------------------------------------------------------------------------

def package():
    """Its class, whatever the version calls it."""
    try:
        from fplanck.solver import FokkerPlanck
    except (ImportError, SyntaxError):  # not there, or for a later Python
        try:
            from fplanck import fokker_planck as FokkerPlanck
        except (ImportError, SyntaxError):
            return None
    return FokkerPlanck


def planck(fplanck, cells, D):
    """Drag 1 and a temperature at which k T = D."""
    from scipy import constants
    middle, width = sum(BOX) / 2, BOX[1] - BOX[0]
    return fplanck(temperature=D / constants.k, drag=1.0, extent=width, resolution=width / (cells - 0.5),
                                potential=lambda x: loss(x + middle))


def propagated(fplanck, cells, D, horizon):
    middle = sum(BOX) / 2
    work = planck(fplanck, cells, D)
    p = work.propagate(lambda x: np.exp(-0.5 * ((x + middle - 1) / 0.05) ** 2), horizon)
    return p, work.axes[0] + middle


PARTS = {"solve": solve_part, "gap": gap_part, "momentum": momentum_part, "plane": plane_part}

if __name__ == "__main__":
    print("# part", "method", "size", "seconds", "extrapolated", "ratio", "value", "difference", "limit", sep="\t")
    for wanted in sys.argv[2:] or PARTS:
        PARTS[wanted]()
