#include "base/test.h"
#include "format/rss.h"

#include <stdio.h>

#define HEAD                                                                                       \
    "<rdf:RDF xmlns='http://purl.org/rss/1.0/' "                                                   \
    "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "                                     \
    "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:x='urn:x' xml:lang='ja'>"

typedef struct seen {
    buf out;
    arena a;
    arena_mark start;
} seen;

static void begin(void *ctx)
{
    seen *s = ctx;
    arena_back(&s->a, s->start);
}

static status take(void *ctx, const rss_item *item, err *why)
{
    seen *s = ctx;
    (void)why;
    buf_printf(&s->out, "%llu@%llu+%llu line %llu %.*s %.*s%s:", (unsigned long long)item->index,
               (unsigned long long)item->at, (unsigned long long)item->length,
               (unsigned long long)item->line, SLICE_FMT(item->language), SLICE_FMT(item->about),
               item->over ? " over" : "");
    for (const rss_part *p = item->first; p; p = p->next) {
        buf_printf(&s->out, " %d %.*s", (int)p->space, SLICE_FMT(p->name));
        for (const rss_attribute *a = p->first; a; a = a->next)
            buf_printf(&s->out, " %.*s=%.*s", SLICE_FMT(a->name), SLICE_FMT(a->value));
        buf_printf(&s->out, " [%.*s]", SLICE_FMT(p->text));
    }
    buf_byte(&s->out, '\n');
    return OK;
}

static status read_doc(seen *s, slice doc, uint32_t most, size_t step, long fail_after, err *why)
{
    memory_reader m;
    reader r = reader_memory(&m, doc);
    rss_limits limits = {.item_bytes_max = most};
    rss_reader mine = {.ctx = s, .begin = begin, .item = take};
    m.step = step;
    buf_clear(&s->out);
    s->a.fail_after = fail_after;
    return rss_read(&r, &s->a, &limits, &mine, why);
}

static void open_seen(seen *s)
{
    buf_init(&s->out, 1 << 20);
    arena_init(&s->a, 4 << 20);
    s->start = arena_here(&s->a);
}

static void close_seen(seen *s)
{
    buf_done(&s->out);
    arena_done(&s->a);
}

static const slice two_items = S_INIT(
    HEAD "<channel rdf:about='https://c.example/'><title>no item</title><items/></channel>\n"
         "<item rdf:about=' https://a.example/1 '><title> One <b>&amp;</b> two </title>"
         "<dc:date>2099-01-02</dc:date><x:y>passed over</x:y><link/></item>\n"
         "<item><title a='1' x:b='2' c=' 3 '/><item><title>inner</title></item></item></rdf:RDF>");

TEST(items)
{
    seen s;
    err why = {0};
    open_seen(&s);
    for (size_t step = 0; step < 9; step += 2) {
        CHECK_OK(read_doc(&s, two_items, 0, step, -1, &why));
        CHECK_SLICE(buf_slice(&s.out),
                    S("0@253+142 line 2 ja https://a.example/1: 1 title [One & two] 2 date "
                      "[2099-01-02] 1 link []\n"
                      "1@396+76 line 3 ja : 1 title a=1 c=3 [] 1 item [inner]\n"));
    }
    close_seen(&s);
}

TEST(an_item_that_is_too_long)
{
    seen s;
    err why = {0};
    open_seen(&s);
    CHECK_OK(read_doc(&s, two_items, 100, 0, -1, &why));
    CHECK_SLICE(buf_slice(&s.out), S("0@253+142 line 2 ja https://a.example/1 over:\n"
                                     "1@396+76 line 3 ja : 1 title a=1 c=3 [] 1 item [inner]\n"));
    close_seen(&s);
}

TEST(what_is_no_rss)
{
    static const slice rows[] = {
        S_INIT(""),
        S_INIT("<rss version='2.0'><channel><item><title>x</title></item></channel></rss>"),
        S_INIT("<RDF><item/></RDF>"),
        S_INIT(HEAD "</rdf:RDF>"),
        S_INIT(HEAD "<channel><item/></channel></rdf:RDF>"),
        S_INIT(HEAD "<x:item/></rdf:RDF>"),
        S_INIT(HEAD "<item>"),
    };
    seen s;
    open_seen(&s);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        err why = {0};
        CHECK_EQ(read_doc(&s, rows[i], 0, 0, -1, &why), ERR_INPUT);
        CHECK(why.msg[0]);
    }
    close_seen(&s);
}

TEST(every_allocation_may_fail)
{
    seen s;
    long n = 0;
    status st = ERR_LIMIT;
    open_seen(&s);
    for (; st != OK && n < 1000; n++) {
        err why = {0};
        st = read_doc(&s, two_items, 0, 0, n, &why);
        if (st != OK)
            CHECK_EQ(st, ERR_LIMIT);
    }
    CHECK_EQ(st, OK);
    CHECK(n > 10);
    close_seen(&s);
}

TEST(peeking)
{
    slice about = S("");
    CHECK(rss_peek(two_items, &about));
    CHECK_SLICE(about, S("https://c.example/"));
    CHECK(rss_peek(S("\xef\xbb\xbf\n" HEAD "<item  rdf:about = \"https://i.example/\">"), &about));
    CHECK_SLICE(about, S("https://i.example/"));
    CHECK(rss_peek(S(HEAD "<item rdf:about=\"https://cut.exam"), &about));
    CHECK(!rss_peek(S(HEAD "<item rdf:about=>"), &about));
    CHECK(!rss_peek(S(HEAD "<item rdf:about"), &about));
    CHECK(!rss_peek(S(HEAD), &about));
    CHECK(!rss_peek(S("x" HEAD "<item rdf:about='y'>"), &about));
    CHECK(!rss_peek(S("<rss><item rdf:about='y'>"), &about));
    CHECK(!rss_peek(S(""), &about));
}
