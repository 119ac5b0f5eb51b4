/* Property: what is heard is the same however the bytes arrive; texts are UTF-8 without NUL; ends
 * match; nothing is deeper than the limit; no entity ever makes more text than there were bytes (a
 * byte of ISO-8859-1 becomes two). */
#include "base/hash.h"
#include "base/text.h"
#include "format/xml.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

typedef struct heard {
    hash_state *hash;
    unsigned depth;
    size_t text;
} heard;

static void check(slice s)
{
    if (utf8_check(s) != SIZE_MAX || (s.len && memchr(s.ptr, 0, s.len)))
        abort();
}

static status on_open(void *ctx, const xml_tag *tag, err *why)
{
    heard *h = ctx;
    (void)why;
    check(tag->space);
    check(tag->name);
    if (!tag->name.len || h->depth++ >= 8)
        abort();
    hash_update(h->hash, S("<"));
    hash_update(h->hash, tag->space);
    hash_update(h->hash, tag->name);
    for (const char *const *p = tag->attributes; *p; p++) {
        check(slice_str(*p));
        hash_update(h->hash, slice_str(*p));
    }
    return OK;
}

static status on_text(void *ctx, slice text, err *why)
{
    heard *h = ctx;
    (void)why;
    check(text);
    h->text += text.len;
    hash_update(h->hash, text);
    return OK;
}

static status on_close(void *ctx, uint64_t end, err *why)
{
    heard *h = ctx;
    (void)why, (void)end;
    if (!h->depth--)
        abort();
    hash_update(h->hash, S(">"));
    return OK;
}

static status hear(slice doc, size_t step, uint8_t digest[32], err *why)
{
    heard mine = {.hash = hash_new(HASH_SHA256)};
    memory_reader m;
    reader r = reader_memory(&m, doc);
    xml_limits limits = {.depth_max = 8, .tag_bytes_max = 4096};
    xml_handler h = {.ctx = &mine, .open = on_open, .text = on_text, .close = on_close};
    m.step = step;
    if (!mine.hash)
        abort();
    status st = xml_read(&r, &limits, &h, why);
    if ((st == OK && mine.depth) || mine.text > 2 * doc.len)
        abort();
    if (st != OK && !why->msg[0])
        abort();
    hash_final(mine.hash, digest);
    hash_free(mine.hash);
    return st;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    slice doc = slice_of((const char *)data, size);
    uint8_t one[32], two[32];
    err a = {0}, b = {0};
    if (hear(doc, 0, one, &a) != hear(doc, 1 + size % 7, two, &b) || memcmp(one, two, 32) != 0 ||
        strcmp(a.msg, b.msg) != 0)
        abort();
    return 0;
}
