/**
 * Status codes and error reports, shared by every module.
 *
 * Functions that can fail return 0 (SGDL_OK) or one of the negative codes below, and describe the
 * failure in a caller-owned sgdl_error_t. The `error` argument may be NULL everywhere.
 */
#ifndef SGDLIMIT_ERROR_H
#define SGDLIMIT_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SGDL_CHECKED __attribute__((warn_unused_result))
#define SGDL_FORMAT(string, first) __attribute__((format(printf, string, first)))
#else
#define SGDL_CHECKED
#define SGDL_FORMAT(string, first)
#endif

/** Every status, with its text: X(name, text). */
#define SGDL_STATUS_LIST(X)                                                                        \
    X(SGDL_ERR_MEMORY, "out of memory")                                                            \
    X(SGDL_ERR_INPUT, "the command line or an input file is wrong")                                \
    X(SGDL_ERR_OUTPUT, "an output could not be written")                                           \
    X(SGDL_ERR_SOLVER, "the integrator gave up")                                                   \
    X(SGDL_ERR_DIVERGED, "the run diverged")                                                       \
    X(SGDL_ERR_INTERRUPTED, "interrupted")                                                         \
    X(SGDL_ERR_EXTERNAL, "an external program failed")                                             \
    X(SGDL_ERR_DISAGREED, "simulation and limit disagree")                                         \
    X(SGDL_ERR_INCONCLUSIVE, "simulation too small to tell")

typedef enum sgdl_status {
    SGDL_STATUS_FIRST = -100, /* so that all that follow are negative */
#define SGDL_STATUS_ENUM(name, text) name,
    SGDL_STATUS_LIST(SGDL_STATUS_ENUM)
#undef SGDL_STATUS_ENUM
        SGDL_OK = 0
} sgdl_status_t;

/** What went wrong and where. Plain data: nothing to free. */
typedef struct sgdl_error {
    int code;           /* SGDL_OK or a negative sgdl_status_t */
    long raw;           /* flag of CVODE or info of LAPACK behind it, 0 if none */
    char place[512];    /* "FILE:LINE", a flag's name, or "" */
    char message[1024]; /* what is wrong, what was found, what is allowed */
} sgdl_error_t;

/** The fixed text of a status code. Never NULL. */
const char *sgdl_status_text(int code);

/**
 * Fills `error` (unless NULL) and returns `code`, so that callers write `return sgdl_fail(...)`.
 * `place` may be NULL. Overlong texts are cut.
 */
int sgdl_fail(sgdl_error_t *error, int code, const char *place, const char *format, ...)
    SGDL_FORMAT(4, 5);

/** sgdl_fail with SGDL_ERR_MEMORY and a standard text. */
int sgdl_fail_memory(sgdl_error_t *error);

#ifdef __cplusplus
}
#endif
#endif
