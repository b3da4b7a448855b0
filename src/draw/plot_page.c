/* The page: where panels, words and legends stand. Rows of panels from the top, each above its
 * legends; then the legend that all share, then the caption. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/grow.h"
#include "src/draw/plot.h"

enum {
    ALONE = 720, /* width of a panel */
    AMONG_OTHERS = 600,
    PANEL_HEIGHT = 430,
    GOOD_HEIGHT = 260,
    LEAST_FRAME = 90, /* of a panel: what is left between its labels */
    MARGIN = 14,
    BELOW = 72, /* the frame: tick labels and the axis label */
    LEGEND_LINE = 26,
    CAPTION_LINE = 20,
    TITLE_LINE = 28,
    MOST_CAPTION_LINES = 8,
    MOST_TITLE_LINES = 4
};

int plot_entries_add(plot_entries_t *self, const char *text, size_t style, unsigned parts,
                     sgdl_error_t *error)
{
    plot_entry_t *grown = grow(self->entry, self->count, &self->room, 8, sizeof *grown);
    if (!grown)
        return sgdl_fail_memory(error);
    self->entry = grown;
    char *copy = strdup(text);
    if (!copy)
        return sgdl_fail_memory(error);
    self->entry[self->count++] = (plot_entry_t){copy, style, parts};
    return SGDL_OK;
}

void plot_page_free(plot_page_t *self)
{
    for (size_t i = 0; i < self->count; i++)
        free(self->words[i].text);
    free(self->frame);
    free(self->words);
    free(self->sample);
    *self = (plot_page_t){0};
}

/* Takes their text over; NULL is a lack of memory. */
static int add_words(plot_page_t *self, plot_words_t words, sgdl_error_t *error)
{
    plot_words_t *grown =
        words.text ? grow(self->words, self->count, &self->room, 32, sizeof *grown) : NULL;
    if (!grown) {
        free(words.text);
        return sgdl_fail_memory(error);
    }
    self->words = grown;
    self->words[self->count++] = words;
    return SGDL_OK;
}

/* Lines `line` apart from `words` downwards, whose y is the top of the first. */
static int add_lines(plot_page_t *self, const char *lines, plot_words_t words, double line,
                     sgdl_error_t *error)
{
    int status = SGDL_OK;
    words.y -= 0.5 * line;
    for (const char *c = lines; *c && status == SGDL_OK; words.y -= line) {
        size_t length = strcspn(c, "\n");
        words.text = strndup(c, length);
        status = add_words(self, words, error);
        c += length + (c[length] == '\n');
    }
    return status;
}

static size_t count_lines(const char *text)
{
    size_t lines = *text != '\0';
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    return lines;
}

/* ---- legends ----------------------------------------------------------------------------------
 */

/* Entries in columns as wide as the widest of them. */
typedef struct grid {
    double width; /* of an entry */
    size_t across, rows;
    double height;
} grid_t;

static const double SAMPLE_GAP = 10;
static const double ENTRY_GAP = 24;

static grid_t legend_grid(const plot_entries_t *entries, double room)
{
    grid_t grid = {.across = 1};
    for (size_t i = 0; i < entries->count; i++) {
        const char *text = entries->entry[i].text;
        grid.width = fmax(grid.width, plot_text_width(text, strlen(text), PLOT_LEGEND_LETTER));
    }
    grid.width = fmin(grid.width + PLOT_SAMPLE_WIDTH + SAMPLE_GAP + ENTRY_GAP, room);
    if (entries->count > 0) {
        size_t fit = grid.width > 0 ? (size_t)(room / grid.width) : 1;
        grid.across = fit < 1 ? 1 : fit > entries->count ? entries->count : fit;
        grid.rows = (entries->count + grid.across - 1) / grid.across;
        grid.height = (double)(LEGEND_LINE * grid.rows + 8);
    }
    return grid;
}

