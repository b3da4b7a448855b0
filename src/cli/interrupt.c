#include "src/cli/interrupt.h"

#include <stddef.h>

/* A signal handler can reach nothing but a static. */
static volatile sig_atomic_t signals;

/* Tools such as timeout(1) may deliver a signal twice at once: only the third one means that the
 * user has lost patience with work that does not look at the flag. */
static void count_signal(int number)
{
    signals = signals + 1;
    if (signals >= 3) {
        (void)signal(number, SIG_DFL);
        (void)raise(number);
    }
}

const volatile sig_atomic_t *interrupt_watch(void)
{
    struct sigaction action = {.sa_handler = count_signal, .sa_flags = SA_RESTART};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    return &signals;
}
