/* The picture: data and parameters in a folder of its own, gnuplot without a shell, and the file
 * put in place once it is whole. */
#include <dirent.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/fail_writing.h"
#include "src/base/interrupted.h"
#include "src/draw/plot.h"
#include "src/base/whole_file.h"

extern char **environ;

/* ---- where the scripts are --------------------------------------------------------------------
 */

static bool holds_scripts(const char *folder)
{
    char script[PLOT_PATH_ROOM + 16];
    int length = snprintf(script, sizeof script, "%s/curve.gp", folder);
    return length > 0 && (size_t)length < sizeof script && access(script, R_OK) == 0;
}

/* gnuplot takes a name that begins with '<' or '|' for a command, one with '-' for a flag: all
 * names that it gets begin with '/'. */
static int make_absolute(char *folder, sgdl_error_t *error)
{
    char absolute[PATH_MAX];
    if (!realpath(folder, absolute) || strlen(absolute) >= PLOT_PATH_ROOM) {
        return sgdl_fail(error, SGDL_ERR_OUTPUT, folder, "the folder cannot be found: %s",
                         strerror(errno));
    }
    (void)strcpy(folder, absolute);
    return SGDL_OK;
}

/* SGDLIMIT_PLOTS, beside the program (source tree, build folder or installation), the installed
 * folder. */
static int find_scripts(char *folder, sgdl_error_t *error)
{
    static const char *const relative[] = {"../plots", "plots", "../share/sgdlimit/plots"};
    const char *stated = getenv("SGDLIMIT_PLOTS");
    if (stated && *stated) {
        (void)snprintf(folder, PLOT_PATH_ROOM, "%s", stated);
        return holds_scripts(folder) ? SGDL_OK
                                     : sgdl_fail(error, SGDL_ERR_EXTERNAL, "SGDLIMIT_PLOTS",
                                                 "there is no curve.gp in '%.200s'", stated);
    }
    char program[PLOT_PATH_ROOM - 64];
#ifdef __APPLE__
    uint32_t room = sizeof program;
    ssize_t length = _NSGetExecutablePath(program, &room) == 0 ? (ssize_t)strlen(program) : 0;
#else
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
#endif
    char *slash = NULL;
    if (length > 0) {
        program[length] = '\0';
        slash = strrchr(program, '/');
    }
    for (size_t i = 0; slash && i < sizeof relative / sizeof *relative; i++) {
        (void)snprintf(folder, PLOT_PATH_ROOM, "%.*s/%s", (int)(slash - program), program,
                       relative[i]);
        if (holds_scripts(folder))
            return SGDL_OK;
    }
    (void)snprintf(folder, PLOT_PATH_ROOM, "%s", SGDL_PLOTS_DIR);
    return holds_scripts(folder)
               ? SGDL_OK
               : sgdl_fail(error, SGDL_ERR_EXTERNAL, NULL,
                           "the gnuplot scripts (curve.gp) are not in %s; the environment "
                           "variable SGDLIMIT_PLOTS may name their folder",
                           SGDL_PLOTS_DIR);
}

/* ---- gnuplot ----------------------------------------------------------------------------------
 */

/* The last line that gnuplot complained in, for the message: it holds the reason, behind what it
 * quotes and behind warnings. */
static void read_complaint(const char *folder, char *reason, size_t size)
{
    char path[PLOT_PATH_ROOM + 64];
    char line[300];
    (void)snprintf(path, sizeof path, "%s/complaint", folder);
    FILE *stream = fopen(path, "r");
    *reason = '\0';
    while (stream && fgets(line, sizeof line, stream)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[strspn(line, " \t^")] && !strstr(line, "warning:"))
            (void)snprintf(reason, size, "%s", line);
    }
    if (stream)
        (void)fclose(stream);
}

/* The environment without what would change gnuplot's mind: its terminal, its folders, its
 * start-up files. The list is the caller's, the texts are not. NULL without memory. */
