/* Where the words of an svg stand. */
#ifndef SGDLIMIT_TESTS_PLOT_SVG_H
#define SGDLIMIT_TESTS_PLOT_SVG_H

#include "tests/plot.h"

enum { MOST_WORDS = 400 };

/* A text and about the box that it fills, from the upper left corner of the page. */
typedef struct words {
    char text[512];
    double left, right, top, bottom, letter;
    bool upright;
} words_t;

typedef struct page {
    double width, height;
    words_t words[MOST_WORDS];
    size_t count;
} page_t;

/* The text between tags, with the signs that xml spells out; *end is the end of the element. */
static inline void read_words(const char *from, const char *to, char *text, size_t size)
{
    static const char *const spelt[][2] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&#39;", "'"}, {"&quot;", "\""}};
    bool tag = false;
    size_t length = 0;
    for (const char *c = from; c < to && length + 1 < size; c++) {
        tag = tag || *c == '<';
        if (!tag) {
            char letter = *c;
            for (size_t i = 0; i < sizeof spelt / sizeof *spelt; i++) {
                if (strncmp(c, spelt[i][0], strlen(spelt[i][0])) == 0) {
                    letter = *spelt[i][1];
                    c += strlen(spelt[i][0]) - 1;
                    break;
                }
            }
            text[length++] = letter;
        }
        tag = tag && *c != '>';
    }
    text[length] = '\0';
}

static inline size_t letters(const char *text)
{
    size_t count = 0;
    for (const char *c = text; *c; c++)
        count += ((unsigned char)*c & 0xc0) != 0x80;
    return count;
}

/* Letters are about half as wide as high. */
static inline void place_words(words_t *words, double x, double y, char anchor)
{
    double width = 0.47 * words->letter * (double)letters(words->text);
    double before = anchor == 's' ? 0 : anchor == 'e' ? width : 0.5 * width;
    double above = 0.75 * words->letter;
    double below = 0.15 * words->letter;
    if (words->upright) {
        words->left = x - above;
        words->right = x + below;
        words->top = y - width + before;
        words->bottom = y + before;
    } else {
        words->left = x - before;
        words->right = x + width - before;
        words->top = y - above;
        words->bottom = y + below;
    }
}

static inline page_t *read_page(const char *name)
{
    char *svg = read_file(in_folder(name));
    page_t *page = calloc(1, sizeof *page);
    assert_non_null(page);
    const char *box = strstr(svg, "viewBox=\"0 0 ");
    assert_non_null(box);
    assert_int_equal(sscanf(box, "viewBox=\"0 0 %lf %lf\"", &page->width, &page->height), 2);
    for (const char *c = svg; (c = strstr(c, "<text>")) != NULL; c++) {
        words_t *words = &page->words[page->count];
        const char *end = strstr(c, "</text>");
        const char *group = c;
        double x;
        double y;
        assert_non_null(end);
        while (strncmp(group, "<g transform", 12) != 0)
            assert_true(group-- > svg);
        assert_int_equal(sscanf(group, "<g transform=\"translate(%lf,%lf)", &x, &y), 2);
        const char *turn = strstr(group, "rotate(");
        words->upright = turn && turn < c;
        words->letter = strtod(strstr(group, "font-size=\"") + 11, NULL);
        read_words(c, end, words->text, sizeof words->text);
        place_words(words, x, y, strstr(group, "text-anchor=\"")[13]);
        if (words->text[strspn(words->text, " \t\n")])
            assert_true(++page->count < MOST_WORDS);
    }
    free(svg);
    return page;
}

static inline bool overlap(const words_t *a, const words_t *b)
{
    return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

/* All words are on the page, and none over another. */
static inline void assert_legible(const page_t *page)
{
    for (size_t i = 0; i < page->count; i++) {
        const words_t *words = &page->words[i];
        if (words->left < 0 || words->top < 0 || words->right > page->width ||
            words->bottom > page->height) {
            fail_msg("'%s' is not on the page: %g..%g x %g..%g of %gx%g", words->text, words->left,
                     words->right, words->top, words->bottom, page->width, page->height);
        }
        for (size_t k = 0; k < i; k++)
            if (overlap(words, &page->words[k]))
                fail_msg("'%s' stands over '%s'", words->text, page->words[k].text);
    }
}

static inline size_t count_words(const page_t *page, const char *text)
{
    size_t count = 0;
    for (size_t i = 0; i < page->count; i++)
        count += strstr(page->words[i].text, text) != NULL;
    return count;
}

static inline void assert_word(const page_t *page, const char *text)
{
    if (count_words(page, text) == 0)
        fail_msg("the picture lacks '%s'", text);
}

/* Draws, reads the page back and looks whether it can be read. */
static inline page_t *legible_page(const char *const *arguments)
{
    outcome_t outcome = run_with(NULL, NULL, arguments);
    assert_draws(outcome);
    page_t *page = read_page("page.svg");
    assert_legible(page);
    return page;
}

#define PAGE(...)                                                                                  \
    legible_page((const char *const[]){"plot", __VA_ARGS__, "-o", in_folder("page.svg"), NULL})

#endif
