# Sourced by quickstart and run-tests: installs what is missing and builds into a folder.
# shellcheck shell=bash

# What sgdlimit is built from, as Debian and Ubuntu call it: package and what shows it is there.
debian_packages="gcc:cmd:cc meson:cmd:meson ninja-build:cmd:ninja pkg-config:cmd:pkg-config
libc6-dev:header:math.h libsundials-dev:header:cvode/cvode.h libgsl-dev:pkg:gsl
liblapacke-dev:pkg:lapacke liblapack-dev:pkg:lapack libyaml-dev:pkg:yaml-0.1
libjansson-dev:pkg:jansson libcmocka-dev:pkg:cmocka librandom123-dev:header:Random123/philox.h
gnuplot-nox:cmd:gnuplot fonts-dejavu-core:file:/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"

is_present() { # kind, name
    case $1 in
    cmd) command -v "$2" >/dev/null 2>&1 ;;
    pkg) pkg-config --exists "$2" 2>/dev/null ;;
    header) # some headers of a library that is built with MPI want its headers too
        local compiler
        for compiler in cc mpicc; do
            echo "#include <$2>" | "$compiler" -E -x c - >/dev/null 2>&1 && return 0
        done
        return 1
        ;;
    file) [ -e "$2" ] ;;
    esac
}

missing_packages() {
    local row package kind name
    for row in $debian_packages; do
        package=${row%%:*} row=${row#*:}
        kind=${row%%:*} name=${row#*:}
        is_present "$kind" "$name" || printf '%s ' "$package"
    done
}

install_with_apt() {
    local sudo=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "need root or sudo to install: $*" >&2; return 1; }
        sudo=sudo
    fi
    echo "installing with apt-get: $*"
    # What packages say while they are set up is of use only where that fails.
    local said status=0
    said=$(mktemp)
    { $sudo apt-get update -qq &&
        $sudo env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "$@"; } >"$said" 2>&1 </dev/null || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 40 "$said" >&2
        echo "installation failed; its last lines are above" >&2
    fi
    rm -f "$said"
    return "$status"
}

name_packages_elsewhere() {
    cat >&2 <<TXT
missing (Debian's names): $*
This system has no apt-get. Install, then run this command again:
  Fedora:   dnf install gcc meson sundials-devel gsl-devel lapack-devel libyaml-devel jansson-devel libcmocka-devel gnuplot (Random123: headers from its site)
  Arch:     pacman -S gcc meson sundials gsl lapacke libyaml jansson cmocka gnuplot (AUR: random123)
  Homebrew: brew install meson ninja pkg-config sundials gsl lapack libyaml jansson cmocka gnuplot random123
  conda:    conda install -c conda-forge meson ninja pkg-config sundials gsl liblapacke yaml jansson cmocka gnuplot random123
  Spack:    spack install meson ninja pkgconf sundials gsl netlib-lapack+lapacke libyaml jansson cmocka gnuplot random123
TXT
}

install_missing() {
    local missing
    missing=$(missing_packages)
    [ -z "$missing" ] && return 0
    if command -v apt-get >/dev/null 2>&1; then
        # shellcheck disable=SC2086
        install_with_apt $missing || return 1
        missing=$(missing_packages)
        [ -z "$missing" ] && return 0
        echo "still missing after installation: $missing" >&2
        return 1
    fi
    name_packages_elsewhere "$missing"
    return 1
}

# What reads the sources: clang-format and clang-tidy. Without them nothing is looked at.
install_readers() {
    local program
    for program in clang-format clang-tidy; do
        command -v "$program" >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1 || install_with_apt "$program" || return 1
    done
}

# clang with libFuzzer, which distributions pack apart, by clang's version.
has_fuzzer() {
    local try works=1
    try=$(mktemp -d)
    echo 'int LLVMFuzzerTestOneInput(const char *data, unsigned long size) { return data && size > 9; }' >"$try/a.c"
    clang -fsanitize=fuzzer,address,undefined "$try/a.c" -o "$try/a" >/dev/null 2>&1 && works=0
    rm -rf "$try"
    return "$works"
}

install_fuzzer() {
    if command -v apt-get >/dev/null 2>&1; then
        command -v clang >/dev/null 2>&1 || install_with_apt clang || return 1
        has_fuzzer || install_with_apt "libclang-rt-$(clang -dumpversion | cut -d . -f 1)-dev" || return 1
    fi
    has_fuzzer || { echo "fuzzing wants clang with libFuzzer and its sanitizers" >&2; return 1; }
}

# A folder that meson has set up, up to date with the build files; options count when it is new.
configure() { # folder, then options of meson setup
    local folder=$1
    shift
    if [ ! -f "$folder/build.ninja" ]; then
        meson setup "$folder" "$@" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; return 1; }
        rm -f "$folder.log"
    fi
    local said
    said=$(ninja -C "$folder" build.ninja 2>&1) || { echo "$said" >&2; return 1; }
}

build_in() { # folder
    ninja -C "$1" --quiet all | sed '/^ninja: no work to do\.$/d'
    return "${PIPESTATUS[0]}"
}
