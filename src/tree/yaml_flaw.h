/** What is wrong with a text that libyaml refuses, in the words of who wrote it. */
#ifndef SGDLIMIT_TREE_YAML_FLAW_H
#define SGDLIMIT_TREE_YAML_FLAW_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

enum { YAML_FLAW_SIZE = 200 };

/** Finds tabs that indent, missing colons and the like behind the parser's error. Returns false if
 * the parser's own words are the best there are; else *line is the place from 0. */
bool yaml_flaw(const yaml_parser_t *parser, const char *text, size_t length, size_t *line,
               char message[YAML_FLAW_SIZE]);

#endif
