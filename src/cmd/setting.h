/* setting.h - words and numbers of sets, for the commands that show them.
 * Uses: app, know/sets. Used by: cmd_set, importing_set. */
#ifndef NOROSHI_CMD_SETTING_H
#define NOROSHI_CMD_SETTING_H

#include "cmd/app.h"
#include "know/sets.h"

/* "known-good", "list, benign" as a message. */
message_id setting_word(set_verdict v, set_polarity p);
/* ", 120 md5, 7 sha1" behind what stands on the line; kinds[k] is how many there are of kind k. */
void setting_kinds(app *a, const uint64_t kinds[64]);

#endif
