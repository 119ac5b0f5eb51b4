/* xml.c - libexpat behind our limits: see xml.h.
 *
 * libexpat (2.5) bounds what entities may grow to, but neither depth nor the length of a tag nor
 * how many names it remembers. Depth is counted here. A tag is in memory as a whole before anybody
 * hears of it, so the bytes that were fed since the last thing heard are counted. Names live as
 * long as the parser, so different ones are counted, by hash. */
#include "format/xml.h"

#include "base/hash.h"

#include <expat.h>

enum {
    CHUNK = 16 << 10,
    NAME_SLOTS = 4 * XML_NAMES_MAX, /* at most a quarter is taken */
    SEPARATOR = '\n' /* between namespace and name: can stand in neither, and libexpat sees to it */
};
_Static_assert((NAME_SLOTS & (NAME_SLOTS - 1)) == 0, "slots are found by a mask");

typedef struct walk {
    XML_Parser parser;
    const xml_handler *handler;
    uint32_t depth, depth_max;
    uint64_t heard; /* offset behind the last thing that was heard of */
    uint64_t names[NAME_SLOTS];
    size_t name_count;
    status st;
    err *why;
} walk;

static uint64_t here(const walk *w)
{
    XML_Index at = XML_GetCurrentByteIndex(w->parser);
    return at < 0 ? w->heard : (uint64_t)at;
}

static uint64_t behind(const walk *w)
{
    int length = XML_GetCurrentByteCount(w->parser);
    return here(w) + (length > 0 ? (uint64_t)length : 0);
}

static void stop(walk *w, status st)
{
    if (w->st != OK)
        return;
    w->st = st;
    XML_StopParser(w->parser, XML_FALSE);
}

/* "URI\nname" or "name" */
static slice parts_of(const char *raw, slice *space)
{
    slice whole = slice_str(raw);
    size_t cut = slice_find_byte(whole, SEPARATOR, 0);
    *space = cut == SIZE_MAX ? S("") : slice_sub(whole, 0, cut);
    return cut == SIZE_MAX ? whole : slice_from(whole, cut + 1);
}

/* The key is fixed: whoever finds a collision has one name that is not counted. */
static status count_name(walk *w, const char *raw)
{
    static const uint8_t key[16] = "noroshi.xmlname";
    slice space, name = parts_of(raw, &space);
    if (name.len > XML_NAME_MAX || space.len > XML_NAME_MAX)
        return err_set(w->why, ERR_LIMIT, here(w), "a name is over %d bytes", (int)XML_NAME_MAX);
    uint64_t h = siphash(key, slice_str(raw)) | 1;
    size_t i = (size_t)(h >> 32) & (NAME_SLOTS - 1);
    while (w->names[i] && w->names[i] != h)
        i = (i + 1) & (NAME_SLOTS - 1);
    if (w->names[i])
        return OK;
    if (w->name_count == XML_NAMES_MAX)
        return err_set(w->why, ERR_LIMIT, here(w), "over %d different names", (int)XML_NAMES_MAX);
    w->names[i] = h;
    w->name_count++;
    return OK;
}

static status check_tag(walk *w, const char *name, const char **attributes)
{
    size_t n = 0;
    status st;
    if (w->depth >= w->depth_max)
        return err_set(w->why, ERR_LIMIT, here(w), "over %u elements inside each other",
                       w->depth_max);
    if ((st = count_name(w, name)) != OK)
        return st;
    for (; attributes[2 * n]; n++) {
        if (n == XML_ATTRIBUTES_MAX)
            return err_set(w->why, ERR_LIMIT, here(w), "over %d attributes",
                           (int)XML_ATTRIBUTES_MAX);
        if ((st = count_name(w, attributes[2 * n])) != OK)
            return st;
    }
    return OK;
}

/* --- what libexpat says ---------------------------------------------------------------------- */

static void XMLCALL on_open(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    walk *w = ctx;
    if (w->st != OK)
        return;
    status st = check_tag(w, name, attributes);
    if (st == OK) {
        xml_tag tag = {.at = here(w),
                       .line = XML_GetCurrentLineNumber(w->parser),
                       .attributes = (const char *const *)attributes};
        tag.name = parts_of(name, &tag.space);
        st = w->handler->open(w->handler->ctx, &tag, w->why);
    }
    w->depth++;
    w->heard = behind(w);
    if (st != OK)
        stop(w, st);
}

static void XMLCALL on_close(void *ctx, const XML_Char *name)
{
    walk *w = ctx;
    (void)name;
    if (w->st != OK)
        return;
    w->depth--;
    /* of <a/> both ends are one thing */
    w->heard = behind(w) > w->heard ? behind(w) : w->heard;
    status st = w->handler->close(w->handler->ctx, w->heard, w->why);
    if (st != OK)
        stop(w, st);
}

static void XMLCALL on_text(void *ctx, const XML_Char *text, int len)
{
    walk *w = ctx;
    if (w->st != OK)
        return;
    w->heard = behind(w);
    status st = w->handler->text(w->handler->ctx, slice_of(text, (size_t)len), w->why);
    if (st != OK)
        stop(w, st);
}

