/* Curves in memory: the same numbers as in a table, whatever is asked of them; what a sink is told.
 */
#include "tests/curves.h"

#include <string.h>

#include "src/curve/emit.h"

/* ---- a curve and a table of the same -------------------------------------------------------- */

/* Every number, block and word of the one is in the other, under the same name. */
static void assert_same(const sgdl_curve_t *curve, const sgdl_table_t *table, size_t curves,
                        size_t runs)
{
    assert_int_equal(sgdl_curve_rows(curve), table->rows);
    assert_int_equal(sgdl_curve_quantities(curve), table->columns);
    assert_int_equal(sgdl_curve_blocks(curve), table->blocks);
    for (size_t b = 0; b < table->blocks; b++) {
        const sgdl_block_t block = sgdl_curve_block_of(curve, b);
        assert_int_equal(sgdl_curve_block(curve, b), table->block_start[b]);
        assert_int_equal(block.curve, b * curves / table->blocks);
        assert_int_equal(block.runs, runs);
    }
    for (size_t c = 0; c < table->columns; c++) {
        const sgdl_quantity_t quantity = sgdl_curve_quantity(curve, c);
        const double *value = sgdl_curve_column(curve, table->column[c]);
        assert_string_equal(quantity.name, table->column[c]);
        assert_true(*quantity.unit && *quantity.caption);
        assert_non_null(value);
        for (size_t r = 0; r < table->rows; r++) {
            double there = table->value[r * table->columns + c];
            assert_true(value[r] == there || (isnan(value[r]) && isnan(there)));
        }
    }
    for (size_t n = 0; n < table->comments; n++)
        assert_string_equal(sgdl_curve_note(curve, table->comment[n].key), table->comment[n].value);
    assert_null(sgdl_curve_column(curve, "no such"));
    assert_null(sgdl_curve_note(curve, "no such"));
}

static void curves_hold_what_tables_do(void **unused)
{
    (void)unused;
    static const char text[] = "{dimension: 40, learning_rate: [0.5, 1], time: 3, output: {points: "
                               "4}, loss: least-squares, start: {norm2: 1}}";
    typedef int work_f(const sgdl_problem_t *, const sgdl_plan_t *, const sgdl_sink_t *,
                       sgdl_error_t *);
    static work_f *const works[] = {sgdl_solve, sgdl_simulate, sgdl_limit_table};
    for (size_t w = 0; w < 2 * sizeof works / sizeof *works; w++) {
        sgdl_problem_t *problem = parse_problem(text);
        sgdl_plan_t plan = sgdl_plan_default();
        sgdl_curve_t *curve = sgdl_curve_new();
        sgdl_table_t table;
        sgdl_error_t error = {0};
        const sgdl_sink_t sink = sgdl_curve_sink(curve);
        plan.directions = w % 2 == 1;
        sgdl_table_init(&table);
        if (works[w / 2](problem, &plan, &sink, &error) != SGDL_OK ||
            works[w / 2](problem, &plan, INTO(&table), &error) != SGDL_OK)
            fail_msg("%s", error.message);
        assert_true(table.rows > 1 && table.comments > 0);
        assert_same(curve, &table, w / 2 == 2 ? 1 : 2, w / 2 == 1 ? 10 : 0);
        sgdl_table_free(&table);
        sgdl_curve_free(curve);
        sgdl_problem_free(problem);
    }
}

