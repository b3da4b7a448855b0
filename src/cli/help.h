/** The pages of `sgdlimit help` and the layout that they share. */
#ifndef SGDLIMIT_CLI_HELP_H
#define SGDLIMIT_CLI_HELP_H

/** A page that is no command's: `sgdlimit help NAME`. */
typedef struct help_topic {
    const char *name, *help; /* help: one line */
    void (*print)(void);
} help_topic_t;

/** The last row's name is NULL. */
extern const help_topic_t help_topics[];

/** Prints `head` and, in the column of texts or on the next line, `text`, broken between words. */
void help_row(const char *head, const char *text);

/** A paragraph over the whole width, broken between words, and an empty line. */
void help_paragraph(const char *text);

#endif
