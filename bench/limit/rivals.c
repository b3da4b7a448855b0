#include "bench/limit/rivals.h"

#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Its standard input and output are ours; false: there is none. */
static int begin_child(rivals_t *self, char **command, const int ask[2], const int answer[2])
{
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return 0;
    int good = posix_spawn_file_actions_adddup2(&actions, ask[0], 0) == 0 &&
               posix_spawn_file_actions_adddup2(&actions, answer[1], 1) == 0 &&
               posix_spawn_file_actions_addclose(&actions, ask[1]) == 0 &&
               posix_spawn_file_actions_addclose(&actions, answer[0]) == 0 &&
               posix_spawnp(&self->child, command[0], &actions, NULL, command, environ) == 0;
    (void)posix_spawn_file_actions_destroy(&actions);
    return good;
}

void rivals_begin(rivals_t *self, const char *folder)
{
    char path[4096], python[] = "python3";
    const char *named = getenv("PYTHON");
    char *command[] = {named ? (char *)named : python, path, NULL};
    int ask[2], answer[2];
    *self = (rivals_t){0};
    (void)snprintf(path, sizeof path, "%s/simulate_rivals.py", folder);
    (void)signal(SIGPIPE, SIG_IGN);
    if (pipe(ask) != 0)
        return;
    if (pipe(answer) != 0) {
        (void)close(ask[0]);
        (void)close(ask[1]);
        return;
    }
    if (!begin_child(self, command, ask, answer))
        self->child = 0;
    (void)close(ask[0]);
    (void)close(answer[1]);
    self->ask = fdopen(ask[1], "w");
    self->answer = fdopen(answer[0], "r");
}

double rivals_ask(rivals_t *self, const char *question)
{
    char line[64];
    double nanoseconds;
    if (self->child == 0 || !self->ask || !self->answer ||
        fprintf(self->ask, "%s\n", question) < 0 || fflush(self->ask) != 0 ||
        !fgets(line, sizeof line, self->answer) || sscanf(line, "%lf", &nanoseconds) != 1)
        return NAN;
    return nanoseconds;
}

void rivals_end(rivals_t *self)
{
    if (self->ask)
        (void)fclose(self->ask);
    if (self->answer)
        (void)fclose(self->answer);
    if (self->child > 0)
        (void)waitpid(self->child, NULL, 0);
    *self = (rivals_t){0};
}