/* A later note takes the place of an earlier one with its key; rows may come without a block. */
static void notes_and_blocks(void **unused)
{
    (void)unused;
    enum { ROWS = 1000 };
    static const sgdl_quantity_t quantity[] = {{"a", "1", "first"}, {"b", "s", "second"}};
    sgdl_curve_t *curve = sgdl_curve_new();
    const sgdl_sink_t sink = sgdl_curve_sink(curve);
    char key[32];
    assert_int_equal(sink.quantities(sink.context, quantity, 2, NULL), SGDL_OK);
    for (int r = 0; r < ROWS; r++) {
        const double row[] = {r, -2.0 * r};
        (void)snprintf(key, sizeof key, "note_%d", r % 100);
        assert_int_equal(sink.row(sink.context, row, NULL), SGDL_OK);
        assert_int_equal(emit_note(&sink, key, NULL, "row %d", r), SGDL_OK);
    }
    assert_int_equal(sgdl_curve_blocks(curve), 1);
    assert_int_equal(sink.block(sink.context, &(sgdl_block_t){3, 7}, NULL), SGDL_OK);
    assert_int_equal(sgdl_curve_block(curve, 1), ROWS);
    assert_int_equal(sgdl_curve_block_end(curve, 0), ROWS);
    assert_int_equal(sgdl_curve_block_end(curve, 1), ROWS);
    assert_int_equal(sgdl_curve_block_of(curve, 0).runs, 0);
    assert_int_equal(sgdl_curve_block_of(curve, 1).curve, 3);
    assert_int_equal(sgdl_curve_block_of(curve, 1).runs, 7);
    assert_int_equal(sgdl_curve_rows(curve), ROWS);
    for (int r = 0; r < ROWS; r++) {
        assert_true(sgdl_curve_column(curve, "a")[r] == r);
        assert_true(sgdl_curve_column(curve, "b")[r] == -2.0 * r);
    }
    assert_string_equal(sgdl_curve_note(curve, "note_7"), "row 907");
    assert_string_equal(sgdl_curve_quantity(curve, 1).unit, "s");
    assert_string_equal(sgdl_curve_quantity(curve, 1).caption, "second");
    sgdl_curve_free(curve);
    sgdl_curve_free(NULL);
}

/* ---- sinks of one's own --------------------------------------------------------------------- */

typedef struct counts {
    size_t quantities, blocks, rows, notes, most_rows;
} counts_t;

static int count_quantities(void *context, const sgdl_quantity_t *quantity, size_t count,
                            sgdl_error_t *error)
{
    counts_t *self = context;
    (void)error;
    assert_int_equal(self->rows, 0);
    assert_true(strcmp(quantity[0].name, "t") == 0 && strcmp(quantity[0].unit, "steps/d") == 0);
    self->quantities += count;
    return SGDL_OK;
}

static int count_block(void *context, const sgdl_block_t *block, sgdl_error_t *error)
{
    assert_true(block->curve == 0 && block->runs == 0);
    (void)error;
    ((counts_t *)context)->blocks++;
    return SGDL_OK;
}

static int count_row(void *context, const double *value, sgdl_error_t *error)
{
    counts_t *self = context;
    assert_true(value[0] >= 0);
    if (self->rows == self->most_rows)
        return sgdl_fail(error, SGDL_ERR_OUTPUT, NULL, "no more");
    self->rows++;
    return SGDL_OK;
}

/* The status of a sink ends the computation; functions that it has not are not called. */
static void sinks_have_the_last_word(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem = parse_problem("{time: 3, output: {points: 8}}");
    counts_t counts = {.most_rows = 5};
    sgdl_error_t error = {0};
    sgdl_sink_t sink = {
        .context = &counts, .quantities = count_quantities, .block = count_block, .row = count_row};
    assert_int_equal(sgdl_solve(problem, NULL, &sink, &error), SGDL_ERR_OUTPUT);
    assert_string_equal(error.message, "no more");
    assert_int_equal(counts.rows, 5);
    assert_int_equal(counts.blocks, 1);
    assert_true(counts.quantities > 10);
    counts = (counts_t){.most_rows = 100};
    assert_int_equal(sgdl_solve(problem, NULL, &sink, &error), SGDL_OK);
    assert_int_equal(counts.rows, 8);
    sink = (sgdl_sink_t){0};
    assert_int_equal(sgdl_solve(problem, NULL, &sink, &error), SGDL_OK);
    sgdl_problem_free(problem);
}

/* ---- kinds ---------------------------------------------------------------------------------- */

