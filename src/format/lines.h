/* lines.h - files of JSON lines (JSONL, NDJSON): a line that is broken, the last one cut off among
 * them, is refused with its place, and the others are read.
 *
 *     st = lines_read(f, &input, &sink, why);      // as f->read, for any format
 *
 * Uses: format, base/json. Used by: sandbox.
 * Before the codec reads, each line is balanced as the codec would (format.lines). What is broken
 * is blank to the codec, so that offsets stay what they are, and is refused when the codec is done.
 * A document that is one JSON value is all or nothing, as ever: lines are taken for such when, of
 * the first three, two are objects each on its own, or of two the first is and the other begins
 * one. A value over several lines may stand among them. Nothing is looked at in advance that is
 * longer than LINES_LINE_MAX, and with more than limits.broken_max the document is refused.
 * Why so: docs/decisions/0240-json-lines.md. */
#ifndef NOROSHI_FORMAT_LINES_H
#define NOROSHI_FORMAT_LINES_H

#include "format/format.h"

enum {
    LINES_LINE_MAX = 16 << 20, /* a longer line is left to the codec */
    LINES_BROKEN_MAX = 10000,  /* broken lines of a document, when limits.broken_max is 0 */
    LINES_AHEAD_MAX =
        256 << 20 /* bytes read ahead to see whether a value goes on behind its line */
};

/* Memory: two lines, and 64 bytes and a reason for each that is broken.
 *   ERR_INPUT, ERR_LIMIT  what f->read says; memory; or what the sink said */
status lines_read(const format *f, const format_input *input, const fact_sink *sink,
                  err *why) NODISCARD;

#endif
