/* render.h - an answer as JSON (one object a line), as text for a terminal, in short.
 *
 *     buf out;
 *     buf_init(&out, RENDER_JSON_MAX);
 *     st = answer_json(w, RENDER_CAPPED, &out, why);       // {"schema":"noroshi.answer/1",...}
 *     st = answer_text(w, 0, &sink, why);
 *
 * Uses: answer, base (json, sink). Used by: cmd, serve, publish.
 * The JSON is the contract's (section 3): stable key order, arrays capped at ANSWER_SHOWN unless
 * all is asked for, `more` says how many were left out. `id` is the SHA-256 of the object with 64
 * zeros in its place. The text is at most RENDER_LINES lines of SINK_COLUMNS columns, in the sink's
 * language; both languages carry the same facts in the same order, so what is left out for want
 * of room is left out in both. */
#ifndef NOROSHI_ANSWER_RENDER_H
#define NOROSHI_ANSWER_RENDER_H

#include "answer/answer.h"
#include "base/sink.h"

enum {
    RENDER_LINES = 25,
    RENDER_JSON_MAX = 64 << 20, /* bytes of one answer */
    RENDER_MEMORY_MAX = 16 << 20
};

typedef enum render_amount { RENDER_CAPPED, RENDER_ALL, RENDER_SHORT } render_amount;

/* Appends one object, no newline.
 *   ERR_LIMIT  the buf's maximum, or memory is out */
status answer_json(const answer *w, render_amount how, buf *out, err *why) NODISCARD;

/* What is used again for each of many answers. One per thread. NULL: memory is out. */
typedef struct renderer renderer;
renderer *renderer_new(void) NODISCARD;
renderer *renderer_free(renderer *r); /* NULL is fine */
/* The same bytes with less work. */
status answer_json_with(renderer *r, const answer *w, render_amount how, buf *out,
                        err *why) NODISCARD;

typedef struct text_options {
    bool all; /* no bound on lines */
    bool why; /* every claim with its place, below */
} text_options;

/*   ERR_LIMIT  memory; or what the sink's flush will say */
status answer_text(const answer *w, text_options how, sink *out, err *why) NODISCARD;
/* One line: value, verdict, state, role, entity, priority. */
status answer_line(const answer *w, sink *out, err *why) NODISCARD;

/* What stands between the messages of a phrase. */
slice phrase_joint(phrase_join join, language l);
/* The text of a phrase in one language. */
void phrase_render(buf *out, language l, const phrase *p, const message_style *style);

#endif
