/** Names of files from the root. */
#ifndef SGDLIMIT_BASE_FILE_NAME_H
#define SGDLIMIT_BASE_FILE_NAME_H

/**
 * `name` from the root, malloc'd: itself where it begins there, else that in `folder`, which does;
 * NULL: the working directory. NULL without memory, or where the working directory has gone.
 */
char *absolute_name(const char *folder, const char *name);

#endif
