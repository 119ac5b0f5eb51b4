#include "base/test.h"
#include "format/xml.h"

#include <stdio.h>

typedef struct heard {
    buf out;
    unsigned stop_at; /* event that ends it; 0: none does */
    unsigned events;
} heard;

static status count(heard *h, err *why)
{
    return ++h->events == h->stop_at ? err_set(why, ERR_BUSY, 7, "enough") : OK;
}

static status on_open(void *ctx, const xml_tag *tag, err *why)
{
    heard *h = ctx;
    slice v = xml_attribute(tag, S(""), S("a"));
    slice in = xml_attribute(tag, S("urn:n"), S("a"));
    buf_printf(&h->out, "<%.*s|%.*s", SLICE_FMT(tag->space), SLICE_FMT(tag->name));
    if (v.ptr)
        buf_printf(&h->out, " a=%.*s", SLICE_FMT(v));
    if (in.ptr)
        buf_printf(&h->out, " n:a=%.*s", SLICE_FMT(in));
    buf_printf(&h->out, "@%llu:%llu>", (unsigned long long)tag->line, (unsigned long long)tag->at);
    return count(h, why);
}

static status on_text(void *ctx, slice text, err *why)
{
    heard *h = ctx;
    buf_put(&h->out, text);
    return count(h, why);
}

static status on_close(void *ctx, uint64_t end, err *why)
{
    heard *h = ctx;
    buf_printf(&h->out, "</%llu>", (unsigned long long)end);
    return count(h, why);
}

static status hear(heard *h, slice doc, size_t step, const xml_limits *limits, err *why)
{
    memory_reader m;
    reader r = reader_memory(&m, doc);
    xml_handler handler = {.ctx = h, .open = on_open, .text = on_text, .close = on_close};
    m.step = step;
    h->events = 0;
    buf_clear(&h->out);
    return xml_read(&r, limits, &handler, why);
}

static status hear_plain(heard *h, slice doc, err *why)
{
    xml_limits none = {0};
    return hear(h, doc, 0, &none, why);
}

static heard ready(void)
{
    heard h = {0};
    buf_init(&h.out, 64 << 20);
    return h;
}

TEST(what_is_heard)
{
    static const struct {
        slice doc;
        const char *want;
    } rows[] = {
        {S_INIT("<r/>"), "<|r@1:0></4>"},
        {S_INIT("<?xml version='1.0'?>\n<r>x</r>\n<!-- end -->"), "<|r@2:22>x</30>"},
        {S_INIT("<r xmlns='urn:d' xmlns:n='urn:n'><n:b a='1' n:a='2'/></r>"),
         "<urn:d|r@1:0><urn:n|b a=1 n:a=2@1:33></53></57>"},
        {S_INIT("<r>&lt;&#x65E5;&amp;<![CDATA[<b>&x;]]></r>"), "<|r@1:0><\xe6\x97\xa5&<b>&x;</42>"},
        {S_INIT("<?xml version='1.0' encoding='ISO-8859-1'?><r>\xe9</r>"),
         "<|r@1:43>\xc3\xa9</51>"},
        {S_INIT("\xff\xfe<\0r\0>\0\xe5\x65<\0/\0r\0>\0"), "<|r@1:2>\xe6\x97\xa5</18>"},
        /* was in UTF-16, and says so still */
        {S_INIT("\xef\xbb\xbf<?xml version='1.0' encoding=\"utf-16\"?><r>\xe6\x97\xa5</r>"),
         "<|r@1:42>\xe6\x97\xa5</52>"},
        {S_INIT("<?xml version='1.0'?><r>UTF-16</r>"), "<|r@1:21>UTF-16</34>"},
    };
    heard h = ready();
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t step = 0; step < 4; step++) {
            xml_limits none = {0};
            err why = {0};
            CHECK_OK(hear(&h, rows[i].doc, step, &none, &why));
            CHECK_SLICE(buf_slice(&h.out), slice_str(rows[i].want));
        }
    buf_done(&h.out);
}

