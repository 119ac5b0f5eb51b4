/* double_n_test.c - every reader of logs takes twice as long for twice as much, whatever stands in
 * it: records made to be slow, for each format, in which one kind of text is repeated.
 *
 * What is measured is processor time of the thread, the least of some tries: others at work on the
 * machine make a try longer, never shorter. A reader passes as soon as one round shows a ratio of
 * at most LIMIT, so load cannot fail it; what is quadratic takes four times as long in each. */
#include "base/test.h"
#include "format/log.h"

#include <time.h>

enum { SMALL = 128 << 10, TRIES = 3, ROUNDS = 12, NOTHING_NS = 200000 };
#define LIMIT 2.2

static int64_t thread_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* What a record begins with, so that it is of the format; what is behind the repeated. */
typedef struct front {
    const char *format, *header, *begin, *end;
} front;

static const front fronts[] = {
    {"zeek", "#separator \\x09\n#fields\tts\tid.orig_h\turi\n", "1795000000.1\t192.0.2.1\t", ""},
    {"suricata", "",
     "{\"timestamp\":\"2026-11-30T10:00:00\",\"event_type\":\"dns\",\"flow_id\":1,\"x\":\"", "\"}"},
    {"windows", "", "{\"EventID\":1,\"Channel\":\"Security\",\"x\":\"", "\"}"},
    {"windows", "", "<Event><System><EventID>1</EventID></System><EventData>",
     "</EventData></Event>"},
    {"cloudtrail", "", "{\"eventSource\":\"s\",\"eventName\":\"n\",\"awsRegion\":\"r\",\"x\":[",
     "]}"},
    {"azure", "", "{\"operationName\":\"o\",\"category\":\"c\",\"tenantId\":\"t\",\"x\":", "}"},
    {"m365", "", "{\"Workload\":\"w\",\"Operation\":\"o\",\"x\":{", "}}"},
    {"capture", "", "{\"capture\":\"dns\",\"packet\":1,\"x\":\"", "\"}"},
    {"json", "", "{\"message\":\"", "\"}"},
    {"json", "", "{", "}"},
    {"w3c", "#Fields: date time c-ip cs-uri-stem\n", "2026-11-30 10:00:00 192.0.2.1 ", ""},
    {"cef", "", "CEF:0|v|p|1|2|n|1|", ""},
    {"leef", "", "LEEF:2.0|v|p|1|2|^|", ""},
    {"auditd", "", "type=EXECVE msg=audit(1795000000.123:42): ", ""},
    {"syslog", "", "<34>1 2026-11-30T10:00:00Z h app 1 id ", ""},
    {"syslog", "", "<34>Nov 30 10:00:00 h app: ", ""},
    {"web", "", "192.0.2.1 - - [30/Nov/2026:10:00:00 +0000] \"GET /",
     " HTTP/1.1\" 200 1 \"-\" \"-\""},
    {"squid", "", "1795000000.123 1 192.0.2.1 TCP_MISS/200 1 GET http://a/",
     " - DIRECT/192.0.2.2 t"},
    {"bind", "", "client 192.0.2.1#53: query: ", " IN A +"},
    {"dnsmasq", "", "Nov 30 10:00:00 dnsmasq[1]: query[A] ", " from 192.0.2.1"},
    {"auth", "", "Nov 30 10:00:00 h sshd[1]: Failed password for ", " from 192.0.2.1 port 1 ssh2"},
    {"netfilter", "", "Nov 30 10:00:00 h kernel: IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 ", ""},
    {"keyvalue", "", "date=2026-11-30 time=10:00:00 ", ""},
    {"csv", "time,src_ip,user\n", "2026-11-30T10:00:00Z,192.0.2.1,", ""},
    {"raw", "", "", ""},
};

/* What is repeated. */
static const slice fillers[] = {
    S_INIT("a"),
    S_INIT(" "),
    S_INIT("\""),
    S_INIT("\\"),
    S_INIT("\\\""),
    S_INIT("a=b "),
    S_INIT("a=\"b "),
    S_INIT("="),
    S_INIT("["),
    S_INIT("{"),
    S_INIT("{\"a\":"),
    S_INIT("\"a\":1,"),
    S_INIT("|"),
    S_INIT("\t"),
    S_INIT(","),
    S_INIT("<Data Name=\"a\">"),
    S_INIT(" from "),
    S_INIT(" port 1"),
    S_INIT("192.0.2.1 "),
    S_INIT(": "),
    S_INIT("\\u0041"),
    S_INIT("type=a "),
    S_INIT("<1>"),
    S_INIT("CEF:0|"),
    S_INIT("{\\\"message\\\":\\\""),
    S_INIT("&lt;"),
    S_INIT("- "),
    S_INIT("\xff"),
};

