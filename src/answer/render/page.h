/* page.h - lines of an answer for a terminal: labels, tables, what goes when there is no room.
 * Private to answer/render.
 *
 *     page p;
 *     page_init(&p, &arena);
 *     text_line *l = page_body(&p, MSG_ask_label_why);
 *     line_say(&p, l, msg_ask_...);
 *     st = page_print(&p, sink, why);
 *
 * A page is measured in every language before it is printed: what does not fit in RENDER_LINES
 * lines in one of them is left out in all, so that they carry the same facts. */
#ifndef NOROSHI_ANSWER_RENDER_PAGE_H
#define NOROSHI_ANSWER_RENDER_PAGE_H

#include "answer/render.h"

enum {
    PAGE_LINES_MAX = 4096,
    LINE_CELLS = 4,
    COLUMN_HEAD = 12, /* text behind MALICIOUS, STALE, PRIORITY */
    COLUMN_BODY = 10  /* text behind WHY, AGAINST, ... */
};

typedef struct text_line {
    message_id label;
    style label_style;
    unsigned column; /* where the text begins */
    unsigned number; /* of an action; 0: none */
    unsigned table;  /* lines of one table in a row: cells are aligned; 0: none */
    unsigned rank;   /* 0: stays; the largest go first when there is no room */
    phrase cell[LINE_CELLS];
    size_t cells;
    slice run;   /* a command behind the text */
    message tag; /* at the right margin; id MSG_NONE: none */
    bool gone;
} text_line;

typedef struct page {
    arena *a;
    const answer *w;
    text_line *lines;
    size_t count, cap;
    unsigned tables;
    text_line nowhere; /* takes what is said when memory is out */
    bool failed;       /* memory */
    bool all;          /* no bound on lines */
} page;

void page_init(page *p, arena *a, const answer *w);
/* One more line, or a line that is nowhere when memory is out. */
text_line *page_head(page *p, message_id label, style look);
text_line *page_body(page *p, message_id label);
text_line *page_blank(page *p);
unsigned page_table(page *p); /* a number for the lines of a new table */
void line_say(page *p, text_line *l, message m);
void line_phrase(text_line *l, const phrase *p);
/* Texts that fit in both languages in `columns`, as many as there is room for from the first on;
 * returns how many. */
size_t page_fit(page *p, const sink *out, const message *parts, size_t count, phrase_join join,
                size_t columns);
phrase page_phrase(page *p, const message *parts, size_t count, phrase_join join);

/* Leaves out what has no room and prints. */
status page_print(page *p, sink *out, err *why) NODISCARD;

#endif
