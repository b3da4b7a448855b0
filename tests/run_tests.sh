#!/usr/bin/env bash
# ./run-tests itself, on a small project of shell scripts: what it counts, refuses and returns.
set -u
source_root=${SGDLIMIT_SOURCE:?must name the source tree}
work=$(mktemp -d "${TMPDIR:-/tmp}/sgdlimit-run-tests-XXXXXX")
trap 'rm -rf "$work"' EXIT
number=0

case_is() { # name, 0 where it holds
    number=$((number + 1))
    [ "$2" -eq 0 ] && echo "ok $number - $1" || { echo "not ok $number - $1"; sed 's/^/# /' "$work/out" "$work/err"; }
}

# Runs ./run-tests there; its exit status must be the first argument, its last line the second,
# and its standard error hold the third.
expect() { # name, status, last line or "", text or "", arguments...
    local name=$1 status=$2 last=$3 text=$4 found=0
    shift 4
    (cd "$work/project" && ./run-tests "$@") >"$work/out" 2>"$work/err" || found=$?
    [ "$found" -eq "$status" ] && { [ -z "$last" ] || [ "$(tail -n 1 "$work/out")" = "$last" ]; } &&
        { [ -z "$text" ] || grep -qF -e "$text" "$work/err"; }
    case_is "$name" $?
}

mkdir -p "$work/project/build-aux"
cp "$source_root/run-tests" "$work/project"
cp "$source_root"/build-aux/* "$work/project/build-aux"
echo 'install_missing() { :; }' >>"$work/project/build-aux/prepare.sh"
cat >"$work/project/meson.build" <<'TXT'
project('small')
find = find_program('program.sh')
foreach row : [['good', 'quick'], ['bad', 'quick'], ['dies', 'quick'], ['empty', 'quick'], ['tardy', 'slow']]
  test(row[0], find, args: row[0], suite: row[1], protocol: 'tap')
endforeach
TXT
cat >"$work/project/program.sh" <<'TXT'
#!/bin/sh
case $1 in
good) printf '1..2\nok 1 - a\nok 2 - b\n' ;;
bad) printf '1..3\nok 1 - a\nnot ok 2 - b\nok 3 - c\n'; exit 1 ;;
dies) printf '1..2\nok 1 - a\n'; kill -SEGV $$ ;;
empty) printf '1..0\n' ;;
tardy) printf '1..1\nok 1 - a\n' ;;
esac
TXT
chmod +x "$work/project/program.sh"

expect passing_cases_are_counted 0 "2 passed, 0 failed" "" good
expect failing_cases_are_counted 1 "4 passed, 1 failed" "" good bad
expect a_dying_module_is_one_failure_more 1 "5 passed, 2 failed" "" good bad dies
expect an_unknown_module_is_refused 2 "" "unknown module 'nosuch'; allowed: good bad dies empty tardy" good nosuch
expect an_unknown_module_is_refused_under_sanitizers 2 "" "unknown module 'nosuch'" --sanitize nosuch
expect a_part_of_a_name_is_no_name 2 "" "unknown module 'goo'" goo
expect a_slow_module_is_refused_with_quick 2 "" "'tardy' is slow" --quick tardy
expect a_slow_module_runs 0 "1 passed, 0 failed" "" tardy
expect nothing_run_is_no_success 1 "0 passed, 0 failed" "no case ran" empty
expect an_unknown_option_is_refused 2 "" "unknown option --fast" --fast

cat >>"$work/project/meson.build" <<'TXT'
custom_target('broken', output: 'broken', command: [find_program('sh'), '-c', 'exit 1'], build_by_default: true)
TXT
expect a_failing_build_counts_nothing 1 "" "" good
! grep -q passed "$work/out"
case_is a_failing_build_shows_no_old_counts $?
echo "this is no meson" >>"$work/project/meson.build"
expect a_failing_configuration_fails 1 "" "" good
! grep -q passed "$work/out"
case_is a_failing_configuration_shows_no_old_counts $?
echo "1..$number"