static int add_legend(plot_page_t *self, const plot_entries_t *entries, const grid_t *grid,
                      double middle, double top, sgdl_error_t *error)
{
    double left = middle - 0.5 * (grid->width * (double)grid->across - ENTRY_GAP);
    int status = SGDL_OK;
    for (size_t i = 0; i < entries->count && status == SGDL_OK; i++) {
        const plot_entry_t *entry = &entries->entry[i];
        double x = left + grid->width * (double)(i % grid->across);
        double y = top - LEGEND_LINE * ((double)(i / grid->across) + 0.5);
        plot_sample_t *grown =
            grow(self->sample, self->samples, &self->sample_room, 32, sizeof *grown);
        if (!grown)
            return sgdl_fail_memory(error);
        self->sample = grown;
        self->sample[self->samples++] = (plot_sample_t){x, y, entry->style, entry->parts};
        double indent = entry->parts == PLOT_NOTHING ? 0 : PLOT_SAMPLE_WIDTH + SAMPLE_GAP;
        double room = grid->width - PLOT_SAMPLE_WIDTH - SAMPLE_GAP - 4;
        status = add_words(
            self,
            (plot_words_t){.text = plot_text_shorten(entry->text, room, PLOT_LEGEND_LETTER),
                           .x = x + indent,
                           .y = y,
                           .letter = PLOT_LEGEND_LETTER,
                           .place = -1},
            error);
    }
    return status;
}

/* One legend for the whole picture where the panels agree on it. */
static bool shares_legend(const plot_request_t *request, const plot_panel_t *panels)
{
    for (size_t p = 1; p < request->panels; p++) {
        const plot_entries_t *first = &panels[0].entries;
        const plot_entries_t *other = &panels[p].entries;
        if (first->count != other->count)
            return false;
        for (size_t i = 0; i < first->count; i++)
            if (strcmp(first->entry[i].text, other->entry[i].text) != 0 ||
                first->entry[i].parts != other->entry[i].parts)
                return false;
    }
    return true;
}

/* ---- panels -----------------------------------------------------------------------------------
 */

/* A box of the page, from its upper left corner. */
typedef struct box {
    double left, top, width, height;
} box_t;

static const double UPRIGHT_ROOM = 34; /* an axis label beside the page's edge */
static const double TICK_ROOM = 22;    /* a tick and the gap to its label */
static const double COLOUR_BAR = 20;

static void set_frame(plot_frame_t *self, plot_panel_t *panel, const box_t *box, double widest_y)
{
    double right = MARGIN;
    self->top = box->top - MARGIN;
    self->bottom = box->top - box->height + BELOW;
    self->left = box->left + UPRIGHT_ROOM + TICK_ROOM + widest_y;
    if (panel->coloured) {
        plot_ticks_choose(&self->colour, &panel->colour,
                          (size_t)fmax(2, (self->top - self->bottom) / 44));
        right = COLOUR_BAR + 18 + TICK_ROOM + self->colour.widest + UPRIGHT_ROOM;
    }
    if (panel->grounded) {
        plot_ticks_choose(&self->second, &panel->second,
                          (size_t)fmax(2, (self->top - self->bottom) / 44));
        right = TICK_ROOM + self->second.widest + UPRIGHT_ROOM;
    }
    self->right = box->left + box->width - right;
    plot_ticks_fit(&self->x, &panel->x, self->right - self->left);
    double outside = 0.5 * self->x.last + 4 - (right > MARGIN ? right - 6 : right);
    self->right -= fmax(outside, 0); /* the last label of the axis stays on the page */
}

