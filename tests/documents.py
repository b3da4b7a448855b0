#!/usr/bin/env python3
"""Runs what README.md, docs/ and plots/README.md show, and compares what they print. TAP on standard output.

    tests/documents.py      with SGDLIMIT (the program) and SGDLIMIT_SOURCE (the source tree) set

A block of code is a session if it has lines "$ command"; what follows must come out, numbers to the printed precision,
"..." standing for anything. Commands without "$" must succeed. YAML must be a problem, C must compile and run, gnuplot
and Python too where they are installed. <!-- in small: 2000 -> 200, ... --> on the line before a block shortens what would take
long (not if $SGDLIMIT_IN_FULL is set), <!-- not run: why --> leaves a block out. Blocks of one page share a folder, as they do for a reader.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w])")
COMMAND = re.compile(r"^(build/)?sgdlimit |^(\./|mkdir |for |times=|gnuplot |meson |ninja |cc |build-aux/)")
SOURCE = os.environ["SGDLIMIT_SOURCE"]
PROGRAM = os.path.abspath(os.environ["SGDLIMIT"])


# ---- reading pages --------------------------------------------------------------------------------


IN_SMALL = "in small: "


def in_small(lines, mark):
    """The lines with what the mark says in the place of what would take long; and what it names that is not there."""
    text = "\n".join(lines)
    pairs = [pair.split(" -> ") for pair in mark[len(IN_SMALL):].split(", ")] if mark.startswith(IN_SMALL) else []
    lacks = [long for long, _ in pairs if long not in text]
    for long, short in pairs if "SGDLIMIT_IN_FULL" not in os.environ else []:
        text = text.replace(long, short)
    return text.split("\n"), lacks


class Block:
    def __init__(self, page, line, lines, mark):
        self.page, self.line, self.mark = page, line, mark
        lines, self.lacks = in_small(lines, mark)
        self.lines = lines
        self.text = "\n".join(lines) + "\n"
        first = lines[0]
        if any(l.startswith("$ ") for l in lines):
            self.kind = "session"
        elif COMMAND.match(first):
            self.kind = "script"
        elif first.startswith("#include"):
            self.kind = "c"
        elif re.match(r"(plot|set) ", first):
            self.kind = "gnuplot"
        elif first.startswith("import "):
            self.kind = "python"
        elif re.match(r"(dimension|loss|classes): ", first):
            self.kind = "problem"
        else:
            self.kind = "text"

    def name(self):
        return "%s:%d %s" % (self.page, self.line, self.lines[0].lstrip("$ ")[:60].replace("#", ""))


def blocks_of(page):
    """Indented blocks and the remark above each."""
    found, held, start, mark, previous = [], [], 0, "", ""
    lines = open(os.path.join(SOURCE, page), encoding="utf-8").read().split("\n") + ["end"]
    for number, line in enumerate(lines, 1):
        if line.startswith("    ") and (held or not previous.strip() or previous.startswith("<!--")):
            if not held:
                start = number
            held.append(line[4:])
        elif held and not line.strip():
            held.append("")
        else:
            if held:
                while not held[-1].strip():
                    held.pop()
                found.append(Block(page, start, held, mark))
                held, mark = [], ""
            if line.strip():
                remark = re.fullmatch(r"<!-- (.*) -->", line.strip())
                mark = remark.group(1) if remark else ""
        previous = line
    return found


# ---- comparing ------------------------------------------------------------------------------------


def last_place(text):
    """What the last printed digit stands for."""
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - decimals)


def same_number(shown, came, rough):
    a, b = float(shown), float(came)
    whole = re.fullmatch(r"[-+]?\d+", shown) is not None
    slack = 0.1 * abs(a) + 2 if rough else 0 if whole and abs(a) < 1e4 else max(last_place(shown), 1e-7 * abs(a))
    return abs(a - b) <= slack * 1.0000001


def same_line(shown, came):
    """Text must be equal, numbers close; counts of an integrator's steps may differ by a tenth."""
    rough = "steps" in shown
    if shown.endswith("..."):
        shown = shown[:-3].rstrip()
        ends = [m.end() for m in NUMBER.finditer(came)]
        count = len(NUMBER.findall(shown))
        came = came[: ends[count - 1] + len(NUMBER.split(shown)[-1])] if count and len(ends) >= count else came[: len(shown)]
    if [t.split() for t in NUMBER.split(shown)] != [t.split() for t in NUMBER.split(came)]:
        return False
    return all(same_number(a, b, rough) for a, b in zip(NUMBER.findall(shown), NUMBER.findall(came)))


