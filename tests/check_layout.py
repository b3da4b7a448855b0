#!/usr/bin/env python3
"""build-aux/check-layout: every rule on small trees, one that keeps it and some that break it, then on this one. TAP.

    tests/check_layout.py        with SGDLIMIT_SOURCE (the source tree) and SGDLIMIT_BUILD (a build of it) set
"""
import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile

SOURCE, BUILD = os.environ["SGDLIMIT_SOURCE"], os.environ["SGDLIMIT_BUILD"]
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("check_layout", os.path.join(SOURCE, "build-aux", "check-layout"))
layout = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_layout", loader))
loader.exec_module(layout)


def header(guard, *lines):
    return "#ifndef %s\n#define %s\n%s\n#endif\n" % (guard, guard, "\n".join(lines))


# Two rooms and the program above them, which keep every rule.
GOOD = {
    "meson.build": "subdir('src/low')\n  subdir('spectra')\nsubdir('src/high/deep')\nsubdir('src/stepper')\nsubdir('src/cli')\n",
    "include/sgdlimit/low.h": header(
        "SGDLIMIT_LOW_H", "typedef struct sgdl_low {", "    double a;", "} sgdl_low_t;", "typedef int sgdl_low_f(double a);",
        "#ifdef __cplusplus", 'extern "C" {', "#endif",
        "int sgdl_low(const char *word,", "             int a) __attribute__((nonnull(1)));",
        "extern const int sgdl_lows[];", "#ifdef __cplusplus", "}", "#endif"),
    "src/low/low.h": header("SGDLIMIT_LOW_LOW_H", "int low(void);"),
    "src/low/low.c": '#include "sgdlimit/low.h"\n#include "src/low/low.h"\nconst int sgdl_lows[] = {1};\n'
                     'int low(void) { return 1; }\nint sgdl_low(const char *word, int a) { return a + (word != 0); }\n',
    "spectra/wide.c": '#include "src/low/low.h"\nextern char **environ;\n',
    "src/high/deep/high.c": '#include "sgdlimit/low.h"\n#include "src/low/low.h"\n/* printf, !status and exit are words */\n'
                            "static const char *text = \"printf exit {\";\n",
    "src/stepper/step.c": "#include <cvode/cvode.h>\n",
    "src/cli/main.c": "int main(int argc, char **argv)\n{\n    printf(argv[0]);\n    exit(argc);\n}\n",
    "tests/low.c": "int main(void)\n{\n    return 0;\n}\n",
}


def long_function(lines):
    return "int f(void)\n{\n" + "    ;\n" * (lines - 3) + "}\n"


