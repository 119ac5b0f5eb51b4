/* foreign.h - documents that lists and tables of indicators must not take for their own: text for
 * people, source code, rules, logs, markup.
 * Uses: base. Used by: the sniffing of csv and list. */
#ifndef NOROSHI_FORMAT_FOREIGN_H
#define NOROSHI_FORMAT_FOREIGN_H

#include "base/base.h"

/* What stands behind the last slash. */
slice foreign_base(slice path);
/* The file's name says that it is something else: README, LICENSE, *.md, *.yar, *.py, ... */
bool foreign_name(slice path);
/* The beginning of the text does: nothing in it, NUL bytes, JSON, XML, YAML, a Markdown table, a
 * web server's log (its lines begin with addresses), the public suffix list, mail headers. */
bool foreign_text(slice head);

#endif
