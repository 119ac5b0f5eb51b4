/* text.h - what the text files of answer/render share. Private to answer/render. */
#ifndef NOROSHI_ANSWER_RENDER_TEXT_H
#define NOROSHI_ANSWER_RENDER_TEXT_H

#include "answer/render/page.h"
#include "base/text.h"

/* First line: the value or name, what it is, marking and time. */
void text_title(page *p, slice value, kind k, message what);
void text_actions(page *p);
void text_unknown(page *p);
/* What --why adds below: text_why.c. */
void text_reasons(page *p);
message_id text_state(verdict_state s);
message text_span(const claim *c); /* from when to when */
/* The first sentence of what a source says, markup of links taken out. */
slice text_first_sentence(page *p, slice text);
slice text_name_and_id(page *p, const answer_relation *r);
/* Answers about things with a name, and what sort of thing one is ("actor, G0007"):
 * text_entity.c. */
message text_sort(const answer_card *c);
void text_named(page *p, text_options how, const sink *out);

enum { TEXT_COLUMNS = SINK_COLUMNS - COLUMN_BODY, ITEMS_MAX = 64 };

/* As many of the parts as fit on one line, then how many more there are; parts has room for one
 * more. */
phrase text_fit(page *p, const sink *out, message *parts, size_t n, size_t total, phrase_join join,
                size_t columns);
/* One line with the names; NULL when there are none of that predicate (PRED_NONE: any). */
text_line *text_relations(page *p, const sink *out, message_id label, const answer_relations *list,
                          predicate only);
/* What the thing is: the first sentence of its description. */
void text_what(page *p);
void text_vulnerability(page *p, const sink *out); /* text_vulnerability.c */

#endif