# rule, what becomes of which files, how each finding begins
BROKEN = [
    ("rooms", {"src/low/low.c": '#include "src/high/up.h"\n', "src/high/up.h": header("SGDLIMIT_HIGH_UP_H")},
     ["src/low/low.c: includes src/high/up.h, which is of a later room (src/high)"]),
    # a public header stands where its functions are, another where its highest include is
    ("rooms", {"src/low/low.c": "", "src/high/low.c": "int sgdl_low(const char *word, int a) { return a + !word; }\n",
               "include/sgdlimit/all.h": '#include "sgdlimit/low.h"\n', "spectra/wide.c": '#include "sgdlimit/all.h"\n'},
     ["spectra/wide.c: includes include/sgdlimit/all.h, which is of a later room (src/high)"]),
    # beside the file that includes it
    ("rooms", {"src/low/a.c": '#include "../high/up.h"\n', "src/high/up.h": ""}, ["src/low/a.c: includes src/high/up.h"]),
    ("rooms", {"src/lost/a.c": ""}, ["src/lost/a.c: in no room"]),
    ("rooms", {"src/low/a.c": "extern int high(void);\n"}, ["src/low/a.c: declares what is defined elsewhere"]),
    ("headers", {"include/sgdlimit/two.h": "int sgdl_a(void);\nint sgdl_b(void);\nint sgdl_c(void);\n",
                 "src/low/a.c": "int sgdl_a(void) { return 1; }\nint sgdl_c(void) { return 1; }\n",
                 "src/high/b.c": "int\nsgdl_b(void)\n{\n    return 1;\n}\n"},
     ["include/sgdlimit/two.h: of several rooms: sgdl_b is in src/high"]),
    ("circles", {"src/low/a.h": '#include "src/low/b.h"\n', "src/low/b.h": '#include "c.h"\n', "src/low/c.h": '#include "src/low/a.h"\n'},
     ["src/low/a.h: a circle of files: src/low/a.h -> src/low/b.h, src/low/b.h -> src/low/c.h, src/low/c.h -> src/low/a.h"]),
    ("circles", {"src/high/a/x.c": '#include "src/high/b/y.h"\n', "src/high/b/y.h": "", "src/high/b/z.c": '#include "src/high/a/w.h"\n',
                 "src/high/a/w.h": ""},
     ["src/high/a: a circle of folders: src/high/a -> src/high/b, src/high/b -> src/high/a"]),
    ("integrator", {"spectra/a.h": "# include <nvector/nvector_serial.h>\n"}, ["spectra/a.h:1: includes nvector/nvector_serial.h"]),
    ("integrator", {"include/sgdlimit/a.h": "\n#include <sundials/sundials_types.h>\n"}, ["include/sgdlimit/a.h:2: "]),
    ("printing", {"src/low/a.c": "void f(void)\n{\n    fprintf(stderr, \"x\");\n}\n"}, ["src/low/a.c:3: stderr; only src/cli may"]),
    ("printing", {"spectra/a.c": "int f(char **argv) { exit(3); }\n"}, ["spectra/a.c:1: argv", "spectra/a.c:1: exit"]),
    ("printing", {"src/low/a.c": "void f(void) { puts(\"\"); printf(\"\"); }\n"}, ["src/low/a.c:1: printf", "src/low/a.c:1: puts"]),
    ("functions", {"tests/a.c": long_function(61)}, ["tests/a.c:1: f has 61 lines; at most 60"]),
    ("functions", {"tests/a.c": long_function(60)}, []),
    ("functions", {"bench/a.c": "static int x = 1;\n\n/* of four lines */\nstatic int\nf(int a, /* { */\n  int b)\n" + long_function(70)[12:]},
     ["bench/a.c:4: f has 72 lines"]),
    ("functions", {"src/low/a.c": "#if 1\nint f(int a) {\n#else\nint f(void) {\n#endif\n}\n"}, ["src/low/a.c: braces that do not match"]),
    ("parameters", {"src/low/a.c": "int f(int a, int (*g)(int, int), int c, int d, int e, int h, int i) { return 0; }\n"},
     ["src/low/a.c:1: f has 7 parameters; at most 6"]),
    ("parameters", {"src/low/a.c": "int f(int a, int (*g)(int, int), int c, int d, int e, int h) { return 0; }\n"}, []),
    ("parameters", {"src/low/a.c": "/* Many parameters: one for each day. */\nint f(int a, int b, int c, int d, int e, int g, int h)\n{\n}\n"
                                   "/* Another. */\nint g(int a, int b, int c, int d, int e, int g, int h)\n{\n}\n"},
     ["src/low/a.c:6: g has 7 parameters"]),
    ("files", {"tests/a.py": "#\n" * 501, "include/sgdlimit/b.h": "\n" * 500}, ["tests/a.py: 501 lines; at most 500"]),
    ("guards", {"src/low/a.h": header("SGDLIMIT_A_H")}, ["src/low/a.h: its guard is not SGDLIMIT_LOW_A_H"]),
    ("guards", {"include/sgdlimit/a.h": "", "tests/b.h": header("SGDLIMIT_TESTS_B_H")}, ["include/sgdlimit/a.h: its guard is not SGDLIMIT_A_H"]),
    ("compiles", {"include/sgdlimit/a.h": "size_t sgdl_a(void);\n"},
     ["include/sgdlimit/a.h: does not compile alone in C++:", "include/sgdlimit/a.h: does not compile alone in C:"]),
    ("compiles", {"include/sgdlimit/a.h": "int sgdl_a(int class);\n"}, ["include/sgdlimit/a.h: does not compile alone in C++:"]),
    ("compiles", {"include/sgdlimit/a.h": '#include "sgdlimit/version.h"\n'}, ["include/sgdlimit/a.h: does not", "include/sgdlimit/a.h: does not"]),
    ("exports", {"src/low/a.c": "int sgdl_secret(void)\n{\n    return 1;\n}\nstatic int sgdl_own(void) { return 2; }\n"},
     ["src/low/a.c: sgdl_secret is declared in no public header"]),
    ("exports", {"include/sgdlimit/a.h": "int sgdl_promised(void);\n"},
     ["include/sgdlimit/a.h: sgdl_promised is declared, but the library does not export it"]),
    ("exports", {"src/low/a.c": "const double sgdl_number = 1;\n"}, ["library: exports sgdl_number, which no public header declares"]),
    ("entries", {"include/sgdlimit/a.h": "int sgdl_a(int a,\n           sgdl_error_t *error) SGDL_CHECKED;\nint sgdl_b(sgdl_error_t *error);\n"
                                          "int sgdl_c(int *error);\n",
                 "tests/library/entries.c": "/* sgdl_a */\nint f(void) { return sgdl_b(0); }\n"},
     ["include/sgdlimit/a.h: sgdl_a is not made to fail in tests/library/entries.c"]),
    ("status", {"src/low/a.c": "int f(int status)\n{\n    if (!status)\n        return 1;\n    if (status)\n        return 2;\n"
                               "    if (status == 0 || self->end_status == OK)\n        return 3;\n    return ends(status) ? 1 : status;\n}\n"},
     ["src/low/a.c:3: `!status`", "src/low/a.c:5: `if (status)`", "src/low/a.c:7: `status == 0`"]),
    ("status", {"src/cli/a.c": "int f(int status)\n{\n    if (status || g(status) || b)\n        return b && status ? 1 : 2;\n"
                               "    return !ends_with(status) && status != SGDL_OK || b == status || b;\n}\n"},
     ["src/cli/a.c:3: `status ||`", "src/cli/a.c:4: `status ?`"]),
]