static int label_frame(plot_page_t *self, const plot_frame_t *frame, const plot_panel_t *panel,
                       const box_t *box, sgdl_error_t *error)
{
    double wide =
        fmin(box->width - 8, 2 * fmin(0.5 * (frame->left + frame->right) - box->left,
                                      box->left + box->width - 0.5 * (frame->left + frame->right)));
    double high = box->height - 8;
    double middle = 0.5 * (frame->top + frame->bottom);
    double room = 2 * fmin(box->top - middle, middle - (box->top - box->height));
    high = fmin(high, room);
    int status =
        add_words(self,
                  (plot_words_t){.text = plot_text_shorten(panel->x.label, wide, PLOT_LETTER),
                                 .x = 0.5 * (frame->left + frame->right),
                                 .y = frame->bottom - BELOW + 18,
                                 .letter = PLOT_LETTER},
                  error);
    if (status == SGDL_OK) {
        status =
            add_words(self,
                      (plot_words_t){.text = plot_text_shorten(panel->y.label, high, PLOT_LETTER),
                                     .x = box->left + 18,
                                     .y = middle,
                                     .letter = PLOT_LETTER,
                                     .upright = true},
                      error);
    }
    if (status == SGDL_OK && (panel->coloured || panel->grounded)) {
        const plot_axis_t *axis = panel->coloured ? &panel->colour : &panel->second;
        const double beside =
            panel->coloured ? 18 + COLOUR_BAR + frame->colour.widest : frame->second.widest;
        status = add_words(self,
                           (plot_words_t){.text = plot_text_shorten(axis->label, high, PLOT_LETTER),
                                          .x = frame->right + beside + TICK_ROOM + 14,
                                          .y = middle,
                                          .letter = PLOT_LETTER,
                                          .upright = true},
                           error);
    }
    return status;
}

/* ---- all of it --------------------------------------------------------------------------------
 */

/* Heights that do not depend on those of the panels. */
typedef struct plan {
    char *title, *caption; /* in lines, owned */
    bool shared;
    double panel_width, panel_height;
    double title_height, legend_height, caption_height;
    grid_t legend[PLOT_MOST_PANELS]; /* [0]: the shared one */
    double below[PLOT_MOST_PANELS];  /* legends under a row of panels */
} plan_t;

static int make_plan(plan_t *self, const plot_request_t *request, const plot_panel_t *panels,
                     const char *caption, sgdl_error_t *error)
{
    double rows_height = 0;
    double usual = request->across == 1 ? ALONE : AMONG_OTHERS;
    double width = request->width > 0 ? request->width : usual * (double)request->across;
    self->panel_width = width / (double)request->across;
    self->title = plot_text_wrap(request->title ? request->title : "", width - 2 * MARGIN,
                                 PLOT_LETTER, NULL, MOST_TITLE_LINES);
    self->caption =
        plot_text_wrap(caption, width - 2 * MARGIN, PLOT_SMALL_LETTER, ",;:", MOST_CAPTION_LINES);
    if (!self->title || !self->caption)
        return sgdl_fail_memory(error);
    self->shared = shares_legend(request, panels);
    for (size_t p = 0; p < request->panels; p++) {
        bool whole = self->shared && p == 0;
        double room = (whole ? width : self->panel_width) - 2 * MARGIN;
        self->legend[p] = legend_grid(&panels[p].entries, room);
        if (!self->shared) {
            double *below = &self->below[p / request->across];
            *below = fmax(*below, self->legend[p].height);
        }
    }
    for (size_t r = 0; r < request->rows; r++)
        rows_height += self->below[r];
    double lines = (double)count_lines(self->title);
    self->title_height = lines > 0 ? TITLE_LINE * lines + 8 : 4;
    self->legend_height = self->shared ? self->legend[0].height : 0;
    self->panel_height = PANEL_HEIGHT;
    double fixed = self->title_height + self->legend_height + rows_height;
    /* on a page of a given size the caption is shortened before the panels are */
    for (size_t most = MOST_CAPTION_LINES; most > 0; most--) {
        free(self->caption);
        self->caption = plot_text_wrap(caption, width - 2 * MARGIN, PLOT_SMALL_LETTER, ",;:", most);
        if (!self->caption)
            return sgdl_fail_memory(error);
        lines = (double)count_lines(self->caption);
        self->caption_height = lines > 0 ? CAPTION_LINE * lines + 12 : 4;
        if (request->height > 0) {
            self->panel_height =
                (request->height - fixed - self->caption_height) / (double)request->rows;
        }
        if (self->panel_height >= GOOD_HEIGHT)
            break;
    }
    return SGDL_OK;
}