/* A name has the kind of its stem; what a word means depends on where it stands. */
static void names_have_kinds(void **unused)
{
    (void)unused;
    static const struct {
        quantity_group_t group;
        const char *name, *kind, *caption;
    } cases[] = {
        {QUANTITIES_OF_SOLVE, "risk", "risk", "risk R(t)"},
        {QUANTITIES_OF_SOLVE, "risk_12", "risk", "risk R(t), class 12"},
        {QUANTITIES_OF_SOLVE, "mean_3", "mean_i", "preactivation mean m(t), class 3"},
        {QUANTITIES_OF_SOLVE, "clean_share_1_2", "clean_share_i", "clean share of m(t), class 1_2"},
        {QUANTITIES_OF_SOLVE, "S_1_2", "S", "S_1_2"},
        {QUANTITIES_OF_SIMULATE, "mean_3_q10", "NAME_q10", "mean_3_q10"},
        {QUANTITIES_OF_SPECTRUM, "mean_3", "mean_i", "mean coordinate |ν(u)|, class 3"},
        {QUANTITIES_OF_LIMIT, "learning_rate", "learning_rate", "learning rate γ"},
        {QUANTITIES_OF_SOLVE, "risky", NULL, "risky"},
        {QUANTITIES_OF_SOLVE, "_mean", NULL, "_mean"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        char caption[128];
        const quantity_kind_t *kind = quantity_find(cases[c].group, cases[c].name);
        assert_int_equal(kind != NULL, cases[c].kind != NULL);
        if (kind)
            assert_string_equal(kind->name, cases[c].kind);
        assert_int_equal(quantity_caption(cases[c].group, cases[c].name, caption, sizeof caption),
                         strcmp(cases[c].caption, cases[c].name) != 0);
        assert_string_equal(caption, cases[c].caption);
    }
}

/* Statistics are described by what they are of. */
static void statistics_have_descriptions(void **unused)
{
    (void)unused;
    static const struct {
        quantity_group_t group;
        const char *name, *text;
    } cases[] = {
        {QUANTITIES_OF_SIMULATE, "risk_mean", "risk R(t), mean over the runs"},
        {QUANTITIES_OF_SIMULATE, "var_2_q10",
         "preactivation variance B(t), class 2, 10% quantile of the runs"},
        {QUANTITIES_OF_COMPARE, "error_ode", "misclassification error, in the limit"},
        {QUANTITIES_OF_DIMENSIONS, "risk_largest", "risk R(t), largest |mean - ode|"},
        {QUANTITIES_OF_SOLVE, "risk_2", "risk R(t), class 2"},
        {QUANTITIES_OF_SWEEP, "status", "status"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        char text[128];
        quantity_description(cases[c].group, cases[c].name, text, sizeof text);
        assert_string_equal(text, cases[c].text);
        quantity_description(cases[c].group, cases[c].name, text, 5);
        assert_memory_equal(text, cases[c].text, 4);
        assert_int_equal(text[4], '\0');
    }
}

/* Whatever is handed out is of a kind that help tells of. */
static void all_quantities_are_known(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "{dimension: 40, learning_rate: [0.5, 1], time: 1, output: {points: 2}, intercept: 1}",
        "{dimension: 20, loss: least-squares, encoding: one-hot, time: 1, output: {points: 2}, "
        "classes: [{label: 1}, {label: 2}, {label: 3}]}"};
    for (size_t e = 0; e < 6; e++) {
        sgdl_problem_t *problem = parse_problem(texts[e % 2]);
        sgdl_plan_t plan = sgdl_plan_default();
        sgdl_table_t table;
        sgdl_error_t error = {0};
        sgdl_table_init(&table);
        plan.directions = e / 2 == 1;
        plan.verify = true;
        int status = e / 2 == 2 ? sgdl_limit_table(problem, &plan, INTO(&table), &error)
                                : sgdl_solve(problem, &plan, INTO(&table), &error);
        if (status == SGDL_OK && e / 2 < 2) {
            sgdl_table_free(&table);
            status = sgdl_simulate(problem, &plan, INTO(&table), &error);
        }
        if (status != SGDL_OK && status != SGDL_ERR_DISAGREED)
            fail_msg("%s", error.message);
        for (size_t c = 0; c < table.columns; c++)
            if (!quantity_find(QUANTITIES_OF_SOLVE, table.column[c]))
                fail_msg("no kind of %s", table.column[c]);
        sgdl_table_free(&table);
        sgdl_problem_free(problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_hold_what_tables_do),
        cmocka_unit_test(notes_and_blocks),
        cmocka_unit_test(sinks_have_the_last_word),
        cmocka_unit_test(names_have_kinds),
        cmocka_unit_test(all_quantities_are_known),
        cmocka_unit_test(statistics_have_descriptions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
