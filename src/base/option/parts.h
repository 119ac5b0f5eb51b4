/* parts.h - what the files of base/option share: see base/option.h. */
#ifndef NOROSHI_OPTION_PARTS_H
#define NOROSHI_OPTION_PARTS_H

#include "base/option.h"

/* Parses `text` for the row and keeps it unless a higher layer has set it; what is wrong with it
 * becomes a problem. `text` must live as long as `o`. */
status option_assign(options *o, const option *row, slice text, option_origin where,
                     err *why) NODISCARD;
/* "key=value" of a generic row. */
status option_assign_generic(options *o, slice pair, option_origin where, err *why) NODISCARD;
/* The parser alone. False and *problem, which borrows `text` or lives in `a`. */
bool option_value_parse(const option *row, slice text, arena *a, int64_t *ret, message *problem);
/* "unknown key", with the nearest one. `key` must live as long as `o`. */
status option_complain_key(options *o, slice key, option_origin where, err *why) NODISCARD;

/* Takes a blank separated word (choices) or a comma separated one (commands) off the front. */
bool option_next_word(slice *rest, char sep, slice *ret);

#endif
