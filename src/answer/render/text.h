/* text.h - what the text files of answer/render share. Private to answer/render. */
#ifndef NOROSHI_ANSWER_RENDER_TEXT_H
#define NOROSHI_ANSWER_RENDER_TEXT_H

#include "answer/render/page.h"
#include "base/text.h"

/* First line: the value or name, what it is, marking and time. */
void text_title(page *p, slice value, kind k, message what);
void text_actions(page *p);
void text_unknown(page *p);
/* Answers about things with a name, and what sort of thing one is ("actor, G0007"):
 * text_entity.c. */
message text_sort(const answer_card *c);
void text_named(page *p, text_options how, const sink *out);

#endif
