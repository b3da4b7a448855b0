/** Ctrl-C and SIGTERM as a flag that long work polls. */
#ifndef SGDL_CLI_INTERRUPT_H
#define SGDL_CLI_INTERRUPT_H

#include <signal.h>

/** From now on the signals set the flag that is returned; repeated often, they end the program. */
const volatile sig_atomic_t *interrupt_watch(void);

#endif
