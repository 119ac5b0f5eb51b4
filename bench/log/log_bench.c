/* log_bench.c - how fast a stream of log bytes becomes records, and records become events.
 *     bench-log [FILE...]    also reads each FILE
 * The streams are made from numbers, so that the figures need nothing but this repository. Beside
 * it, of streams of JSON: base/json making a tree of each record. */
#include "base/json.h"
#include "bench.h"
#include "format/log.h"

enum { STREAM_BYTES = 24 << 20, ROUNDS = 5 };
#define NOW ((when)1796126400000)

/* --- what is made --------------------------------------------------------------------------- */

static void windows_line(buf *b, unsigned n)
{
    buf_printf(b,
               "{\"@timestamp\":\"2026-11-30T10:%02u:%02u.%03uZ\",\"EventID\":10,\"Channel\":"
               "\"Microsoft-Windows-Sysmon/Operational\",\"Hostname\":\"ws%u.example\","
               "\"SourceName\":\"Microsoft-Windows-Sysmon\",\"SourceImage\":\"C:\\\\Windows\\\\"
               "System32\\\\svchost%u.exe\",\"TargetImage\":\"C:\\\\Windows\\\\explorer.exe\","
               "\"GrantedAccess\":\"0x%x\",\"CallTrace\":\"C:\\\\Windows\\\\SYSTEM32\\\\ntdll.dll+"
               "%x|C:\\\\Windows\\\\System32\\\\KERNELBASE.dll+%x\",\"SourceProcessId\":\"%u\","
               "\"RuleName\":\"-\",\"UtcTime\":\"2026-11-30 10:00:00.000\",\"Task\":\"10\","
               "\"Message\":\"Process accessed:\\r\\nRuleName: -\\r\\nSourceProcessId: %u\"}\n",
               n / 60 % 60, n % 60, n % 1000, n % 500, n % 9, n, n * 7, n * 13, n % 9999, n % 9999);
}

static void zeek_line(buf *b, unsigned n)
{
    if (!b->len)
        buf_put(b,
                S("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
                  "#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\t"
                  "proto\ttrans_id\trtt\tquery\tqclass_name\tqtype_name\trcode_name\tAA\tTC\tRD\t"
                  "RA\tanswers\tTTLs\trejected\n"));
    buf_printf(
        b,
        "%u.%06u\tC%08x\t192.0.2.%u\t%u\t198.51.100.53\t53\tudp\t%u\t0.000870\thost%u.example"
        "\tC_INTERNET\tA\tNOERROR\tF\tF\tT\tT\t203.0.113.%u\t300.000000\tF\n",
        1795000000 + n / 100, n % 1000000, n, n % 250, n % 65536, n % 65536, n, n % 250);
}

static void web_line(buf *b, unsigned n)
{
    buf_printf(b,
               "192.0.2.%u - - [30/Nov/2026:10:%02u:%02u +0000] \"GET /path/%u?q=%u HTTP/1.1\" 200 "
               "%u \"http://example.com/%u\" \"Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101\"\n",
               n % 250, n / 60 % 60, n % 60, n, n % 97, n * 3, n % 1000);
}

static void table_line(buf *b, unsigned n)
{
    if (!b->len)
        buf_put(b, S("Timestamp,src_ip,src_port,dst_ip,dst_port,user,action,bytes,url\n"));
    buf_printf(b,
               "2026-11-30T10:00:%02uZ,192.0.2.%u,%u,203.0.113.%u,443,user%u,allow,%u,"
               "http://example.com/path/%u\n",
               n % 60, n % 250, n % 65536, n % 250, n % 999, n * 7, n);
}

static void pairs_line(buf *b, unsigned n)
{
    buf_printf(b,
               "date=2026-11-30 time=10:00:%02u devname=\"fw\" devid=\"FG1\" type=\"traffic\" "
               "subtype=\"forward\" srcip=192.0.2.%u srcport=%u dstip=203.0.113.%u dstport=443 "
               "action=\"accept\" service=\"HTTPS\" sentbyte=%u rcvdbyte=%u\n",
               n % 60, n % 250, n % 65536, n % 250, n, n * 3);
}

