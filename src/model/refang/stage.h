/* stage.h - private to model/refang: the two stages, each a text and its edits.
 *
 * Uses: base, refang.h. Stage one makes single characters plain (width, invisible ones); stage two
 * undoes defanging and sees nothing but ASCII, letters, and the three full stops of East Asia. */
#ifndef NOROSHI_REFANG_STAGE_H
#define NOROSHI_REFANG_STAGE_H

#include "model/refang.h"

/* A text being written from another: in[i..] is to come, out[0..n) is done. */
typedef struct stage {
    slice in;
    size_t i;
    char *out;
    size_t n, room;
    plain_edit *edits;
    size_t edit_count, edit_room;
    arena *a;
    unsigned options;
    bool failed; /* the budget is spent */
} stage;

/* Room for `room` bytes of output. */
bool stage_open(stage *s, arena *a, slice in, size_t room);
void stage_put(stage *s, const char *text, size_t len);
/* Copies in[i..end). */
void stage_copy(stage *s, size_t end);
/* Replaces out[from..n) and in[i..raw_end) by `text`; edits in between go. */
void stage_edit(stage *s, size_t from, slice text, size_t raw_end, unsigned steps);

/* Does `out` end in broken UTF-8, which could become whole if the next bytes went? */
bool stage_ends_broken(const stage *s);

/* Is there anything for the first stage to do? */
bool narrow_wanted(slice text);
/* Both return false when the budget is spent. */
bool narrow_stage(stage *s);
bool undo_stage(stage *s);

#endif
