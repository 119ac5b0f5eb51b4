/* asking_many.h - many values: answers in the order of the questions, worked out on as many
 * processors as there are.
 *
 *     asking_many *m;
 *     asking_many_new(a, s, &how, &m, why);
 *     asking_many_add(m, value, KIND_NONE, why);       // as often as wanted
 *     asking_many_flush(m, why);                       // before waiting for more of them
 *
 * What is wrong with one value is said in its place, and the next one is answered.
 * One asker a processor, each with what it remembers. A few values are answered by the first of
 * them, each put out when it is there: threads begin when MANY_FEW wait, and end with them.
 * Uses: app, answer. Used by: cmd_ask. An asking_many belongs to one thread. */
#ifndef NOROSHI_CMD_ASKING_MANY_H
#define NOROSHI_CMD_ASKING_MANY_H

#include "cmd/asking.h"

enum {
    MANY_THREADS_MAX = 4,
    MANY_EACH = 256, /* values of a thread in one go */
    MANY_FEW = 64    /* fewer are not shared out */
};

typedef struct asking_many asking_many;

/* `how` is copied; its `want` is of no weight. */
status asking_many_new(app *a, store *s, const ask_options *how, asking_many **ret,
                       err *why) NODISCARD;
asking_many *asking_many_free(asking_many *m);

/* One more question, answered now or later. The value is copied. KIND_NONE: find out what it is.
 *   ERR_LIMIT  more than limit.ask-values; those before are answered
 *   others     the store's, or of writing */
status asking_many_add(asking_many *m, slice value, kind want, err *why) NODISCARD;
/* Answers what waits. */
status asking_many_flush(asking_many *m, err *why) NODISCARD;
/* How many of those that were answered are known. */
int64_t asking_many_known(const asking_many *m);

#endif
