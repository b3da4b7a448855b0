/* The words of a picture: axis labels, legends, the caption line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/plot.h"

enum { LONGEST_VALUE = 48 }; /* of a parameter in a legend */

/* ---- axis labels ------------------------------------------------------------------------------
 */

typedef struct word {
    const char *name;
    const char *label;
} word_t;

static const word_t words[] = {{"t", "t = steps / d"},
                               {"risk", "risk R(t)"},
                               {"error", "misclassification error"},
                               {"learning_rate", "learning rate γ(t)"},
                               {"norm2", "squared norm |X|²"},
                               {"slope", "slope d log R / d log t"},
                               {"mean", "preactivation mean m(t)"},
                               {"var", "preactivation variance B(t)"},
                               {"cos", "overlap with the class mean"},
                               {"clean_share", "clean share of m(t)"},
                               {"clean_norm2", "squared norm |X|², clean part"},
                               {"gradient_norm2", "squared norm of the risk's gradient"},
                               {"noise_power", "SGD noise power"},
                               {"bias", "bias β(t)"},
                               {"excess", "excess risk R(t) − R_ref"},
                               {"noise_excess", "SGD noise's part of the risk R(∞) − R_min"},
                               {"overlap", "overlap density A·ν"},
                               {"eigenvalue_bar", "mean eigenvalue Σ p λ"},
                               {"risk_limit", "risk at t → ∞"},
                               {"risk_min", "least risk"},
                               {"theta", "exponent θ of the approach"},
                               {"theta_measured", "measured exponent θ"},
                               {"verdict", "verdict: 0 zero, 1 positive, 2 diverges"},
                               {"classes.*.covariance.exponent", "covariance exponent α"},
                               {"classes.*.mean.exponent", "mean exponent β"},
                               {"classes.1.mean.exponent", "mean exponent β"},
                               {NULL, NULL}};

/* A sweep's reference is each point's limit. */
static const word_t sweep_words[] = {{"excess", "excess risk R(t) − R(∞)"}, {NULL, NULL}};

static const word_t spectrum_words[] = {{"u", "u = cumulative weight of directions"},
                                        {"eigenvalue", "eigenvalue λ(u)"},
                                        {"eigenvalue_bar", "mean eigenvalue Σ p λ(u)"},
                                        {"mean", "mean coordinate |ν(u)|"},
                                        {NULL, NULL}};

static bool label_from(const word_t *word, const char *name, char *label, size_t size)
{
    for (; word->name; word++) {
        size_t length = strlen(word->name);
        if (strcmp(name, word->name) == 0) {
            (void)snprintf(label, size, "%s", word->label);
            return true;
        }
        if (strncmp(name, word->name, length) == 0 && name[length] == '_' &&
            strspn(name + length, "_0123456789") == strlen(name + length)) {
            (void)snprintf(label, size, "%s, class %s", word->label, name + length + 1);
            return true;
        }
    }
    return false;
}

void plot_label(const sgdl_table_t *table, const char *name, char *label, size_t size)
{
    bool spectrum = plot_is_spectrum(table);
    if (plot_sweep_axes(table) > 0 && label_from(sweep_words, name, label, size)) {
        return;
    }
    if (!label_from(spectrum ? spectrum_words : words, name, label, size)) {
        (void)snprintf(label, size, "%s", name);
    }
}

/* ---- legends ----------------------------------------------------------------------------------
 */

/* Parameters in the order in which a reader wants them. `usual` is not worth a caption. */
typedef struct parameter {
    const char *key;
    const char *name;
    const char *usual;
    bool tells_curves; /* may serve as a legend */
} parameter_t;

static const parameter_t parameters[] = {{"command", "", NULL, true},
                                         {"dimension", "dimension", NULL, true},
                                         {"loss", "loss", NULL, true},
                                         {"encoding", "encoding", "scalar", true},
                                         {"learning_rate", "learning rate", NULL, true},
                                         {"batch", "batch", "1", true},
                                         {"ridge", "ridge", "0", true},
                                         {"label_noise", "label noise", "0", true},
                                         {"intercept", "intercept", "0", true},
                                         {"start", "start", "{norm2: 0}", true},
                                         {"classes", "classes", NULL, true},
                                         {"runs", "runs", NULL, true},
                                         {"seed", "seed", NULL, true},
                                         {NULL, NULL, NULL, false}};

