/** Signals that ask for an end, as a flag that long work polls: INT (Ctrl-C), TERM, HUP, USR1 and
 * XCPU, with which terminals, timeout(1), batch systems and limits say so. */
#ifndef SGDLIMIT_CLI_INTERRUPT_H
#define SGDLIMIT_CLI_INTERRUPT_H

#include <signal.h>

/** From now on the signals set the flag that is returned and break off a write that waits for its
 * reader (EINTR), at once and every few seconds after; repeated often, they end the program. */
const volatile sig_atomic_t *interrupt_watch(void);

/** The first of them that came, or 0. */
int interrupt_signal(void);

/** Nothing is written any more: what runs at the program's exit is left in peace. */
void interrupt_end(void);

#endif
