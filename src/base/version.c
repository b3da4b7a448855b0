#include "sgdlimit/version.h"

const char *sgdl_version(void) { return SGDL_VERSION; }
