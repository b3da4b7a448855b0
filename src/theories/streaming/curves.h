/** What the tables of simulate and compare share. */
#ifndef SGDLIMIT_THEORIES_STREAMING_CURVES_H
#define SGDLIMIT_THEORIES_STREAMING_CURVES_H

#include "sgdlimit/table.h"
#include "src/theories/streaming/simulation.h"

/** Adds the columns NAME_mean NAME_sd NAME_q10 NAME_q90. */
int curves_columns(sgdl_table_t *table, const char *name, sgdl_error_t *error) SGDL_CHECKED;

/** Writes these four numbers; returns where the next ones go. */
double *curves_statistics(double *next, statistics_t statistics);

/** The value in the column `curve`: the learning rate behind its warm-up. */
double curves_value(const sgdl_problem_t *problem, size_t curve);

/** Comments on the simulation as a whole, and on one curve that is not complete. */
int curves_comment(const simulation_t *simulation, sgdl_table_t *table,
                   sgdl_error_t *error) SGDL_CHECKED;
int curves_comment_incomplete(const simulation_t *simulation, size_t curve, sgdl_table_t *table,
                              sgdl_error_t *error) SGDL_CHECKED;

/** SGDL_ERR_DIVERGED with a message if runs of any curve diverged. */
int curves_divergence(const simulation_t *simulation, sgdl_error_t *error);

#endif
