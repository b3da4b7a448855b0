/*
 * Several threads share the passes of steps. Each takes blocks of its own part first, which its
 * caches hold, then what others have not come to: nobody waits for a thread that the system has put
 * aside, but for the block that it holds. Between two passes the first does what concerns all
 * directions; the others wait, at first awake.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "src/theories/streaming/walkers/full.h"
#include "src/theories/streaming/walkers/passes.h"

#ifdef _OPENMP
#include <omp.h>
#include <sched.h>
#endif

int full_team_init(full_state_t *self, size_t sums)
{
    const experiment_t *experiment = self->model->experiment;
    full_team_t *team = &self->team;
    team->blocks = (experiment->d + FULL_BLOCK - 1) / FULL_BLOCK;
    team->workers = experiment->threads < team->blocks ? experiment->threads : team->blocks;
    const size_t bytes = team->workers * sizeof *team->worker;
    team->worker = aligned_alloc(_Alignof(full_worker_t), bytes);
    if (!team->worker)
        return SGDL_ERR_MEMORY;
    memset(team->worker, 0, bytes);
    for (size_t w = 0; w < team->workers; w++) {
        size_t unused;
        team->worker[w].sum = experiment_rows(sums, PASS_LANES, &unused);
        if (!team->worker[w].sum)
            return SGDL_ERR_MEMORY;
    }
    return SGDL_OK;
}

void full_team_free(full_state_t *self)
{
    full_team_t *team = &self->team;
    for (size_t w = 0; team->worker && w < team->workers; w++) {
        free(team->worker[w].sum);
        free(team->worker[w].moved);
    }
    free(team->worker);
}

static bool advance_alone(full_state_t *self, const full_pass_t *pass, uint64_t end)
{
    bool interrupted;
    while (pass->choose(self, end, &interrupted)) {
        for (size_t block = 0; block < self->team.blocks; block++)
            pass->block(self, self->team.worker, block);
        pass->settle(self);
    }
    return !interrupted;
}

#ifdef _OPENMP
/* Looks of a waiting thread, some tens of microseconds, before it lets others have its processor.
 */
enum { LOOKS = 2000 };

typedef struct shared {
    full_state_t *state;
    const full_pass_t *pass;
    size_t team;
    _Alignas(64) atomic_size_t round; /* passes begun */
    atomic_bool over;                 /* no pass follows */
    _Alignas(64) atomic_size_t done;  /* blocks of this pass */
} shared_t;

static void wait_a_little(size_t *looks)
{
    if (++*looks > LOOKS)
        (void)sched_yield();
}

/* What is left of the parts, one's own first. Whoever comes late may be given blocks of the next
 * pass: `taken` is set back once all is ready for it. */
static void take_blocks(shared_t *self, size_t own)
{
    full_state_t *state = self->state;
    const size_t blocks = state->team.blocks, team = self->team;
    for (size_t t = 0; t < team; t++) {
        const size_t whose = (own + t) % team;
        const size_t begin = whose * blocks / team, end = (whose + 1) * blocks / team;
        for (;;) {
            const size_t block = begin + atomic_fetch_add(&state->team.worker[whose].taken, 1);
            if (block >= end)
                break;
            self->pass->block(state, &state->team.worker[own], block);
            atomic_fetch_add(&self->done, 1);
        }
    }
}

static void follow(shared_t *self, size_t own)
{
    for (size_t seen = 0;;) {
        for (size_t looks = 0; atomic_load(&self->round) == seen;)
            wait_a_little(&looks);
        seen = atomic_load(&self->round);
        if (atomic_load(&self->over))
            return;
        take_blocks(self, own);
    }
}

static bool lead(shared_t *self, uint64_t end)
{
    full_state_t *state = self->state;
    bool interrupted;
    while (self->pass->choose(state, end, &interrupted)) {
        atomic_store(&self->done, 0);
        for (size_t t = 0; t < self->team; t++)
            atomic_store(&state->team.worker[t].taken, 0);
        atomic_fetch_add(&self->round, 1);
        take_blocks(self, 0);
        for (size_t looks = 0; atomic_load(&self->done) < state->team.blocks;)
            wait_a_little(&looks);
        self->pass->settle(state);
    }
    atomic_store(&self->over, true);
    atomic_fetch_add(&self->round, 1);
    return !interrupted;
}

/* A team may be smaller than asked for. */
static bool advance_together(full_state_t *self, const full_pass_t *pass, uint64_t end)
{
    shared_t shared = {.state = self, .pass = pass};
    bool finished = true;
    for (size_t t = 0; t < self->team.workers; t++) /* nothing is to be had yet */
        atomic_store(&self->team.worker[t].taken, self->team.blocks);
#pragma omp parallel num_threads((int)self->team.workers)
    {
        const size_t own = (size_t)omp_get_thread_num();
#pragma omp single
        shared.team = (size_t)omp_get_num_threads();
        if (own == 0)
            finished = lead(&shared, end);
        else
            follow(&shared, own);
    }
    return finished;
}
#endif

bool full_team_advance(full_state_t *self, const full_pass_t *pass, uint64_t end)
{
#ifdef _OPENMP
    if (self->team.workers > 1)
        return advance_together(self, pass, end);
#endif
    return advance_alone(self, pass, end);
}
