/* build.h - a solved graph as what callers read. Private to names. */
#ifndef NOROSHI_KNOW_NAMES_BUILD_H
#define NOROSHI_KNOW_NAMES_BUILD_H

#include "know/names/load.h"

name_use names_use_of(unsigned how);
/* The group of entity `seed` of the graph. What is returned lives in `a`; `scratch` is the graph's
 * arena. l NULL: no look into the store for names that the graph does not know whole. */
status names_build(lens *l, arena *a, graph *g, uint32_t seed, bool cut, name_group *ret,
                   err *why) NODISCARD;

#endif