static void make(const front *f, slice filler, size_t bytes, buf *out)
{
    buf_clear(out);
    buf_put(out, slice_str(f->begin));
    while (out->len < bytes)
        buf_put(out, filler);
    buf_put(out, slice_str(f->end));
}

/* One record, of a stream that was begun with its header. */
static int64_t read_ns(const front *f, slice record)
{
    CLEANUP(arena_done) arena a;
    log_event e;
    slice header = slice_str(f->header), line;
    log_reader *r = log_reader_new(log_format_named(slice_str(f->format)), NULL);
    arena_init(&a, LOG_MEMORY(record.len));
    int64_t best = INT64_MAX;
    while (r && slice_cut(&header, '\n', &line))
        CHECK_OK(log_note(r, line, NULL));
    for (int i = 0; r && i < TRIES; i++) {
        arena_reset(&a);
        int64_t from = thread_ns();
        CHECK_OK(log_read(r, record, 0, &a, &e, NULL));
        int64_t took = thread_ns() - from;
        best = took < best ? took : best;
    }
    log_reader_free(r);
    return best;
}

/* log_split and what it is told to begin with, over all of it as a stream. */
static int64_t split_ns(const front *f, slice stream)
{
    CLEANUP(log_split_close) log_splitter s = {0};
    log_record r;
    log_framing framing;
    bool more = true;
    (void)f;
    int64_t from = thread_ns();
    (void)log_sniff(stream, &framing);
    log_split_open(&s, framing, 0);
    for (size_t at = 0; at < stream.len; at += 4096) {
        log_split_feed(&s, slice_sub(stream, at, at + 4096));
        while (log_split_next(&s, &r, &more, NULL) == OK && more)
            ;
    }
    return thread_ns() - from;
}

typedef int64_t (*measure)(const front *f, slice text);

/* *one and *two: of the last round. */
static bool is_linear(const front *f, slice filler, measure m, int64_t *one, int64_t *two)
{
    CLEANUP(buf_done) buf a, b;
    bool fine = false;
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    make(f, filler, SMALL, &a);
    make(f, filler, 2 * SMALL, &b);
    for (int round = 0; round < ROUNDS && !fine; round++) {
        *one = m(f, buf_slice(&a));
        *two = m(f, buf_slice(&b));
        fine = *two < NOTHING_NS || (double)*two <= LIMIT * (double)*one;
    }
    return fine;
}

static void check_linear(const front *f, slice filler, measure m, const char *what)
{
    int64_t one, two;
    char quoted[ERR_QUOTE_MAX];
    if (!is_linear(f, filler, m, &one, &two))
        TEST_FAIL("%s %s, \"%.20s\" and %s again and again: %lld ns, doubled %lld", what, f->format,
                  f->begin, err_quote(filler, quoted), (long long)one, (long long)two);
}

/* What a reader would do that looks for the end of each of its parts in all of the rest. */
static int64_t quadratic_ns(const front *f, slice text)
{
    size_t found = 0;
    (void)f;
    int64_t from = thread_ns();
    for (size_t at = 0; at < text.len; at += 64)
        found += slice_find_byte(text, '!', at) != SIZE_MAX;
    return thread_ns() - from + (int64_t)found;
}

TEST(what_is_quadratic_is_seen)
{
    int64_t one, two;
    CHECK(!is_linear(&fronts[0], S("a"), quadratic_ns, &one, &two));
}

TEST(every_format_reads_twice_as_much_in_twice_the_time)
{
    for (size_t i = 0; i < COUNT_OF(fronts); i++)
        for (size_t k = 0; k < COUNT_OF(fillers); k++)
            check_linear(&fronts[i], fillers[k], read_ns, "reading");
}

TEST(streams_are_split_in_the_same_way)
{
    for (size_t i = 0; i < COUNT_OF(fronts); i++)
        for (size_t k = 0; k < COUNT_OF(fillers); k++)
            check_linear(&fronts[i], fillers[k], split_ns, "splitting");
}

TEST(every_format_is_among_them)
{
    for (size_t i = 0; i < log_format_count(); i++) {
        bool there = false;
        for (size_t k = 0; k < COUNT_OF(fronts); k++)
            there |= strcmp(fronts[k].format, log_format_name(log_format_at(i))) == 0;
        if (!there)
            TEST_FAIL("nothing of %s", log_format_name(log_format_at(i)));
    }
}