static char **quiet_environment(void)
{
    static const char *const unwanted[] = {"GNUTERM=", "GNUPLOT", "GNUFITLOG=", "FIT_"};
    size_t count = 0;
    size_t kept = 0;
    while (environ[count])
        count++;
    char **list = calloc(count + 1, sizeof *list);
    for (size_t i = 0; list && i < count; i++) {
        bool wanted = true;
        for (size_t k = 0; k < sizeof unwanted / sizeof *unwanted; k++)
            wanted = wanted && strncmp(environ[i], unwanted[k], strlen(unwanted[k])) != 0;
        if (wanted)
            list[kept++] = environ[i];
    }
    return list;
}

static int spawn_gnuplot(const char *folder, const char *scripts, const char *name, pid_t *child)
{
    char script[PLOT_PATH_ROOM + 32];
    char complaint[PLOT_PATH_ROOM + 16];
    char work[PLOT_PATH_ROOM];
    char program[] = "gnuplot";
    char no_startup_files[] = "-d";
    char call[] = "-c";
    char *words[] = {program, no_startup_files, call, script, work, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t pipe_signal;
    char **environment = quiet_environment();

    if (!environment)
        return ENOMEM;
    (void)snprintf(script, sizeof script, "%s/%.24s", scripts, name);
    (void)snprintf(complaint, sizeof complaint, "%s/complaint", folder);
    (void)snprintf(work, sizeof work, "%s", folder);
    int number = posix_spawn_file_actions_init(&files);
    if (number)
        goto no_files;
    number = posix_spawnattr_init(&attributes);
    if (number)
        goto no_attributes;
    (void)sigemptyset(&pipe_signal);
    (void)sigaddset(&pipe_signal, SIGPIPE); /* ignored here, but not in gnuplot */
    number = posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
    number = number ? number : posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    number = number
                 ? number
                 : posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    number =
        number ? number
               : posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    number = number ? number
                    : posix_spawn_file_actions_addopen(&files, STDERR_FILENO, complaint,
                                                       O_WRONLY | O_CREAT | O_TRUNC, 0600);
    number =
        number ? number : posix_spawnp(child, program, &files, &attributes, words, environment);
    (void)posix_spawnattr_destroy(&attributes);
no_attributes:
    (void)posix_spawn_file_actions_destroy(&files);
no_files:
    free(environment);
    return number;
}

static int run_gnuplot(const char *folder, const char *scripts, const char *name,
                       const volatile sig_atomic_t *stop, sgdl_error_t *error)
{
    pid_t child;
    int number = spawn_gnuplot(folder, scripts, name, &child);
    if (number == ENOENT) {
        return sgdl_fail(error, SGDL_ERR_EXTERNAL, "gnuplot",
                         "not found; pictures need it (Debian package gnuplot-nox)");
    }
    if (number) {
        return sgdl_fail(error, SGDL_ERR_EXTERNAL, "gnuplot", "cannot be started: %s",
                         strerror(number));
    }
    int outcome;
    while (waitpid(child, &outcome, 0) < 0 && errno == EINTR) {
    }
    if (stop_asked(stop))
        return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted; no picture was written");
    if (!WIFEXITED(outcome) || WEXITSTATUS(outcome) != 0) {
        char complaint[300];
        read_complaint(folder, complaint, sizeof complaint);
        return sgdl_fail(error, SGDL_ERR_EXTERNAL, "gnuplot", "failed: %s",
                         *complaint ? complaint : "it gave no reason");
    }
    return SGDL_OK;
}

/* ---- the work folder --------------------------------------------------------------------------
 */

/* The folder is this program's own, and so is all that is in it. */
static void remove_folder(const char *folder, DIR *content)
{
    char path[PLOT_PATH_ROOM + 300];
    if (content)
        rewinddir(content);
    for (struct dirent *entry; content && (entry = readdir(content));) {
        (void)snprintf(path, sizeof path, "%s/%.255s", folder, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)unlink(path);
    }
    if (content)
        (void)closedir(content);
    (void)rmdir(folder);
}

/* The stream that its removal reads is opened at once: later there may be no memory for one. */
static int make_folder(char *folder, DIR **content, sgdl_error_t *error)
{
    const char *parent = getenv("TMPDIR");
    int length =
        snprintf(folder, PLOT_PATH_ROOM, "%s/sgdlimit-XXXXXX", parent && *parent ? parent : "/tmp");
    if (length < 0 || length >= PLOT_PATH_ROOM || !mkdtemp(folder)) {
        *folder = '\0';
        return sgdl_fail(error, SGDL_ERR_OUTPUT, parent && *parent ? parent : "/tmp",
                         "a temporary folder cannot be made there: %s", strerror(errno));
    }
    *content = opendir(folder);
    int status =
        *content ? make_absolute(folder, error)
                 : sgdl_fail(error, SGDL_ERR_OUTPUT, folder, "cannot be read: %s", strerror(errno));
    if (status != SGDL_OK)
        remove_folder(folder, *content);
    return status;
}

/* gnuplot says nothing of a disk that was full: a whole picture ends as its format does. */
static bool is_whole(FILE *picture, const char *ending)
{
    static const char *const marks[][2] = {{"png", "IEND"}, {"svg", "</svg>"}, {"pdf", "%%EOF"}};
    char tail[33] = "";
    const long length = (long)sizeof tail - 1;
    if (fseek(picture, -length, SEEK_END) != 0 ||
        fread(tail, 1, (size_t)length, picture) != (size_t)length)
        return false;
    for (long i = 0; i < length; i++)
        tail[i] = tail[i] ? tail[i] : ' ';
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strcmp(ending, marks[i][0]) == 0 && !strstr(tail, marks[i][1]))
            return false;
    return fseek(picture, 0, SEEK_SET) == 0;
}

