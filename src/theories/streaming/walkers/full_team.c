/*
 * Several threads share the passes of steps, each with blocks of its own. Between two passes
 * one of them does what concerns all directions.
 */
#include <stdlib.h>
#include <string.h>

#include "src/theories/streaming/walkers/full.h"
#include "src/theories/streaming/walkers/passes.h"

#ifdef _OPENMP
#include <omp.h>
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
/* A team may be smaller than asked for. */
static bool advance_together(full_state_t *self, const full_pass_t *pass, uint64_t end)
{
    const size_t blocks = self->team.blocks;
    bool interrupted = false, going = true;
#pragma omp parallel num_threads((int)self->team.workers)
    {
        const size_t own = (size_t)omp_get_thread_num(), team = (size_t)omp_get_num_threads();
        for (;;) {
            if (own == 0)
                going = pass->choose(self, end, &interrupted);
#pragma omp barrier
            if (!going)
                break;
            for (size_t block = own * blocks / team; block < (own + 1) * blocks / team; block++)
                pass->block(self, &self->team.worker[own], block);
#pragma omp barrier
            if (own == 0)
                pass->settle(self);
        }
    }
    return !interrupted;
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
