/* rss.h - the items of an RSS 1.0 document (RDF Site Summary), one at a time.
 *
 *     rss_reader r = {.ctx = &mine, .begin = begin, .item = take};
 *     st = rss_read(input->in, a, &limits, &r, why);
 *
 * Uses: base, xml. Used by: jvn. Sources: RDF Site Summary 1.0; mod_sec 3.0 (jvndb.jvn.jp), which
 * JVN adds to it. An item is handed on as its children, in their order: name, text, attributes.
 * What stands in namespaces that are not known here is passed over. */
#ifndef NOROSHI_FORMAT_RSS_H
#define NOROSHI_FORMAT_RSS_H

#include "base/base.h"
#include "base/reader.h"

enum { RSS_ITEM_MAX = 1 << 20 }; /* default of item_bytes_max */

typedef enum rss_space {
    RSS_OTHER,
    RSS_ITSELF, /* title, link, description */
    RSS_DC,     /* Dublin Core: identifier, date, relation */
    RSS_TERMS,  /* its terms: issued, modified */
    RSS_SEC,    /* mod_sec of JVN, any version: identifier, references, cpe, cvss */
    RSS_CONTENT /* encoded: the text as HTML */
} rss_space;

typedef struct rss_attribute {
    slice name, value;
    struct rss_attribute *next;
} rss_attribute;

typedef struct rss_part {
    rss_space space;
    slice name;
    slice text; /* without blanks around it; what elements inside it hold is part of it */
    rss_attribute *first;
    struct rss_part *next;
} rss_part;

typedef struct rss_item {
    uint64_t at, length, line;
    uint64_t index; /* 0 is the first */
    slice about;    /* rdf:about: its URL */
    slice language; /* the document's xml:lang: "ja"; empty when it does not say */
    rss_part *first;
    bool over; /* longer than item_bytes_max: there are no parts */
} rss_item;

typedef struct rss_limits {
    uint32_t depth_max;      /* 0: that of xml.h */
    uint32_t item_bytes_max; /* 0: RSS_ITEM_MAX */
} rss_limits;

/* `begin` comes before anything of an item is put into the arena, which may be reset there. */
typedef struct rss_reader {
    void *ctx;
    void (*begin)(void *ctx);
    status (*item)(void *ctx, const rss_item *item, err *why);
} rss_reader;

/* The text of the first part called so; empty when there is none. */
slice rss_text(const rss_item *item, rss_space space, slice name);
/* The next part called so, from `from` on, which may be NULL; NULL when there is none. */
const rss_part *rss_find(const rss_part *from, rss_space space, slice name);
slice rss_attribute_of(const rss_part *part, slice name); /* empty: none */

/* Hands on every item. What an item holds lives in `a` until the next begin.
 *   ERR_INPUT  no RSS 1.0 document, no item in it, or what xml_read says
 *   ERR_LIMIT  memory; or what the reader said */
status rss_read(reader *in, arena *a, const rss_limits *limits, const rss_reader *r,
                err *why) NODISCARD;

/* The URL of a document's channel or, without one, of its first item, from its beginning: for
 * sniffing. false: no RSS 1.0. No memory. */
bool rss_peek(slice head, slice *ret_about);

#endif
