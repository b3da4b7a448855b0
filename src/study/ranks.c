#include "src/study/ranks.h"

#include <stdlib.h>
#include <string.h>

#ifdef SGDL_MPI

#include <limits.h>
#include <mpi.h>

enum { TAG_WORK = 1, TAG_NUMBER = 2 };

/* MPI alone leaves files behind and takes its time: it is started if a launcher started us. */
static bool is_launched(void)
{
    static const char *const signs[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE",
                                        "MPIEXEC_HOSTNAME"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (getenv(signs[i]))
            return true;
    return false;
}

int ranks_begin(sgdl_error_t *error)
{
    int provided, started = 0;
    (void)MPI_Initialized(&started);
    if (started || !is_launched())
        return SGDL_OK;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS ||
        provided < MPI_THREAD_FUNNELED)
        return sgdl_fail(error, SGDL_ERR_EXTERNAL, NULL, "MPI could not be started");
    return SGDL_OK;
}

void ranks_end(void)
{
    int started = 0, ended = 0;
    (void)MPI_Initialized(&started);
    (void)MPI_Finalized(&ended);
    if (started && !ended)
        (void)MPI_Finalize();
}

void ranks_abort(void)
{
    if (ranks_count() > 1)
        (void)MPI_Abort(MPI_COMM_WORLD, 1);
}

static int ask(int (*question)(MPI_Comm, int *), int otherwise)
{
    int started = 0, ended = 0, answer = otherwise;
    (void)MPI_Initialized(&started);
    (void)MPI_Finalized(&ended);
    if (started && !ended)
        (void)question(MPI_COMM_WORLD, &answer);
    return answer;
}

int ranks_own(void) { return ask(MPI_Comm_rank, 0); }

int ranks_count(void) { return ask(MPI_Comm_size, 1); }

int ranks_share_text(char **text, sgdl_error_t *error)
{
    int size = 0;
    if (ranks_count() == 1)
        return SGDL_OK;
    if (ranks_own() == 0 && *text && strlen(*text) < INT_MAX)
        size = (int)strlen(*text) + 1;
    (void)MPI_Bcast(&size, 1, MPI_INT, 0, MPI_COMM_WORLD);
    if (size == 0)
        return SGDL_OK;
    if (ranks_own() != 0 && !(*text = malloc((size_t)size)))
        return sgdl_fail_memory(error);
    (void)MPI_Bcast(*text, size, MPI_CHAR, 0, MPI_COMM_WORLD);
    return SGDL_OK;
}

void ranks_send(const void *message, size_t size)
{
    (void)MPI_Send(message, (int)size, MPI_BYTE, 0, TAG_WORK, MPI_COMM_WORLD);
}

long ranks_receive(void)
{
    long number = -1;
    (void)MPI_Recv(&number, 1, MPI_LONG, 0, TAG_NUMBER, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return number;
}

bool ranks_poll(void *message, size_t room, size_t *size, int *from)
{
    int there = 0, count = 0;
    MPI_Status status;
    (void)MPI_Iprobe(MPI_ANY_SOURCE, TAG_WORK, MPI_COMM_WORLD, &there, &status);
    if (!there)
        return false;
    *from = status.MPI_SOURCE;
    (void)MPI_Recv(message, (int)room, MPI_BYTE, *from, TAG_WORK, MPI_COMM_WORLD, &status);
    (void)MPI_Get_count(&status, MPI_BYTE, &count);
    *size = (size_t)count;
    return true;
}

void ranks_answer(int to, long number)
{
    (void)MPI_Send(&number, 1, MPI_LONG, to, TAG_NUMBER, MPI_COMM_WORLD);
}

#else

int ranks_begin(sgdl_error_t *error)
{
    (void)error;
    return SGDL_OK;
}

void ranks_end(void) {}

void ranks_abort(void) {}

int ranks_own(void) { return 0; }

int ranks_count(void) { return 1; }

int ranks_share_text(char **text, sgdl_error_t *error)
{
    (void)text, (void)error;
    return SGDL_OK;
}

void ranks_send(const void *message, size_t size) { (void)message, (void)size; }

long ranks_receive(void) { return -1; }

bool ranks_poll(void *message, size_t room, size_t *size, int *from)
{
    (void)message, (void)room, (void)size, (void)from;
    return false;
}

void ranks_answer(int to, long number) { (void)to, (void)number; }

#endif
