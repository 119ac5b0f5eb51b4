/* origins.h - which pieces of evidence are one origin. Private to judge/verdict. */
#ifndef NOROSHI_JUDGE_VERDICT_ORIGINS_H
#define NOROSHI_JUDGE_VERDICT_ORIGINS_H

#include "judge/verdict.h"

/* Gives each evidence[i] with pick[i] the number of its origin in ret_group[i] (0 .. *ret_count),
 * the others SIZE_MAX. Two pieces are one origin when they share a source, one copies the other's
 * source or both copy a third, or they share a document, a cited report or a record; and so on
 * through further pieces. O(n log n). ERR_LIMIT: the budget. */
status origins_of(arena *a, const evidence *e, const bool *pick, size_t count, size_t *ret_group,
                  size_t *ret_count, err *why) NODISCARD;

#endif