static double page_height(const plan_t *plan, const plot_request_t *request)
{
    double height = plan->title_height + plan->caption_height + plan->legend_height +
                    plan->panel_height * (double)request->rows;
    for (size_t r = 0; r < request->rows; r++)
        height += plan->below[r];
    return height;
}

/* Labels of all y axes have the same room, so that frames stand below each other. */
static double widest_label(plot_page_t *self, const plot_request_t *request, plot_panel_t *panels,
                           double frame_height)
{
    double widest = 0;
    size_t most = (size_t)fmax(2, fmin(8, frame_height / 44));
    for (size_t p = 0; p < request->panels; p++) {
        if (!panels[p].coloured)
            plot_axis_round(&panels[p].y, most);
        if (panels[p].grounded)
            plot_axis_round(&panels[p].second, most);
        plot_ticks_choose(&self->frame[p].y, &panels[p].y, most);
        widest = fmax(widest, self->frame[p].y.widest);
    }
    return widest;
}

static int place_panels(plot_page_t *self, const plan_t *plan, const plot_request_t *request,
                        plot_panel_t *panels, sgdl_error_t *error)
{
    double widest = widest_label(self, request, panels, plan->panel_height - MARGIN - BELOW);
    double top = self->height - plan->title_height;
    int status = SGDL_OK;
    for (size_t p = 0; p < request->panels && status == SGDL_OK; p++) {
        size_t row = p / request->across;
        box_t box = {plan->panel_width * (double)(p % request->across), top, plan->panel_width,
                     plan->panel_height};
        plot_frame_t *frame = &self->frame[p];
        set_frame(frame, &panels[p], &box, widest);
        if (frame->right - frame->left < LEAST_FRAME || frame->top - frame->bottom < LEAST_FRAME) {
            return sgdl_fail(error, SGDL_ERR_INPUT, request->height > 0 ? "--size" : "--layout",
                             "leaves no room for the panels beside %.0fx%.0f of words; allowed: a "
                             "larger page, fewer panels or --name with short names",
                             self->width - frame->right + frame->left,
                             self->height - frame->top + frame->bottom);
        }
        status = label_frame(self, frame, &panels[p], &box, error);
        if (status == SGDL_OK && !plan->shared) {
            status = add_legend(self, &panels[p].entries, &plan->legend[p],
                                box.left + 0.5 * box.width, box.top - box.height, error);
        }
        if ((p + 1) % request->across == 0)
            top -= plan->panel_height + plan->below[row];
    }
    return status;
}

int plot_page_init(plot_page_t *self, const plot_request_t *request, plot_panel_t *panels,
                   const char *caption, sgdl_error_t *error)
{
    plan_t plan = {0};
    *self = (plot_page_t){.density = request->height > 0 ? 1 : 1.5};
    self->frame = calloc(request->panels, sizeof *self->frame);
    int status =
        self->frame ? make_plan(&plan, request, panels, caption, error) : sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        self->width = plan.panel_width * (double)request->across;
        self->height = page_height(&plan, request);
        status = place_panels(self, &plan, request, panels, error);
    }
    if (status == SGDL_OK) {
        status = add_lines(
            self, plan.title,
            (plot_words_t){.x = 0.5 * self->width, .y = self->height - 6, .letter = PLOT_LETTER},
            TITLE_LINE, error);
    }
    if (status == SGDL_OK && plan.shared) {
        status = add_legend(self, &panels[0].entries, &plan.legend[0], 0.5 * self->width,
                            plan.caption_height + plan.legend_height, error);
    }
    if (status == SGDL_OK) {
        status = add_lines(self, plan.caption,
                           (plot_words_t){.x = MARGIN,
                                          .y = plan.caption_height - 2,
                                          .letter = PLOT_SMALL_LETTER,
                                          .place = -1},
                           CAPTION_LINE, error);
    }
    free(plan.title);
    free(plan.caption);
    return status;
}
