/* subject.h - which thing a text means: what somebody typed to look around from.
 * Uses: names, claims. Used by: commands and the API that take one thing (graph, path, hunt). */
#ifndef NOROSHI_KNOW_SUBJECT_H
#define NOROSHI_KNOW_SUBJECT_H

#include "know/store.h"

/* An observable that something is said of, else a name or key of an entity, else an observable
 * that nobody speaks of; in `a`.
 *   ERR_INPUT      a name that several have
 *   ERR_NOT_FOUND  neither a name nor an observable */
status subject_of(lens *l, arena *a, slice text, node_ref *ret, err *why) NODISCARD;

#endif
