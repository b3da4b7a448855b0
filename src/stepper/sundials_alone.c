/* Some builds of SUNDIALS, Debian 13's among them, can log and profile across the ranks of MPI. It
 * is asked for neither: every context is created without a communicator. Where the static libraries
 * are there, these names stand in for what they would call, so that no program spends 0.15 s at its
 * start on loading MPI and its network drivers. Linked only if the build needs it (meson.build). */
#include <stdlib.h>

#define NEVER_CALLED(name)                                                                         \
    __attribute__((visibility("hidden"))) void name(void);                                         \
    void name(void) { abort(); }

NEVER_CALLED(MPI_Abort)
NEVER_CALLED(MPI_Comm_dup)
NEVER_CALLED(MPI_Comm_free)
NEVER_CALLED(MPI_Comm_rank)
NEVER_CALLED(MPI_Comm_size)
NEVER_CALLED(MPI_Op_create)
NEVER_CALLED(MPI_Op_free)
NEVER_CALLED(MPI_Reduce)
NEVER_CALLED(MPI_Type_commit)
NEVER_CALLED(MPI_Type_create_resized)
NEVER_CALLED(MPI_Type_create_struct)
NEVER_CALLED(MPI_Type_free)
NEVER_CALLED(MPI_Type_get_extent)

/* Open MPI's constants are addresses; that of the null communicator is compared with. */
#define ONLY_AN_ADDRESS(name)                                                                      \
    extern __attribute__((visibility("hidden"))) char name[1];                                     \
    char name[1];

ONLY_AN_ADDRESS(ompi_mpi_comm_null)
ONLY_AN_ADDRESS(ompi_mpi_double)
ONLY_AN_ADDRESS(ompi_mpi_long)
