#!/usr/bin/env python3
"""The programs of examples/, which the build has compiled: each runs, and says what the command line says too. TAP.

    tests/library/examples.py FOLDER      the compiled programs' folder, with SGDLIMIT (the program) set
"""
import os
import re
import subprocess
import sys
import tempfile

PROGRAM = os.environ["SGDLIMIT"]
SOURCE = os.path.join(os.environ["SGDLIMIT_SOURCE"], "examples")


def run(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=100, **more)
    if done.returncode != 0 or done.stderr:
        raise AssertionError("exit status %d, errors: %s" % (done.returncode, done.stderr))
    return done.stdout


def columns(table):
    lines = [line.split("\t") for line in table.split("\n") if line and not line.startswith("#")]
    return {name: [float(line[c]) for line in lines[1:]] for c, name in enumerate(lines[0])}


def numbers(text):
    return [float(n) for n in re.findall(r"(?<![\w.])-?\d+\.?\d*(?:e[-+]?\d+)?", text)]


def stated(name):
    """The problem in a program's text."""
    with open(os.path.join(SOURCE, name), encoding="utf-8") as stream:
        return "".join(re.findall(r'^ +"(.*)"', stream.read().split("int main(void)")[1], re.M))


def same(found, expected):
    assert len(found) == len(expected) and all(abs(a - b) < 2e-6 for a, b in zip(found, expected)), "%s, not %s" % (found, expected)


def solve(printed):
    came = columns(run([PROGRAM, "solve", "-"], input=stated("solve.c")))
    same(numbers(printed), [x for row in zip(came["t"], came["risk"], came["error"]) for x in row])


def arrays(printed):
    with tempfile.TemporaryDirectory() as folder:
        for name, factor in (("eigenvalues", 1), ("mean", 0.5), ("opposite", -0.5)):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as stream:
                stream.write("".join("%.17g\n" % (factor / (1 + i)) for i in range(8)))
        flags = "--covariance file:path=eigenvalues --mean file:path=mean --mean file:path=opposite --weight 0.25 --weight 0.75"
        came = columns(run([PROGRAM, "solve"] + flags.split() + "--label 1 --label 0 --time 4 --points 5".split(), cwd=folder))
    curve, refused = printed.split("refused: ")
    same(numbers(curve), [x for row in zip(came["t"], came["risk"]) for x in row])
    assert "allowed 2 coordinates" in refused, refused


def landscape(printed):
    flags = "--potential double-well:scale=0.5,linear=1.2,quadratic=0.5 --noise constant:value=320 --batch 8,16,24".split()
    law = columns(run([PROGRAM, "limit"] + flags))
    escape = columns(run([PROGRAM, "escape"] + flags))
    steps = [s for start, s in zip(escape["from"], escape["mfpt_steps"]) if start == 2]
    came = numbers(printed)
    same(came[0::3], law["batch"])
    same(["%.4f" % p == "%.4f" % q for p, q in zip(came[1::3], law["p_flat"])], [True] * 3)
    same(["%.3g" % p == "%.3g" % q for p, q in zip(came[2::3], steps)], [True] * 3)


def two_threads(printed):
    for loss in ("logistic", "least-squares"):
        limit = columns(run([PROGRAM, "limit", "--loss", loss]))
        same([float(re.search(loss + r": .* (\S+)\n", printed).group(1))], limit["risk_limit"])


def stop(printed):
    assert re.search(r"^interrupted at t = .* rows kept\nrows \d+ of 1001, calls some$", printed, re.M), printed
    rows = int(re.search(r"rows (\d+) of", printed).group(1))
    assert 400 < rows < 900, printed


def main():
    names = sorted(name for name in os.listdir(SOURCE) if name.endswith(".c"))
    print("1..%d" % len(names))
    failed = 0
    for number, name in enumerate(names, 1):
        wrong = None
        try:
            with tempfile.TemporaryDirectory() as folder:
                printed = run([os.path.join(os.path.abspath(sys.argv[1]), "example_" + name[:-2])], cwd=folder)
            globals()[name[:-2]](printed)
        except (AssertionError, KeyError, OSError, subprocess.TimeoutExpired) as error:
            wrong = repr(error)
        print("%s %d - %s" % ("not ok" if wrong else "ok", number, name))
        if wrong:
            print("# " + wrong.replace("\n", "\n# "))
        failed += wrong is not None
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