static bool differs(const plot_request_t *request, const char *key)
{
    const char *first = sgdl_table_value(&request->table[0], key);
    for (size_t i = 1; i < request->tables; i++) {
        const char *other = sgdl_table_value(&request->table[i], key);
        if (!first != !other || (first && strcmp(first, other) != 0)) {
            return true;
        }
    }
    return false;
}

/* Item `number` of a flow list "[a, {b: c, d: e}]" as a slice of the text; its length, or 0. */
static size_t list_item(const char *list, size_t number, size_t count, const char **item)
{
    size_t seen = 0;
    size_t length = 0;
    int depth = 0;
    if (!list || *list != '[') {
        return 0;
    }
    const char *start = list + 1;
    for (const char *c = list; *c; c++) {
        bool end = (*c == ',' && depth == 1) || (*c == ']' && depth == 1);
        if (end && seen++ == number) {
            *item = start + strspn(start, " ");
            length = (size_t)(c - *item);
        }
        start = end ? c + 1 : start;
        depth += (*c == '[' || *c == '{') - (*c == ']' || *c == '}');
    }
    return seen == count && length <= LONGEST_VALUE ? length : 0;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* What differs between the tables' parameters, else the file's name. */
static void write_table_part(FILE *out, const plot_request_t *request, size_t number,
                             bool several_curves)
{
    const sgdl_table_t *table = &request->table[number];
    char text[256] = "";
    bool usable = true;
    for (const parameter_t *p = parameters; p->key && usable; p++) {
        bool told_by_curve = several_curves && strcmp(p->key, "learning_rate") == 0;
        if (!p->tells_curves || told_by_curve || !differs(request, p->key)) {
            continue;
        }
        const char *value = sgdl_table_value(table, p->key);
        size_t used = strlen(text);
        usable = value && strlen(value) <= LONGEST_VALUE && used < sizeof text / 2;
        if (usable) {
            (void)snprintf(text + used, sizeof text - used, "%s%s%s%s", used ? ", " : "", p->name,
                           *p->name ? " = " : "", value);
        }
    }
    if (usable && *text) {
        (void)fputs(text, out);
        return;
    }
    const char *name = file_name(request->path[number]);
    const char *dot = strrchr(name, '.');
    (void)fprintf(out, "%.*s", dot && dot > name ? (int)(dot - name) : (int)strlen(name), name);
}

static void write_curve_part(FILE *out, const sgdl_table_t *table, size_t block)
{
    const char *item = NULL;
    long t = sgdl_table_find(table, "t");
    size_t first = table->block_start[block];
    if (plot_is_directions(table) && first < table->rows) {
        (void)fprintf(out, "t = %g", table->value[first * table->columns + (size_t)t]);
        return;
    }
    size_t length =
        list_item(sgdl_table_value(table, "learning_rate"), block, table->blocks, &item);
    if (length) {
        (void)fprintf(out, "learning rate = %.*s", (int)length, item);
    } else if (sgdl_table_find(table, "curve") == 0 && table->block_start[block] < table->rows) {
        (void)fprintf(out, "curve %g", table->value[table->block_start[block] * table->columns]);
    } else {
        (void)fprintf(out, "curve %zu", block + 1);
    }
}

char *plot_legend(const plot_request_t *request, size_t table, size_t block,
                  const plot_columns_t *columns, bool several_classes)
{
    char *text = NULL;
    size_t size;
    bool several_curves = request->table[table].blocks > 1;
    FILE *out = open_memstream(&text, &size);
    if (!out) {
        return NULL;
    }
    if (request->tables > 1) {
        write_table_part(out, request, table, several_curves);
    }
    if (several_curves) {
        (void)fputs(request->tables > 1 ? ", " : "", out);
        write_curve_part(out, &request->table[table], block);
    }
    if (several_classes) {
        (void)fprintf(out, "%sclass %zu", request->tables > 1 || several_curves ? ", " : "",
                      columns->class_number);
        if (columns->output_number) {
            (void)fprintf(out, ", output %zu", columns->output_number);
        }
    }
    return fclose(out) == 0 ? text : NULL;
}

/* ---- the caption ------------------------------------------------------------------------------
 */

/* The list of classes as words: "[{weight: 0.5, mean: {family: constant, scale: 1}}]" becomes
 * "class 1: weight 0.5, mean constant (scale 1)". */
static void write_classes(FILE *out, const char *yaml)
{
    int depth = 0;
    int number = 0;
    bool open = false; /* a family's keys stand in brackets */
    for (const char *c = yaml; *c; c++) {
        if (*c == '{' && ++depth == 1) {
            (void)fprintf(out, "%sclass %d: ", number ? "; " : "", number + 1);
            number++;
        } else if (*c == '{' && strncmp(c + 1, "family: ", 8) == 0) {
            c += 8;
        } else if (*c == '}') {
            (void)fputs(open && depth == 2 ? ")" : "", out);
            open = open && depth != 2;
            depth--;
        } else if (*c == ',' && depth == 2 && !open) {
            (void)fputs(" (", out);
            open = true;
            c += c[1] == ' ';
        } else if (*c == ',' && depth == 0) {
            c += c[1] == ' ';
        } else if (*c == '\'' || *c == '"' || (*c == ':' && c[1] == ' ') ||
                   ((*c == '[' || *c == ']') && depth == 0) || *c == '{') {
            continue;
        } else {
            (void)fputc(*c, out);
        }
    }
}

static void write_parameters(FILE *out, const plot_request_t *request)
{
    const sgdl_table_t *table = &request->table[0];
    const char *separator = "";
    const char *classes = sgdl_table_value(table, "classes");
    static const char *const varied[] = {"vary_1", "vary_2"};
    for (size_t a = 0; a < plot_sweep_axes(table); a++) {
        (void)fprintf(out, "%s%s", a ? ", " : "varied ", sgdl_table_value(table, varied[a]));
        separator = "; ";
    }
    if (*separator && sgdl_table_value(table, "time")) {
        (void)fprintf(out, "; t = %s", sgdl_table_value(table, "time"));
    }
    for (const parameter_t *p = parameters; p->key; p++) {
        const char *value = sgdl_table_value(table, p->key);
        bool drawn = classes && strstr(classes, "gaussian");
        if (!value || !*p->name || differs(request, p->key) ||
            (p->usual && strcmp(value, p->usual) == 0) || strcmp(p->key, "classes") == 0 ||
            (strcmp(p->key, "seed") == 0 && !drawn) ||
            (strcmp(p->key, "learning_rate") == 0 && table->blocks > 1)) {
            continue;
        }
        (void)fprintf(out, "%s%s %s", separator, p->name, value);
        separator = "; ";
    }
    if (classes && !differs(request, "classes")) {
        (void)fputs(separator, out);
        write_classes(out, classes);
    }
}

/* Breaks behind commas and the like, in place; what is longer than a line is left whole. */
static void wrap(char *text, size_t width)
{
    size_t column = 0;
    char *space = NULL;
    for (char *c = text; *c; c++, column++) {
        if (*c == ' ' && c > text && strchr(",;:", c[-1])) {
            space = c;
        }
        if (column >= width && space) {
            *space = '\n';
            column = (size_t)(c - space);
            space = NULL;
        }
    }
}

int plot_caption(const plot_request_t *request, size_t width, char **lines, sgdl_error_t *error)
{
    size_t size;
    *lines = NULL;
    FILE *out = open_memstream(lines, &size);
    if (!out) {
        return sgdl_fail_memory(error);
    }
    write_parameters(out, request);
    if (fclose(out) != 0) {
        free(*lines);
        *lines = NULL;
        return sgdl_fail_memory(error);
    }
    wrap(*lines, width);
    return SGDL_OK;
}