static void auth_line(buf *b, unsigned n)
{
    buf_printf(b,
               "Nov 30 10:%02u:%02u host%u sshd[%u]: Failed password for invalid user u%u from "
               "192.0.2.%u port %u ssh2\n",
               n / 60 % 60, n % 60, n % 20, n % 32768, n % 777, n % 250, n % 65536);
}

/* --- what is timed -------------------------------------------------------------------------- */

typedef struct timing {
    double split_s, read_s, tree_s; /* the best of ROUNDS */
    size_t records, fields;
} timing;

static void keep_best(double *best, double s)
{
    if (*best <= 0 || s < *best)
        *best = s;
}

static void one_round(slice stream, const log_format *f, log_framing framing, timing *t, int what)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(log_split_close) log_splitter s = {0};
    log_record r;
    log_event e;
    json *v;
    bool more;
    arena_init(&a, 256 << 20);
    log_reader *reading = log_reader_new(f, NULL);
    bench_need(reading != NULL, "log", "no memory");
    double from = bench_cpu_s();
    t->records = t->fields = 0;
    log_split_open(&s, framing, 0);
    log_split_feed(&s, stream);
    while (log_split_next(&s, &r, &more, NULL) == OK && more) {
        t->records++;
        if (what)
            arena_reset(&a);
        if (what == 1 && log_read(reading, r.bytes, NOW, &a, &e, NULL) == OK)
            t->fields += e.count;
        if (what == 2)
            bench_need(json_parse(&a, r.bytes, NULL, &v, NULL) == OK, "log", "no JSON");
    }
    keep_best(what == 0 ? &t->split_s : what == 1 ? &t->read_s : &t->tree_s, bench_cpu_s() - from);
    log_reader_free(reading);
}

static void measure(const char *name, slice stream, bool tree)
{
    timing t = {0};
    log_framing framing;
    char of[512];
    const log_format *f = log_sniff(stream, &framing);
    double mb = (double)stream.len / 1e6;
    for (int i = 0; i < ROUNDS; i++) {
        one_round(stream, f, framing, &t, 0);
        if (tree)
            one_round(stream, f, framing, &t, 2);
        one_round(stream, f, framing, &t, 1);
    }
    snprintf(of, sizeof of, "input=%s format=%s", name, log_format_name(f));
    bench_figure("log", "split", "MB/s", mb / t.split_s, of);
    bench_figure("log", "split and read", "MB/s", mb / t.read_s, of);
    bench_figure("log", "split and read", "ns/record", t.read_s * 1e9 / (double)t.records, of);
    bench_figure("log", "fields", "1/record", (double)t.fields / (double)t.records, of);
    if (tree)
        bench_figure("log", "split and base/json's tree", "MB/s", mb / t.tree_s, of);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*line)(buf *b, unsigned n);
        bool json;
    } made[] = {{"windows", windows_line, true}, {"zeek", zeek_line, false},
                {"web", web_line, false},        {"table", table_line, false},
                {"pairs", pairs_line, false},    {"auth", auth_line, false}};
    buf b;
    buf_init(&b, 1u << 30);
    for (size_t i = 0; i < COUNT_OF(made); i++) {
        buf_clear(&b);
        for (unsigned n = 0; b.len < STREAM_BYTES; n++)
            made[i].line(&b, n);
        bench_need(!b.failed, "log", "no memory");
        measure(made[i].name, buf_slice(&b), made[i].json);
    }
    for (int i = 1; i < argc; i++) {
        FILE *in = fopen(argv[i], "rb");
        char *room;
        size_t n = 1;
        bench_need(in != NULL, "log", argv[i]);
        buf_clear(&b);
        while (n && (room = buf_room(&b, 1 << 16)) != NULL) {
            n = fread(room, 1, 1 << 16, in);
            b.len += n;
        }
        fclose(in);
        const char *slash = strrchr(argv[i], '/');
        measure(slash ? slash + 1 : argv[i], buf_slice(&b), false);
    }
    buf_done(&b);
    return 0;
}
