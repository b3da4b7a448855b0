/** What a command may take of the machine, and the flag that a signal sets. */
#ifndef SGDLIMIT_CLI_RESOURCES_H
#define SGDLIMIT_CLI_RESOURCES_H

#include "src/cli/command.h"

/** Of every command that works on a problem. */
#define MEMORY_OPTION                                                                              \
    {                                                                                              \
        "memory", 0, "SIZE", "most memory to take, such as 4G or 500M [half of this machine's]"    \
    }

/** Bytes that --memory allows, or half of this machine's. Errors: SGDL_ERR_INPUT. */
int memory_allowed(const arguments_t *arguments, double *bytes, sgdl_error_t *error) SGDL_CHECKED;

/** Sets what the plan's work keeps to: memory, and Ctrl-C, which is watched from now on. Errors:
 * SGDL_ERR_INPUT. */
int resources_set(const arguments_t *arguments, sgdl_plan_t *plan,
                  sgdl_error_t *error) SGDL_CHECKED;

#endif
