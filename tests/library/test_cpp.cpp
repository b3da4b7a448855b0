// The public headers from C++: a problem is stated and solved, into a curve and into a sink of
// one's own; a failure tells what was wrong; a watch stops. TAP.
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <sgdlimit/sgdlimit.h>

namespace
{

int cases, failures;

void check(bool holds, const char *what)
{
    std::printf("%s %d - %s\n", holds ? "ok" : "not ok", ++cases, what);
    failures += !holds;
}

class problem
{
  public:
    explicit problem(const char *text) : self(sgdl_problem_new())
    {
        status = sgdl_problem_parse(self, text, "test", nullptr, 0, &error);
    }
    problem(const problem &) = delete;
    problem &operator=(const problem &) = delete;
    ~problem() { sgdl_problem_free(self); }

    sgdl_problem_t *self;
    sgdl_error_t error{};
    int status;
};

// A sink that keeps names and rows.
struct kept {
    std::vector<std::string> names;
    std::vector<std::vector<double>> rows;

    static int quantities(void *context, const sgdl_quantity_t *quantity, size_t count,
                          sgdl_error_t *)
    {
        auto *self = static_cast<kept *>(context);
        for (size_t q = 0; q < count; q++)
            self->names.emplace_back(quantity[q].name);
        return SGDL_OK;
    }
    static int block(void *, const sgdl_block_t *, sgdl_error_t *) { return SGDL_OK; }
    static int row(void *context, const double *value, sgdl_error_t *)
    {
        auto *self = static_cast<kept *>(context);
        self->rows.emplace_back(value, value + self->names.size());
        return SGDL_OK;
    }
    static int note(void *, const char *, const char *, sgdl_error_t *) { return SGDL_OK; }

    sgdl_sink_t sink() { return {this, quantities, block, row, note}; }
};

const char text[] = "{time: 2, output: {points: 5}}";

void a_curve_and_a_sink_of_ones_own_hold_the_same()
{
    problem stated(text);
    sgdl_error_t error{};
    sgdl_curve_t *curve = sgdl_curve_new();
    kept own;
    const sgdl_sink_t into_curve = sgdl_curve_sink(curve), into_own = own.sink();
    check(stated.status == SGDL_OK, "a problem is stated");
    check(sgdl_solve(stated.self, nullptr, &into_curve, &error) == SGDL_OK, "solved into a curve");
    check(sgdl_solve(stated.self, nullptr, &into_own, &error) == SGDL_OK, "solved into a sink");
    bool same = own.rows.size() == sgdl_curve_rows(curve) && own.rows.size() == 5 &&
                own.names.size() == sgdl_curve_quantities(curve);
    for (size_t q = 0; same && q < own.names.size(); q++) {
        const double *column = sgdl_curve_column(curve, own.names[q].c_str());
        for (size_t row = 0; same && row < own.rows.size(); row++)
            same = column && (column[row] == own.rows[row][q] ||
                              (std::isnan(column[row]) && std::isnan(own.rows[row][q])));
    }
    check(same, "both hold the same");
    check(sgdl_curve_column(curve, "no such thing") == nullptr, "an unknown quantity is none");
    sgdl_curve_free(curve);
}

// From arrays and from a text: one problem.
void arrays_state_a_problem()
{
    problem written("{dimension: 4, time: 2, output: {points: 5}, classes: [{weight: 0.25, label: "
                    "1, covariance: {family: isotropic, scale: 2}, "
                    "mean: {family: constant}}, {weight: 0.75, label: 0, covariance: {family: "
                    "isotropic, scale: 2}, "
                    "mean: {family: opposite, of: 1}}]}");
    problem stated(text);
    sgdl_error_t error{};
    const std::vector<double> weights{0.25, 0.75}, labels{1, 0}, eigenvalues(4, 2.0), mean(4, 0.5),
        opposite(4, -0.5);
    int status = sgdl_problem_set_classes(stated.self, 2, &error);
    status |= sgdl_problem_set_weights(stated.self, weights.data(), 2, &error);
    status |= sgdl_problem_set_labels(stated.self, labels.data(), 2, &error);
    status |= sgdl_problem_set_eigenvalues(stated.self, 0, eigenvalues.data(), 4, &error);
    status |= sgdl_problem_set_mean(stated.self, 1, mean.data(), 4, &error);
    status |= sgdl_problem_set_mean(stated.self, 2, opposite.data(), 4, &error);
    kept one, other;
    const sgdl_sink_t into_one = one.sink(), into_other = other.sink();
    status |= sgdl_solve(written.self, nullptr, &into_one, &error);
    status |= sgdl_solve(stated.self, nullptr, &into_other, &error);
    check(status == SGDL_OK && written.status == SGDL_OK, "arrays state a problem");
    bool same = one.rows.size() == 5 && other.rows.size() == 5;
    for (size_t row = 0; same && row < 5; row++)
        same = std::fabs(one.rows[row][1] - other.rows[row][1]) < 1e-7;
    check(same, "it is the one that a text states");
}

void what_is_wrong_is_told()
{
    problem wrong("{loss: none}");
    check(wrong.status == SGDL_ERR_INPUT && wrong.error.code == SGDL_ERR_INPUT &&
              std::strstr(wrong.error.message, "least-squares"),
          "what is wrong is told");
}

void a_watch_stops()
{
    volatile std::sig_atomic_t stop = 1;
    problem stated(text);
    kept own;
    sgdl_error_t error{};
    sgdl_plan_t plan = sgdl_plan_default();
    plan.watch.stop = &stop;
    const sgdl_sink_t sink = own.sink();
    check(sgdl_solve(stated.self, &plan, &sink, &error) == SGDL_ERR_INTERRUPTED, "a watch stops");
}

// What a sink returns ends the computation.
void a_sink_stops()
{
    problem stated(text);
    kept own;
    sgdl_error_t error{};
    sgdl_sink_t sink = own.sink();
    sink.row = [](void *, const double *, sgdl_error_t *told) {
        return sgdl_fail(told, SGDL_ERR_OUTPUT, "sink", "full");
    };
    check(sgdl_solve(stated.self, nullptr, &sink, &error) == SGDL_ERR_OUTPUT &&
              std::strcmp(error.message, "full") == 0,
          "a sink that is full ends it");
}

} // namespace

int main()
{
    check(std::strcmp(sgdl_version(), SGDL_VERSION) == 0, "the version is that of the headers");
    a_curve_and_a_sink_of_ones_own_hold_the_same();
    arrays_state_a_problem();
    what_is_wrong_is_told();
    a_watch_stops();
    a_sink_stops();
    std::printf("1..%d\n", cases);
    return failures > 0;
}