def same_output(shown, came):
    """None, or what is wrong. A line '...' stands for any lines."""
    if not shown:
        return None if not came else "nothing is shown, but it printed: " + came[0]
    if shown[0].strip() == "...":
        if len(shown) == 1:
            return None
        for skip in range(len(came) + 1):
            if same_output(shown[1:], came[skip:]) is None:
                return None
        return "after '...' nothing fits: " + shown[1]
    if not came:
        return "shown but not printed: " + shown[0]
    if not same_line(shown[0], came[0]):
        return "shown   %s\nprinted %s" % (shown[0], came[0])
    return same_output(shown[1:], came[1:])


# ---- running --------------------------------------------------------------------------------------


def run(command, folder, **more):
    """Status and what it printed, errors in between."""
    environment = dict(os.environ, PATH=os.path.join(folder, "build") + ":" + os.environ["PATH"], LC_ALL="C.UTF-8")
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8", errors="replace", **more)
    return done.returncode, done.stdout


def bash(text, folder):
    return run(["bash", "-e", "-o", "pipefail", "-c", text], folder, stdin=subprocess.DEVNULL)


def run_session(block, folder):
    steps, ended = [], True
    for line in block.lines:
        if line.startswith("$ "):
            steps.append([line[2:], []])
            ended = not line.endswith("\\")
        elif not ended:
            steps[-1][0] += "\n" + line
            ended = not line.endswith("\\")
        else:
            steps[-1][1].append(line)
    for command, shown in steps:
        while shown and not shown[-1].strip():
            shown.pop()
        status, printed = bash(command, folder)
        wrong = same_output(shown, printed.rstrip("\n").split("\n") if printed.strip() else [])
        if wrong:
            return "%s\n%s" % (command, wrong)
        if status != 0 and not any(l.startswith("sgdlimit: ") for l in shown):
            return "%s\nexit status %d" % (command, status)
    return None


def run_script(block, folder):
    text = "\n".join(l for l in block.lines if not re.match(r"\./(quickstart|run-tests)\b", l))
    status, printed = bash(text, folder)
    return None if status == 0 else "exit status %d\n%s" % (status, printed)


def run_problem(block, folder):
    status, printed = run([PROGRAM, "solve", "-", "--points", "2", "--time", "1"], folder, input=block.text)
    return None if status == 0 else printed


def run_c(block, folder):
    build = os.path.dirname(PROGRAM)
    with open(os.path.join(folder, "program.c"), "w") as stream:
        stream.write(block.text)
    status, printed = run(["cc", "-Wall", "-Werror", "program.c", "-o", "program", "-I" + SOURCE + "/include",
                           "-I" + build + "/include", "-L" + build, "-lsgdlimit", "-Wl,-rpath," + build], folder)
    if status == 0:
        status, printed = run(["./program"], folder)
    if status != 0 or not re.search(r"^(curve\t)?t\t", printed, re.M):
        return "exit status %d\n%s" % (status, printed)
    return None


def run_gnuplot(block, folder):
    with open(os.path.join(folder, "drawn.gp"), "w") as stream:
        stream.write("set terminal pngcairo\nset output 'drawn.png'\n" + block.text)
    status, printed = run(["gnuplot", "drawn.gp"], folder)
    return printed or None if status == 0 else "exit status %d\n%s" % (status, printed)


def python_with(module):
    for python in ("python3", "/usr/bin/python3"):
        try:
            if subprocess.run([python, "-c", "import " + module], stderr=subprocess.DEVNULL).returncode == 0:
                return python
        except OSError:
            pass
    return None


def run_python(block, folder):
    status, printed = run([python_with("pandas"), "-W", "error", "-c", block.text], folder)
    return None if status == 0 else printed


RUN = {"session": run_session, "script": run_script, "problem": run_problem, "c": run_c, "gnuplot": run_gnuplot,
       "python": run_python}