# ---- cases ----------------------------------------------------------------------------------------


def plant(folder, changes):
    """A made-up tree and its build."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in {**GOOD, **changes}.items():
        os.makedirs(os.path.join(folder, os.path.dirname(path)), exist_ok=True)
        with open(os.path.join(folder, path), "w", encoding="utf-8") as stream:
            stream.write(text)
    return layout.Tree(folder, folder)


def build(folder):
    sources = [p for p in layout.Tree(folder).files if p.startswith("src/low/") and p.endswith(".c")]
    subprocess.run(["cc", "-w", "-shared", "-fPIC", "-o", "libsgdlimit.so", "-I.", "-Iinclude"] + sources, cwd=folder, check=True)


def rule_called(name):
    return next(rule for rule in layout.RULES if rule.__name__ == name)


def cases(folder):
    """Name and what is wrong with it, nothing if it holds."""
    has_cplusplus = shutil.which("c++") is not None
    tree = plant(folder, {})
    build(folder)
    for rule in layout.RULES:
        yield "%s: a tree in order has no findings" % rule.__name__, layout.check(tree, rule, {})
        yield "%s: has an example of what it finds" % rule.__name__, [
            "none" for _ in [1] if not any(name == rule.__name__ and begins for name, _, begins in BROKEN)]
    for name, changes, begins in BROKEN:
        tree = plant(folder, changes)
        if name == "exports":
            build(folder)
        found = layout.check(tree, rule_called(name), {})
        if name == "compiles" and not has_cplusplus:
            begins = [begin for begin in begins if "C++" not in begin]
        holds = len(found) == len(begins) and all(line.startswith(begin) for line, begin in zip(found, begins))
        yield "%s: %s" % (name, begins[0] if begins else "not %s" % ", ".join(changes)), [] if holds else found or ["nothing was found"]

    tree = plant(folder, {"tests/a.c": long_function(61)})
    known = {("functions", "tests/a.c"): "yet to be mended"}
    yield "a known exception is no finding", layout.check(tree, layout.functions, known)
    stale = layout.check(plant(folder, {}), layout.functions, known)
    yield "a known exception that is not needed is a finding", [] if len(stale) == 1 and "drop it" in stale[0] else stale or ["none"]
    command = [sys.executable, os.path.join(SOURCE, "build-aux", "check-layout")]
    status = subprocess.run(command + [folder], stdout=subprocess.DEVNULL).returncode
    plant(folder, {"tests/a.c": long_function(61)})
    broken = subprocess.run(command + [folder], stdout=subprocess.PIPE, text=True)
    yield "as a command it says so and exits 1", [] if broken.returncode == 1 and "61 lines" in broken.stdout else [broken.stdout]

    tree = layout.Tree(SOURCE, BUILD)
    for rule in layout.RULES:
        yield "this tree: %s" % rule.__doc__.split("\n")[0].rstrip("."), layout.check(tree, rule)


def main():
    number, failed = 0, 0
    with tempfile.TemporaryDirectory(prefix="sgdlimit-layout-") as folder:
        for number, (name, wrong) in enumerate(cases(os.path.join(folder, "tree")), 1):
            print("%s %d - %s" % ("not ok" if wrong else "ok", number, name.replace("#", "")))
            for line in "\n".join(wrong).split("\n") if wrong else []:
                print("# %s" % line)
            failed += bool(wrong)
    print("1..%d" % number)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
