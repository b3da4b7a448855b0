/* Two threads compute two problems at once: the library has no state of its own.
 *
 *     cc -pthread two_threads.c $(pkg-config --cflags --libs sgdlimit) -o two_threads &&
 * ./two_threads
 */
#include <pthread.h>
#include <stdio.h>

#include <sgdlimit/sgdlimit.h>

typedef struct job {
    const char *loss; /* in */
    sgdl_limit_t limit;
    sgdl_error_t error;
    int status;
} job_t;

/* What the risk comes to in the end. */
static void *find_limit(void *context)
{
    job_t *job = context;
    sgdl_problem_t *problem = sgdl_problem_new();
    job->status = problem ? sgdl_problem_set(problem, "loss", job->loss, &job->error)
                          : sgdl_fail_memory(&job->error);
    if (job->status == SGDL_OK)
        job->status = sgdl_limit_init(&job->limit, problem, NULL, 0, &job->error);
    sgdl_problem_free(problem);
    return NULL;
}

int main(void)
{
    job_t jobs[2] = {{.loss = "logistic"}, {.loss = "least-squares"}};
    pthread_t thread[2];
    int failed = 0;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&thread[i], NULL, find_limit, &jobs[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++) {
        (void)pthread_join(thread[i], NULL);
        if (jobs[i].status != SGDL_OK)
            fprintf(stderr, "%s: %s\n", jobs[i].error.place, jobs[i].error.message);
        else
            printf("%s: the risk ends at %.6f\n", jobs[i].loss, jobs[i].limit.risk);
        failed |= jobs[i].status != SGDL_OK;
        sgdl_limit_free(&jobs[i].limit);
    }
    return failed;
}
