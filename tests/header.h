/* The header of a table as every version writes it: all of a problem's keys, on lines 1 to 17. */
#ifndef SGDLIMIT_TESTS_HEADER_H
#define SGDLIMIT_TESTS_HEADER_H

#define HEADER_REST                                                                                \
    "# loss: logistic\n# encoding: scalar\n# classes: [{label: 1}, {label: 0}]\n"                  \
    "# learning_rate: 0.5\n# intercept: 0\n# batch: 1\n# ridge: 0\n# label_noise: 0\n"             \
    "# start: {norm2: 0}\n# time: 1\n# output: {points: 2}\n# clean_below: 1e-9\n# seed: 1\n"      \
    "# tolerance: {relative: 1e-8, absolute: 1e-12}\n"

#define WHOLE_HEADER "# sgdlimit: 0.1.0\n# command: solve\n# dimension: inf\n" HEADER_REST

#endif
