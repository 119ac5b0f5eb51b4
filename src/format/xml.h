/* xml.h - an XML document read from front to back: tags, text, ends. What is hostile in XML is not
 * read at all: a document with a DOCTYPE is refused, and with it every entity of its own, so there
 * is nothing to expand and nothing to fetch.
 *
 *     xml_handler h = {.ctx = &mine, .open = on_open, .text = on_text, .close = on_close};
 *     st = xml_read(input->in, &(xml_limits){0}, &h, why);
 *
 * Uses: base, libexpat. Used by: rss. Sources: XML 1.0 (fifth edition), Namespaces in XML 1.0.
 * It streams: memory does not grow with the document. UTF-8, UTF-16, ISO-8859-1 and US-ASCII are
 * read; whatever it was, slices are UTF-8 without NUL, and valid during the call only. */
#ifndef NOROSHI_FORMAT_XML_H
#define NOROSHI_FORMAT_XML_H

#include "base/base.h"
#include "base/reader.h"

enum {
    XML_DEPTH_MAX = 64,       /* default of depth_max */
    XML_TAG_MAX = 256 << 10,  /* default of tag_bytes_max */
    XML_NAME_MAX = 1024,      /* bytes of a name, and of a namespace */
    XML_ATTRIBUTES_MAX = 256, /* of one tag */
    XML_NAMES_MAX = 1024      /* different names in a document: the parser remembers each */
};

/* Where libexpat gets its memory from, for tests that run out of it. */
typedef struct xml_memory {
    void *(*alloc)(size_t size);
    void *(*realloc)(void *p, size_t size);
    void (*free)(void *p);
} xml_memory;

typedef struct xml_limits {
    uint32_t depth_max;       /* 0: XML_DEPTH_MAX */
    uint32_t tag_bytes_max;   /* one tag with its attributes, one comment; 0: XML_TAG_MAX. Text has
                                 no bound here: it comes in pieces */
    const xml_memory *memory; /* NULL: the system's */
} xml_limits;

typedef struct xml_tag {
    slice space, name;             /* the namespace's URI, empty for none, and the local name */
    uint64_t at, line;             /* offset of the "<" and its line, from 1 */
    const char *const *attributes; /* for xml_attribute */
} xml_tag;

/* Any status but OK stops the reading, and xml_read returns it. */
typedef struct xml_handler {
    void *ctx;
    status (*open)(void *ctx, const xml_tag *tag, err *why);
    /* A piece of the text between two tags. Where it is cut says nothing. */
    status (*text)(void *ctx, slice text, err *why);
    /* The tag that was opened last and is not closed ends; `end` is the offset behind it. */
    status (*close)(void *ctx, uint64_t end, err *why);
} xml_handler;

/* The value of an attribute; ptr NULL when the tag has none such. `space` empty: one without a
 * prefix, which has no namespace. */
slice xml_attribute(const xml_tag *tag, slice space, slice name);

/* Reads `in` from its beginning to its end.
 *   ERR_INPUT  not well-formed (with line and column), a DOCTYPE, an encoding that is not read
 *   ERR_LIMIT  over a limit above, or no memory; or what the handler or the reader said */
status xml_read(reader *in, const xml_limits *limits, const xml_handler *h, err *why) NODISCARD;

#endif
