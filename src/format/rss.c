/* rss.c - items of RSS 1.0: see rss.h. */
#include "format/rss.h"

#include "format/xml.h"

#define RDF "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define RSS1 "http://purl.org/rss/1.0/"

enum {
    LEVEL_ROOT = 1, /* rdf:RDF */
    LEVEL_ITEM,     /* channel, item */
    LEVEL_PART      /* title, link, ... */
};

typedef struct reading {
    arena *a;
    const rss_reader *r;
    uint32_t item_bytes_max;
    uint32_t depth;
    bool in_item;
    rss_item item;
    rss_part *part, **last; /* the one that is open; NULL: passed over */
    buf text;
    char language[16];
    uint64_t items;
} reading;

static rss_space space_of(slice uri)
{
    static const struct {
        slice uri;
        rss_space space;
    } known[] = {{S_INIT(""), RSS_ITSELF},
                 {S_INIT(RSS1), RSS_ITSELF},
                 {S_INIT("http://purl.org/dc/elements/1.1/"), RSS_DC},
                 {S_INIT("http://purl.org/dc/terms/"), RSS_TERMS},
                 {S_INIT("http://purl.org/rss/1.0/modules/content/"), RSS_CONTENT}};
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (slice_eq(uri, known[i].uri))
            return known[i].space;
    /* .../mod_sec/ was version 2, .../mod_sec/3.0/ is version 3 */
    return slice_starts(uri, S("http://jvn.jp/rss/mod_sec/")) ? RSS_SEC : RSS_OTHER;
}

/* --- what the tags do ------------------------------------------------------------------------ */

static status open_root(reading *d, const xml_tag *tag, err *why)
{
    slice language = xml_attribute(tag, S("http://www.w3.org/XML/1998/namespace"), S("lang"));
    if (!slice_eq(tag->name, S("RDF")) || !slice_eq(tag->space, S(RDF)))
        return err_set(why, ERR_INPUT, tag->at, "no RSS 1.0: its first element is not rdf:RDF");
    if (language.len < sizeof d->language && language.len)
        memcpy(d->language, language.ptr, language.len);
    return OK;
}

static status open_item(reading *d, const xml_tag *tag, err *why)
{
    slice about = xml_attribute(tag, S(RDF), S("about"));
    if (space_of(tag->space) != RSS_ITSELF || !slice_eq(tag->name, S("item")))
        return OK;
    d->r->begin(d->r->ctx);
    d->in_item = true;
    d->item = (rss_item){
        .at = tag->at, .line = tag->line, .index = d->items++, .language = slice_str(d->language)};
    d->part = NULL;
    d->last = &d->item.first;
    return about.len && !arena_copy(d->a, slice_trim(about), &d->item.about)
               ? ARENA_SPENT(d->a, why)
               : OK;
}

static status copy_attributes(reading *d, const xml_tag *tag, rss_attribute **last, err *why)
{
    for (const char *const *p = tag->attributes; *p; p += 2) {
        slice name = slice_str(p[0]);
        if (slice_find_byte(name, '\n', 0) != SIZE_MAX)
            continue; /* in a namespace: nobody's here */
        rss_attribute *one = arena_new(d->a, rss_attribute);
        if (!one || !arena_copy(d->a, name, &one->name) ||
            !arena_copy(d->a, slice_trim(slice_str(p[1])), &one->value))
            return ARENA_SPENT(d->a, why);
        *last = one;
        last = &one->next;
    }
    return OK;
}

static status open_part(reading *d, const xml_tag *tag, err *why)
{
    rss_space space = space_of(tag->space);
    d->part = NULL;
    buf_clear(&d->text);
    if (space == RSS_OTHER || d->item.over)
        return OK;
    rss_part *part = arena_new(d->a, rss_part);
    if (!part || !arena_copy(d->a, tag->name, &part->name))
        return ARENA_SPENT(d->a, why);
    part->space = space;
    *d->last = d->part = part;
    d->last = &part->next;
    return copy_attributes(d, tag, &part->first, why);
}

/* From here on nothing of it is kept. */
static void see_length(reading *d, uint64_t at)
{
    if (at - d->item.at <= d->item_bytes_max)
        return;
    d->item.over = true;
    d->item.first = NULL;
    d->part = NULL;
}

