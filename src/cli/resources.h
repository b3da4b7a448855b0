/** What a command may take of the machine. */
#ifndef SGDLIMIT_CLI_RESOURCES_H
#define SGDLIMIT_CLI_RESOURCES_H

#include "sgdlimit/error.h"

/** Bytes that are allowed where nothing is said: half of this machine's. 0: no bound. */
double memory_of_machine(void);

/** The text of --memory. Errors: SGDL_ERR_INPUT. */
int memory_read(const char *text, double *bytes, sgdl_error_t *error) SGDL_CHECKED;

#endif