/* Prefixes are remembered like names. */
static void XMLCALL on_namespace(void *ctx, const XML_Char *prefix, const XML_Char *uri)
{
    walk *w = ctx;
    status st = OK;
    if (w->st != OK)
        return;
    if (prefix)
        st = count_name(w, prefix);
    if (st == OK && uri && strlen(uri) > XML_NAME_MAX)
        st = err_set(w->why, ERR_LIMIT, here(w), "a namespace is over %d bytes", (int)XML_NAME_MAX);
    if (st != OK)
        stop(w, st);
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int internal)
{
    walk *w = ctx;
    (void)name, (void)system, (void)public, (void)internal;
    if (w->st == OK)
        stop(w, err_set(w->why, ERR_INPUT, here(w), "a DOCTYPE stands in it: not read"));
}

/* Comments, instructions, the declaration. */
static void XMLCALL on_other(void *ctx, const XML_Char *text, int len)
{
    walk *w = ctx;
    (void)text, (void)len;
    w->heard = behind(w);
}

/* --- reading --------------------------------------------------------------------------------- */

/* As much as has room, so that what the limits say does not depend on how the bytes arrive. */
static status fill(reader *in, char *into, size_t *ret_len, err *why)
{
    size_t n = 0, got = 1;
    while (n < CHUNK && got) {
        status st = reader_read(in, into + n, CHUNK - n, &got, why);
        if (st != OK)
            return st;
        n += got;
    }
    *ret_len = n;
    return OK;
}

static status complaint(walk *w)
{
    enum XML_Error code = XML_GetErrorCode(w->parser);
    if (w->st != OK)
        return w->st;
    if (code == XML_ERROR_NO_MEMORY)
        return err_set(w->why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    return err_set(w->why, ERR_INPUT, here(w), "line %lu, column %lu: %s",
                   (unsigned long)XML_GetCurrentLineNumber(w->parser),
                   (unsigned long)XML_GetCurrentColumnNumber(w->parser) + 1, XML_ErrorString(code));
}

/* Text that was decoded on its way here (sandbox/decode.c) still says what it was: in bytes that
 * can be read at all, "UTF-16" is not true. */
static void settle_encoding(walk *w, slice head)
{
    slice rest = slice_sub(head, 0, slice_find(head, S("?>"), 0));
    if (slice_starts(head, S("\xef\xbb\xbf")))
        rest = slice_from(rest, 3);
    if (!slice_starts(rest, S("<?xml")))
        return;
    for (; rest.len; rest = slice_from(rest, 1))
        if (slice_starts_nocase(rest, S("utf-16"))) {
            XML_SetEncoding(w->parser, "UTF-8");
            return;
        }
}

static status feed(walk *w, reader *in, uint32_t tag_bytes_max)
{
    uint64_t fed = 0;
    for (size_t n = CHUNK; n == CHUNK;) {
        void *room = XML_GetBuffer(w->parser, CHUNK);
        if (!room)
            return complaint(w);
        status st = fill(in, room, &n, w->why);
        if (st != OK)
            return st;
        if (!fed)
            settle_encoding(w, slice_of(room, n));
        fed += n;
        if (XML_ParseBuffer(w->parser, (int)n, n < CHUNK) != XML_STATUS_OK)
            return complaint(w);
        if (fed - w->heard > tag_bytes_max)
            return err_set(w->why, ERR_LIMIT, w->heard, "a tag or a comment is over %u bytes",
                           tag_bytes_max);
    }
    return OK;
}

static void set_up(walk *w)
{
    XML_SetUserData(w->parser, w);
    XML_SetElementHandler(w->parser, on_open, on_close);
    XML_SetCharacterDataHandler(w->parser, on_text);
    XML_SetStartNamespaceDeclHandler(w->parser, on_namespace);
    XML_SetStartDoctypeDeclHandler(w->parser, on_doctype);
    XML_SetDefaultHandler(w->parser, on_other);
    XML_SetParamEntityParsing(w->parser, XML_PARAM_ENTITY_PARSING_NEVER);
}

status xml_read(reader *in, const xml_limits *limits, const xml_handler *h, err *why)
{
    static const char separator[] = {SEPARATOR, 0};
    err mine = {0};
    XML_Memory_Handling_Suite memory = {malloc, realloc, free};
    if (!why)
        why = &mine;
    if (limits->memory)
        memory = (XML_Memory_Handling_Suite){limits->memory->alloc, limits->memory->realloc,
                                             limits->memory->free};
    status st = reader_rewind(in, why);
    if (st != OK)
        return st;
    walk *w = memory.malloc_fcn(sizeof *w);
    if (!w)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    *w = (walk){.handler = h,
                .why = why,
                .depth_max = limits->depth_max ? limits->depth_max : XML_DEPTH_MAX,
                .parser = XML_ParserCreate_MM(NULL, &memory, separator)};
    if (w->parser) {
        set_up(w);
        st = feed(w, in, limits->tag_bytes_max ? limits->tag_bytes_max : XML_TAG_MAX);
        XML_ParserFree(w->parser);
    } else {
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    }
    memory.free_fcn(w);
    return st;
}

slice xml_attribute(const xml_tag *tag, slice space, slice name)
{
    for (size_t i = 0; tag->attributes[i]; i += 2) {
        slice its, local = parts_of(tag->attributes[i], &its);
        if (slice_eq(local, name) && slice_eq(its, space))
            return slice_str(tag->attributes[i + 1]);
    }
    return (slice){NULL, 0};
}