static status on_open(void *ctx, const xml_tag *tag, err *why)
{
    reading *d = ctx;
    d->depth++;
    if (d->in_item)
        see_length(d, tag->at);
    if (d->depth == LEVEL_ROOT)
        return open_root(d, tag, why);
    if (d->depth == LEVEL_ITEM)
        return open_item(d, tag, why);
    return d->depth == LEVEL_PART && d->in_item ? open_part(d, tag, why) : OK;
}

static status on_text(void *ctx, slice text, err *why)
{
    reading *d = ctx;
    if (!d->part)
        return OK;
    buf_put(&d->text, text);
    if (!d->text.failed)
        return OK;
    if (d->text.len + text.len <= d->text.max)
        return buf_status(&d->text, why); /* no memory */
    d->item.over = true;
    d->item.first = NULL;
    d->part = NULL;
    return OK;
}

static status close_item(reading *d, uint64_t end, err *why)
{
    see_length(d, end);
    d->in_item = false;
    d->item.length = end - d->item.at;
    return d->r->item(d->r->ctx, &d->item, why);
}

static status on_close(void *ctx, uint64_t end, err *why)
{
    reading *d = ctx;
    uint32_t depth = d->depth--;
    if (!d->in_item)
        return OK;
    if (depth == LEVEL_ITEM)
        return close_item(d, end, why);
    if (depth != LEVEL_PART || !d->part)
        return OK;
    slice text = slice_trim(buf_slice(&d->text));
    status st = text.len && !arena_copy(d->a, text, &d->part->text) ? ARENA_SPENT(d->a, why) : OK;
    d->part = NULL;
    return st;
}

/* --- the document ---------------------------------------------------------------------------- */

status rss_read(reader *in, arena *a, const rss_limits *limits, const rss_reader *r, err *why)
{
    reading d = {.a = a,
                 .r = r,
                 .item_bytes_max = limits->item_bytes_max ? limits->item_bytes_max : RSS_ITEM_MAX};
    xml_limits x = {.depth_max = limits->depth_max};
    xml_handler h = {.ctx = &d, .open = on_open, .text = on_text, .close = on_close};
    if (x.depth_max == 0 || x.depth_max > XML_DEPTH_MAX)
        x.depth_max = XML_DEPTH_MAX;
    buf_init(&d.text, d.item_bytes_max);
    status st = xml_read(in, &x, &h, why);
    buf_done(&d.text);
    return st == OK && !d.items ? err_set(why, ERR_INPUT, 0, "there is no item in it") : st;
}

const rss_part *rss_find(const rss_part *from, rss_space space, slice name)
{
    for (; from; from = from->next)
        if (from->space == space && slice_eq(from->name, name))
            return from;
    return NULL;
}

slice rss_text(const rss_item *item, rss_space space, slice name)
{
    const rss_part *part = rss_find(item->first, space, name);
    return part ? part->text : S("");
}

slice rss_attribute_of(const rss_part *part, slice name)
{
    for (const rss_attribute *one = part->first; one; one = one->next)
        if (slice_eq(one->name, name))
            return one->value;
    return S("");
}

/* --- sniffing -------------------------------------------------------------------------------- */

/* The value behind `name` and an equals sign, in quotes of either kind. */
static bool quoted_after(slice text, slice name, slice *ret)
{
    size_t at = slice_find(text, name, 0);
    if (at == SIZE_MAX)
        return false;
    slice rest = slice_trim(slice_from(text, at + name.len));
    if (!slice_starts(rest, S("=")))
        return false;
    rest = slice_trim(slice_from(rest, 1));
    if (!rest.len || (rest.ptr[0] != '"' && rest.ptr[0] != '\''))
        return false;
    size_t end = slice_find_byte(rest, rest.ptr[0], 1);
    *ret = slice_trim(slice_sub(rest, 1, end == SIZE_MAX ? rest.len : end));
    return true;
}

bool rss_peek(slice head, slice *ret_about)
{
    if (slice_starts(head, S("\xef\xbb\xbf")))
        head = slice_from(head, 3);
    head = slice_trim(head);
    if (!slice_starts(head, S("<")) || slice_find(head, S(RDF), 0) == SIZE_MAX ||
        slice_find(head, S(RSS1), 0) == SIZE_MAX)
        return false;
    size_t at = slice_find(head, S("<channel"), 0);
    if (at == SIZE_MAX)
        at = slice_find(head, S("<item"), 0);
    return at != SIZE_MAX && quoted_after(slice_from(head, at), S("rdf:about"), ret_about);
}
