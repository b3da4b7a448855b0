#include "src/cli/interrupt.h"

#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

enum { PATIENCE = 2 }; /* seconds */

/* A signal handler can reach nothing but a static. */
static volatile sig_atomic_t signals;
static volatile sig_atomic_t first;

/* Tools such as timeout(1) may deliver a signal twice at once: only the third one means that the
 * user has lost patience with work that does not look at the flag. */
static void count_signal(int number)
{
    if (signals == 0)
        first = number;
    signals = signals + 1;
    (void)alarm(PATIENCE);
    if (signals >= 3) {
        (void)signal(number, SIG_DFL);
        (void)raise(number);
    }
}

/* A write that begins only after the signal finds no end by itself. */
static void break_off(int number)
{
    (void)number;
    (void)alarm(PATIENCE);
}

const volatile sig_atomic_t *interrupt_watch(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGXCPU};
    /* no SA_RESTART: a write that blocks is to end */
    struct sigaction action = {.sa_handler = break_off};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGALRM, &action, NULL);
    action.sa_handler = count_signal;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction before;
        bool kept = numbers[i] == SIGHUP && sigaction(SIGHUP, NULL, &before) == 0 &&
                    before.sa_handler == SIG_IGN; /* nohup(1) */
        if (!kept)
            (void)sigaction(numbers[i], &action, NULL);
    }
    return &signals;
}

int interrupt_signal(void) { return first; }

void interrupt_end(void) { (void)alarm(0); }
