/* Command lines with every option that shapes a table. */
#ifndef SGDLIMIT_TESTS_COMMAND_LINES_H
#define SGDLIMIT_TESTS_COMMAND_LINES_H

enum { MOST_WORDS = 24 };

/* Stands for a table of simulate, made when the test begins. */
#define RUNS "RUNS"
/* Stands for a file of 40 rows of two classes and three features, likewise. */
#define ROWS "ROWS"

/* One command line for each set of options that shape a table; tests below hold that none is left
 * out. */
static const char *const command_lines[][MOST_WORDS] = {
    {"solve", "-t", "3", "--points", "4", "--lr", "0.3,0.6", "--refine", "2", "--exact",
     "--linear-solver", "dense", "--reference", "minimum", "--classes", "2", "-d", "40"},
    {"solve", "-t", "3", "--directions", "0,1,3", "-d", "12"},
    {"solve", "-t", "3", "-d", "12", "--loss", "least-squares", "--teacher",
     "signal=[gaussian:scale=2],noise=0.5", "--momentum",
     "gain=0.2,weight=0.2,decay=[value=1,over=2]", "--gradient-noise", "0.1", "--lr", "0.2"},
    {"simulate", "-t", "2", "-d", "12", "--clip", "0.3", "--momentum", "0.5", "--teacher",
     "signal=[power-law:exponent=0.2],labels=logistic,steepness=2"},
    {"solve", "--density", "0,2", "--potential", "double-well:scale=1", "--noise",
     "constant:value=40", "--batch", "1,2", "--cells", "16"},
    {"solve", "--times", "0,0.1,2", "--loss", "least-squares", "--reference", "0.25"},
    {"simulate", "-d", "20", "-t", "2", "--runs", "3", "--kernel", "full", "--classes", "1"},
    {"simulate", "-d", "10", "-t", "2", "--runs", "2", "--directions", "1,2"},
    {"compare", "-d", "50", "-t", "2", "--points", "3", "--runs", "40", "--kernel", "collapsed",
     "--significance", "0.01", "--allowance", "4"},
    {"compare", "-t", "2", "--points", "3", "--runs", "40", "--dimensions", "20,40"},
    {"compare", "--simulated", RUNS, "--significance", "0.01"},
    {"solve", "-t", "2", "--points", "3", "--no-error"},
    {"simulate", "-d", "12", "-t", "2", "--runs", "3", "--no-error"},
    {"compare", "-d", "30", "-t", "2", "--points", "3", "--runs", "20", "--no-error"},
    {"sweep", "--vary", "learning_rate=0.2:0.4:2", "-t", "2", "--no-error"},
    {"simulate", "-d", "3", "-t", "6", "--points", "3", "--rows", ROWS, "--held-out", "0.3"},
    {"compare", "-d", "3", "-t", "6", "--points", "3", "--rows", ROWS, "--held-out", "0.3"},
    {"spectrum", "-d", "30", "--refine", "2", "--exact", "--covariance", "power-law:exponent=1"},
    {"limit", "--verify", "--lr", "0.3,0.5"},
    {"limit", "--optimise", "learning_rate", "--at", "3", "--loss", "least-squares"},
    {"optimise", "--schedule", "piecewise:3", "--pieces", "log:0.1", "--at", "4", "--refine", "2",
     "--exact", "--linear-solver", "dense", "--loss", "least-squares", "-d", "3"},
    {"limit", "--potential", "double-well:scale=0.5,linear=1.2,quadratic=0.5", "--noise",
     "constant:value=320", "--batch", "16", "--cells", "200", "--discrete"},
    {"escape", "--potential", "double-well", "--noise", "constant:value=50", "--batch", "4,9",
     "--target", "-0.5", "--discrete"},
    {"simulate", "--potential", "double-well", "--noise", "constant:value=50", "--runs", "20",
     "--noise-law", "binary", "--times", "0,1", "--batch", "4,9"},
    {"compare", "--potential", "double-well", "--noise", "constant:value=50", "--runs", "100",
     "--noise-law", "binary", "--times", "0,1,4"},
    {"compare", "--potential", "double-well", "--noise", "constant:value=50", "--runs", "100",
     "--discrete", "--times", "0,1,4", "--cells", "200"},
    {"simulate", "--potential", "double-well", "--noise", "constant:value=80", "--runs", "20",
     "--passage", "--time", "20"},
    {"compare", "--potential", "double-well", "--noise", "constant:value=80", "--runs", "20",
     "--passage", "--time", "20"},
    {"critical", "--loss", "least-squares", "--vary", "learning_rate", "--from", "0.5", "--to", "4",
     "--within", "1e-6", "--covariance", "isotropic"},
    {"critical", "--covariance", "zero-one:zero=0.5", "--vary", "classes.*.mean.scale", "--from",
     "0", "--to", "1", "--numeric", "--horizon", "1e6"},
    {"solve", "--data", "ratio=2", "--loss", "least-squares", "-t", "1", "--points", "3",
     "--accuracy", "1e-4", "--paths", "64", "--grid", "0.25", "--momentum", "nesterov=0.3"},
    {"solve", "--data", "ratio=2", "--loss", "least-squares", "-t", "20", "--points", "30",
     "--spacing", "log", "--batch", "fraction=0.3", "--momentum", "nesterov=increasing"},
    {"simulate", "--data", "ratio=2", "-d", "20", "--method", "gradient-flow", "-t", "1",
     "--points", "3", "--runs", "3", "--grid", "0.25"},
    {"simulate", "--data", "ratio=2", "-d", "20", "--batch", "fraction=0.25", "--sampling",
     "persistent=2", "-t", "4", "--points", "3"},
    {"compare", "--data", "ratio=2", "-d", "40", "--loss", "least-squares", "-t", "1", "--points",
     "3", "--runs", "30", "--accuracy", "1e-4", "--paths", "64", "--grid", "0.25"},
    {"limit", "--data", "ratio=2", "--loss", "least-squares", "--ridge", "0.1", "--accuracy",
     "1e-4", "--paths", "64", "--grid", "0.25"},
    {"critical", "--data", "ratio=2", "--loss", "least-squares", "--vary", "learning_rate",
     "--from", "0.1", "--to", "4", "--within", "1e-3", "--accuracy", "1e-4", "--paths", "64",
     "--grid", "0.25"},
    {"sweep", "--data", "ratio=2", "--loss", "least-squares", "--ridge", "0.1", "--vary",
     "data.ratio=2:4:2", "--accuracy", "1e-4", "--paths", "64", "--grid", "0.25"},
    {"sweep", "--vary", "ridge=0.1:1:2:log", "--vary", "learning_rate=0.2:0.4:2", "-t", "5"},
};
enum { COMMAND_LINES = sizeof command_lines / sizeof *command_lines };

#endif
