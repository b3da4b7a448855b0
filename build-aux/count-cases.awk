# Reads meson's testlog.txt, prints the line "N passed, N failed". Cases are counted from the tests' own
# reports; a module that failed without naming a case (it died, it was cut off) is one failure more.
function close_module() {
    if (inside && failing && !named) failed++
    inside = 0
}
/^=+ [0-9]+\/[0-9]+ =+$/ { close_module(); inside = 1; failing = named = 0 }
/^result: / { failing = ($0 !~ /^result: +exit status 0$/) }
/^ok / { if ($0 !~ / # SKIP/) passed++ }
/^not ok / { failed++; named = 1 }
END { close_module(); print passed + 0 " passed, " failed + 0 " failed" }