/* Copies the picture, so that errors of writing are seen here and not lost in gnuplot. */
static int deliver(const char *folder, const char *target, const char *ending, sgdl_error_t *error)
{
    char path[PLOT_PATH_ROOM + 64];
    char buffer[1 << 14];
    size_t got;
    whole_file_t file;
    (void)snprintf(path, sizeof path, "%s/picture", folder);
    FILE *picture = fopen(path, "rb");
    if (!picture)
        return sgdl_fail(error, SGDL_ERR_EXTERNAL, "gnuplot", "drew nothing: %s", strerror(errno));
    if (!is_whole(picture, ending)) {
        (void)fclose(picture);
        return sgdl_fail(error, SGDL_ERR_EXTERNAL, "gnuplot",
                         "drew an incomplete picture in %.200s; is its disk full?", folder);
    }
    int status = whole_file_open(&file, target, error);
    if (status != SGDL_OK) {
        (void)fclose(picture);
        return status;
    }
    while ((got = fread(buffer, 1, sizeof buffer, picture)) > 0 &&
           fwrite(buffer, 1, got, file.stream) == got) {
    }
    const int number = ferror(file.stream) ? errno : 0;
    bool failed = ferror(picture);
    (void)fclose(picture);
    if (number) {
        whole_file_discard(&file);
        return fail_writing(error, number, target);
    }
    if (failed) {
        whole_file_discard(&file);
        return sgdl_fail(error, SGDL_ERR_EXTERNAL, "gnuplot", "its picture cannot be read");
    }
    return whole_file_commit(&file, error);
}

int plot_run(const plot_request_t *request, plot_panel_t *panels, const plot_drawing_t *drawing,
             sgdl_error_t *error)
{
    char scripts[PLOT_PATH_ROOM];
    char folder[PLOT_PATH_ROOM];
    DIR *content = NULL;
    char *caption = NULL;
    plot_page_t page = {0};
    const plot_inputs_t inputs = {
        .request = request, .panels = panels, .page = &page, .ending = drawing->ending};

    int status = find_scripts(scripts, error);
    status = status != SGDL_OK ? status : make_absolute(scripts, error);
    status = status != SGDL_OK ? status : make_folder(folder, &content, error);
    if (status != SGDL_OK)
        return status;
    status = plot_caption(request, panels, &caption, error);
    status = status != SGDL_OK ? status : plot_page_init(&page, request, panels, caption, error);
    status = status != SGDL_OK ? status : plot_write_page(&inputs, folder, scripts, error);
    status = status != SGDL_OK
                 ? status
                 : drawing->write(drawing->context ? drawing->context : &inputs, folder, error);
    status = status != SGDL_OK
                 ? status
                 : run_gnuplot(folder, scripts, drawing->script, request->stop, error);
    status = status != SGDL_OK ? status : deliver(folder, drawing->path, drawing->ending, error);
    free(caption);
    plot_page_free(&page);
    remove_folder(folder, content);
    return status;
}