def why_not(block):
    """The reason for which a block is not run now, or None."""
    if block.mark.startswith("not run:"):
        return block.mark
    if block.kind == "gnuplot" and not shutil.which("gnuplot"):
        return "no gnuplot"
    if block.kind == "python" and not python_with("pandas"):
        return "no pandas"
    if block.kind == "c" and "__asan_init" in subprocess.run(
            ["nm", "-D", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8").stdout:
        return "the library holds sanitizers"
    return None


# ---- tables ---------------------------------------------------------------------------------------

# One of every kind; what they hold must be in docs/tables.md.
TABLES = """solve --points 2 --timings
solve --points 2 --learning-rate 0.5,3 --loss least-squares --time 300
solve --points 2 --intercept 1 --reference limit
solve --directions 1,2
solve --points 2 --dimension 100000 --covariance power-law:exponent=1.1 --mean gaussian
solve --points 2 --loss least-squares --encoding one-hot --label 1 --label 2 --learning-rate 0.1,0.2
simulate -d 50 --time 2 --runs 3 --points 3 --learning-rate 0.1,0.5
simulate -d 50 --time 2 --runs 3 --directions 1,2
compare -d 50 --time 2 --runs 3 --points 3
compare -d 200 --time 20 --runs 20 --points 3 --learning-rate 1
compare --dimensions 20,40,80 --time 2 --runs 3 --points 3
spectrum --mean gaussian --mean gaussian
limit --verify --intercept 1 --learning-rate 0.5
limit --learning-rate 0.1,0.5
limit --loss least-squares --optimise learning_rate --at 3
optimise --loss least-squares --schedule piecewise:3 --at 3
critical --covariance power-law:exponent=1 --vary classes.*.covariance.exponent --from 0.5 --to 2
critical --covariance power-law:exponent=1 --vary classes.*.covariance.exponent --from 0.5 --to 2 --numeric
sweep --vary ridge=0:1:2 --timings
sweep --vary classes.1.covariance.exponent=-2:1:2 --covariance power-law:exponent=1 --covariance isotropic
solve WELL --points 2 --time 10 --batch 8,16
solve SADDLE --points 2 --time 1
solve WELL --density 0,1
solve SADDLE --density 0,1
limit WELL --batch 2,8 --discrete
limit SADDLE
limit WELL --momentum 0.9 --learning-rate 0.001
limit --potential least-squares --learning-rate 0.1,0.3
escape WELL --batch 2,8 --discrete
escape WELL --target 0
escape SADDLE
escape WELL --momentum 0.9
landscape WELL
landscape SADDLE
simulate WELL --batch 2,8 --time 2 --runs 50 --points 3
compare WELL --time 2 --runs 50 --points 3
compare WELL --learning-rate 0.05 --runs 50 --passage
sweep WELL --time 10 --vary potential.tilt=-0.1:0.1:2"""
SHORT = {"WELL": "--potential double-well:scale=0.5,linear=1.2,quadratic=0.5 --noise constant:value=40",
         "SADDLE": "--potential terms:terms=4:0:0.25;2:0:-0.5;0:2:0.5 --noise constant:value=20 --cells 40,20"}
VARIED = {"ridge", "classes.i.covariance.exponent", "potential.tilt"}  # columns that bear a key's name


def general(name):
    """Class numbers become i, then j; outputs a; points and options their placeholders."""
    name = re.sub(r"^option_.*", "option_NAME", re.sub(r"^failed_\d+$", "failed_POINT", name))
    name = re.sub(r"^verdict_\d+$", "verdict_d", name)
    name = re.sub(r"^A_\d+$", "A_j", name)
    name = re.sub(r"^(classes)\.\d+\.", r"\1.i.", name)
    curve = re.match(r"curve_\d+_(.+)$", name)
    if curve:
        return "curve_i_" + general(curve.group(1))
    return re.sub(r"_\d+(?=_|$)", "_j", re.sub(r"_\d+(?=_|$)", "_i", name, count=1))


def is_told(name, documented):
    """As it stands; as a statistic of a column; as one curve's comment; as a quantity's deviation."""
    statistic = re.match(r"(.+)(_(?:mean|sd|q10|q90|ode|sde))$", name)
    deviation = re.match(r"(largest_(?:sde_)?deviation)_(.+)$", name)
    curve = re.match(r"curve_i_(.+)$", name)
    return (name in documented
            or (statistic and statistic.group(1) in documented and "NAME" + statistic.group(2) in documented)
            or (deviation and deviation.group(2) in documented and deviation.group(1) + "_NAME" in documented)
            or (curve and curve.group(1) in documented))


def check_tables(report):
    text = open(os.path.join(SOURCE, "docs", "tables.md"), encoding="utf-8").read()
    documented = {w for span in re.findall(r"`([^`]+)`", text) for w in re.split(r"[ ,=]+", span)}
    folder = make_folder()
    problem_keys = set()
    for command in TABLES.split("\n"):
        # standard error is apart: some of these diverge or disagree, which is not what is asked here
        words = [w for word in command.split() for w in SHORT.get(word, word).split()]
        came = subprocess.run([PROGRAM] + words, cwd=folder, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, encoding="utf-8").stdout
        head = [l for l in came.split("\n") if l.startswith("# ")]
        names = [l[2:].split(":")[0] for l in head]
        names += ([l for l in came.split("\n") if l and not l.startswith("#")] or [""])[0].split("\t")
        problem_keys |= keys_of_problems(came) if "\n# model:" in came else set()
        unknown = sorted(n for n in {general(n) for n in names} - problem_keys - VARIED if not is_told(n, documented))
        wrong = "printed nothing" if not head else "not in docs/tables.md: " + " ".join(unknown) if unknown else None
        report.case("docs/tables.md knows what '%s' prints" % command, wrong)
    shutil.rmtree(folder)
    # and comments that only other circumstances bring
    written = set()
    for place, _, files in os.walk(os.path.join(SOURCE, "src")):
        for name in files:
            source = open(os.path.join(place, name), encoding="utf-8").read()
            written |= set(re.findall(r'sgdl_table_comment\(\s*[^"(),]+, false,\s*"([a-z_0-9]+)"', source))
            written |= set(re.findall(r'"(note_[a-z]+)"', source))
    unknown = sorted(written - documented)
    report.case("docs/tables.md knows the comments in the source",
                "not in docs/tables.md: " + " ".join(unknown) if unknown else None if len(written) > 10 else "none found")


def keys_of_problems(table):
    names = [l[2:].split(":")[0] for l in table.split("\n") if l.startswith("# ")]
    return set(names[names.index("model"):names.index("tolerance") + 1])


# ---- cases ----------------------------------------------------------------------------------------


class Report:
    def __init__(self):
        self.number, self.failed = 0, 0

    def case(self, name, wrong, skipped=None):
        self.number += 1
        self.failed += wrong is not None
        print("%s %d - %s%s" % ("ok" if wrong is None else "not ok", self.number, name,
                                " # SKIP " + skipped if skipped else ""))
        if wrong is not None:
            print("\n".join("# " + l for l in str(wrong).split("\n")[:20]))
        sys.stdout.flush()


def make_folder():
    folder = tempfile.mkdtemp(prefix="sgdlimit-documents-")
    os.mkdir(os.path.join(folder, "build"))
    os.mkdir(os.path.join(folder, "out"))
    os.symlink(PROGRAM, os.path.join(folder, "build", "sgdlimit"))
    for name in ("examples", "plots"):
        os.symlink(os.path.join(SOURCE, name), os.path.join(folder, name))
    return folder


def check_page(page, report):
    folder = make_folder()
    try:
        for block in blocks_of(page):
            if block.kind == "text":
                if re.search(r"(^|\s)(build/)?sgdlimit [a-z]", block.text):
                    report.case(block.name(), "holds a command that nothing recognises")
                continue
            skipped = why_not(block)
            wrong = None if skipped else RUN[block.kind](block, folder)
            report.case(block.name(), "not there to be made small: %s" % block.lacks if block.lacks else wrong, skipped)
    finally:
        shutil.rmtree(folder)


def check_words(page, report):
    """Commands, flags and test modules that the running text names."""
    text = open(os.path.join(SOURCE, page), encoding="utf-8").read()
    spans = [" ".join(s.split()) for s in re.findall(r"`([^`]+)`", text)]
    known = known_flags()
    modules = set(re.findall(r"'(\w+)'", open(SOURCE + "/tests/meson.build").read()))
    wrong = []
    for span in spans:
        wrong += ["unknown flag %s in `%s`" % (f, span) for f in re.findall(r"(?<![\w-])--([a-z][a-z-]*)", span)
                  if f not in known]
        if span.startswith("./run-tests "):
            wrong += ["unknown module %s" % w for w in span.split()[1:] if w not in modules and w.islower()]
        if re.match(r"sgdlimit (help|--version)", span):
            folder = make_folder()
            status, printed = run(["bash", "-c", span], folder)
            shutil.rmtree(folder)
            wrong += ["`%s`: %s" % (span, printed)] if status else []
    report.case(page + " names what there is", "\n".join(wrong) or None)


def known_flags():
    """Of all commands; and those of other programs that the pages name."""
    known = {"quick", "sanitize", "no-install-recommends", "cflags", "libs", "variable", "help", "version"}
    overview = subprocess.run([PROGRAM, "help"], stdout=subprocess.PIPE, encoding="utf-8").stdout
    for command in re.findall(r"^  (\w+) ", overview, re.M):
        page = subprocess.run([PROGRAM, "help", command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              encoding="utf-8").stdout
        known |= set(re.findall(r"--([a-z][a-z-]*)", page))
    return known


def main():
    pages = ["README.md", "plots/README.md"] + sorted("docs/" + n for n in os.listdir(SOURCE + "/docs") if n.endswith(".md"))
    report = Report()
    for page in pages:
        check_words(page, report)
        check_page(page, report)
    check_tables(report)
    print("1..%d" % report.number)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