TEST(what_is_refused)
{
    static const struct {
        slice doc;
        const char *says;
    } rows[] = {
        {S_INIT(""), "no element found"},
        {S_INIT("x"), "line 1, column 1"},
        {S_INIT("<r>"), "line 1, column 4: no element found"},
        {S_INIT("<r>\n</s>"), "line 2, column 3: mismatched tag"},
        {S_INIT("<r/><r/>"), "junk after document element"},
        {S_INIT("<r>\xff</r>"), "not well-formed"},
        {S_INIT("<r>&#0;</r>"), "invalid character number"},
        {S_INIT("<r>&x;</r>"), "undefined entity"},
        {S_INIT("<r a='1' a='2'/>"), "duplicate attribute"},
        {S_INIT("<n:r/>"), "unbound prefix"},
        {S_INIT("<?xml version='1.0' encoding='Shift_JIS'?><r/>"), "unknown encoding"},
        /* what hostile documents are made of */
        {S_INIT("<!DOCTYPE r><r/>"), "a DOCTYPE stands in it"},
        {S_INIT("<!DOCTYPE r SYSTEM 'file:///etc/passwd'><r/>"), "a DOCTYPE stands in it"},
        {S_INIT("<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r>&x;</r>"),
         "a DOCTYPE stands in it"},
        {S_INIT("<!DOCTYPE r [<!ENTITY % p SYSTEM 'http://192.0.2.1/x'>%p;]><r/>"),
         "a DOCTYPE stands in it"},
        {S_INIT("<!DOCTYPE r [<!ENTITY a '0123456789'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
                "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><r>&c;</r>"),
         "a DOCTYPE stands in it"},
    };
    heard h = ready();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        err why = {0};
        CHECK_EQ(hear_plain(&h, rows[i].doc, &why), ERR_INPUT);
        if (!strstr(why.msg, rows[i].says))
            TEST_FAIL("row %zu: \"%s\", want \"%s\"", i, why.msg, rows[i].says);
        CHECK(!strchr(why.msg, '\n'));
    }
    buf_done(&h.out);
}

/* `before`, n times `again`, `after` */
static slice repeat(buf *b, const char *before, const char *again, size_t n, const char *after)
{
    buf_clear(b);
    buf_put(b, slice_str(before));
    for (size_t i = 0; i < n; i++)
        buf_put(b, slice_str(again));
    buf_put(b, slice_str(after));
    return buf_slice(b);
}

TEST(limits)
{
    heard h = ready();
    buf b;
    err why = {0};
    xml_limits few = {.depth_max = 3, .tag_bytes_max = 40000};
    buf_init(&b, 64 << 20);
    CHECK_OK(hear(&h, S("<a><b><c/></b></a>"), 0, &few, &why));
    CHECK_EQ(hear(&h, S("<a><b><c><d/></c></b></a>"), 0, &few, &why), ERR_LIMIT);
    CHECK(strstr(why.msg, "over 3 elements inside each other"));
    CHECK_EQ(hear_plain(&h, repeat(&b, "", "<a>", 100000, ""), &why), ERR_LIMIT);
    CHECK_EQ(why.at, 64 * 3);

    /* one tag, one comment, one instruction, however long: what is fed is let go at the limit */
    CHECK_EQ(hear(&h, repeat(&b, "<a x='", "y", 200000, "'/>"), 0, &few, &why), ERR_LIMIT);
    CHECK(strstr(why.msg, "a tag or a comment is over 40000 bytes"));
    CHECK_EQ(hear(&h, repeat(&b, "<a><!--", "y", 200000, "--></a>"), 0, &few, &why), ERR_LIMIT);
    CHECK_EQ(hear(&h, repeat(&b, "<", "y", 200000, "/>"), 1000, &few, &why), ERR_LIMIT);
    /* text comes in pieces */
    CHECK_OK(hear(&h, repeat(&b, "<a>", "y", 200000, "</a>"), 0, &few, &why));
    CHECK_OK(hear(&h, repeat(&b, "<a><![CDATA[", "y", 200000, "]]></a>"), 0, &few, &why));
    CHECK_OK(hear(&h, repeat(&b, "<a>", " ", 200000, "</a>"), 0, &few, &why));
    CHECK_OK(hear(&h, repeat(&b, "<a/>", "\n", 200000, ""), 0, &few, &why));

    CHECK_EQ(hear_plain(&h, repeat(&b, "<", "y", XML_NAME_MAX + 1, "/>"), &why), ERR_LIMIT);
    CHECK_OK(hear_plain(&h, repeat(&b, "<", "y", XML_NAME_MAX, "/>"), &why));
    CHECK_EQ(hear_plain(&h, repeat(&b, "<a xmlns='", "y", XML_NAME_MAX + 1, "'/>"), &why),
             ERR_LIMIT);
    buf_clear(&b);
    buf_put(&b, S("<a "));
    for (int i = 0; i <= XML_ATTRIBUTES_MAX; i++)
        buf_printf(&b, "a%d='' ", i);
    buf_put(&b, S("/>"));
    CHECK_EQ(hear_plain(&h, buf_slice(&b), &why), ERR_LIMIT);
    CHECK(strstr(why.msg, "over 256 attributes"));
    buf_done(&b);
    buf_done(&h.out);
}

