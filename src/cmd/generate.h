/* generate.h - manual page and completion out of the tables, so that they cannot lag behind.
 * Uses: app (tables), message. Used by: cmd_generate, tests. Pure.
 * Sources: man(7) macros, man-pages(7); bash programmable completion;
 * zshcompsys(1); fish's complete(1). */
#ifndef NOROSHI_CMD_GENERATE_H
#define NOROSHI_CMD_GENERATE_H

#include "cmd/app.h"

/* noroshi(1) in man(7) macros, UTF-8. `date` is "2026-11-22". */
void man_put(buf *out, language l, slice date);
/* Completion scripts, which need nothing but their shell. */
void complete_bash_put(buf *out);
void complete_zsh_put(buf *out);
void complete_fish_put(buf *out, language l);

#endif