/* The parser keeps every name for good: a document of ever new ones would fill the memory. */
TEST(names_are_counted)
{
    static const char *const kinds[] = {"<a%d/>", "<a a%d=''/>", "<a xmlns:p%d='urn:x'/>"};
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        heard h = ready();
        buf b;
        err why = {0};
        buf_init(&b, 64 << 20);
        buf_put(&b, S("<r>"));
        for (int i = 0; i < 100000; i++) {
            const char *at = strchr(kinds[k], '%');
            buf_put(&b, slice_of(kinds[k], (size_t)(at - kinds[k])));
            buf_printf(&b, "%d", i);
            buf_put(&b, slice_str(at + 2));
        }
        buf_put(&b, S("</r>"));
        CHECK_EQ(hear_plain(&h, buf_slice(&b), &why), ERR_LIMIT);
        CHECK(strstr(why.msg, "over 1024 different names"));
        buf_done(&b);
        buf_done(&h.out);
    }
}

TEST(a_handler_ends_it)
{
    heard h = ready();
    err why = {0};
    slice doc = S("<a>x<b/>y</a>");
    CHECK_OK(hear_plain(&h, doc, &why));
    unsigned all = h.events;
    CHECK(all >= 6);
    for (h.stop_at = 1; h.stop_at <= all; h.stop_at++) {
        CHECK_EQ(hear_plain(&h, doc, &why), ERR_BUSY);
        CHECK_EQ(h.events, h.stop_at); /* nothing comes after it */
        CHECK(strstr(why.msg, "enough"));
    }
    buf_done(&h.out);
}

/* --- no memory ------------------------------------------------------------------------------- */

static long left; /* allocations that still succeed; the parser's have no context to count in */
static long given;

static void *some(size_t size)
{
    if (left == 0)
        return NULL;
    left--;
    given++;
    return malloc(size);
}

static void *more(void *p, size_t size)
{
    if (left == 0)
        return NULL;
    left--;
    given += !p;
    return realloc(p, size);
}

static void back(void *p)
{
    given -= p != NULL;
    free(p);
}

TEST(every_allocation_may_fail)
{
    static const xml_memory scarce = {some, more, back};
    static const slice doc =
        S_INIT("<?xml version='1.0' encoding='utf-8'?><r xmlns='urn:d' xmlns:n='urn:n'>"
               "<n:b a='1' n:a='2'>text &amp; more</n:b><c d='e' f='g'/><!-- --></r>");
    xml_limits limits = {.memory = &scarce};
    heard h = ready();
    status st = ERR_LIMIT;
    long n = 0;
    for (; st != OK && n < 10000; n++) {
        err why = {0};
        left = n;
        st = hear(&h, doc, 0, &limits, &why);
        if (st != OK && (st != ERR_LIMIT || !strstr(why.msg, "no memory"))) {
            TEST_FAIL("allocation %ld: %s %s", n, status_name(st), why.msg);
            break;
        }
        CHECK_EQ(given, 0); /* all given back */
    }
    CHECK_EQ(st, OK);
    CHECK(n > 10);
    buf_done(&h.out);
}
