/* made.h - indicators and logs for bench/watch, the same on every machine.
 *
 *     made_indicator one = made_indicator_of(n, text);      // n-th of any number
 *     size_t len = made_log(text, room, MADE_MIXED, known); // with some of the first `known` in it
 *
 * Uses: bench.h. Used by: watch_bench.c.
 * Of 100 indicators 40 are IPv4 addresses, 4 networks (of the first 50,000, then addresses), 28
 * domains, 11 URLs, 13 digests, 1 each IPv6 addresses, mail addresses and file names; one in 200 of
 * the first 100,000 is a user agent. A log is a mix of Zeek, web server, Suricata and Sysmon lines
 * of about 300 bytes; one line in 2,000 has an indicator, and no other has one but by chance: what
 * is random in a log is made of numbers that no indicator is made of. So logs against more
 * indicators have hardly more hits, and what is measured is the look-ups. */
#ifndef NOROSHI_BENCH_WATCH_MADE_H
#define NOROSHI_BENCH_WATCH_MADE_H

#include "bench.h"
#include "model/kind.h"

#include <stdarg.h>

enum { MADE_TEXT = 256 };
#define MADE_OF_LOGS ((uint64_t)1 << 48) /* and above: numbers for bench_mix */
typedef enum made_kind { MADE_MIXED, MADE_JSON } made_kind;

static const char *const made_words[32] = {
    "harbor",  "copper", "signal", "meadow", "login", "update", "mail",   "cdn",
    "account", "verify", "portal", "data",   "sync",  "office", "garden", "river",
    "web",     "app",    "static", "news",   "bank",  "pay",    "global", "net",
    "winter",  "file",   "drive",  "share",  "api",   "auth",   "host",   "media"};
static const char *const made_tops[16] = {"com",  "net",   "org",    "info", "xyz",    "top",
                                          "ru",   "cn",    "io",     "biz",  "online", "site",
                                          "club", "co.uk", "com.br", "de"};

static inline unsigned made_public(uint64_t r)
{
    for (;; r = bench_mix(r)) {
        unsigned a = (unsigned)(r & 0xffffffff), top = a >> 24;
        if (top > 0 && top < 224 && top != 10 && top != 127 && top != 172 && top != 192)
            return a;
    }
}

__attribute__((format(printf, 2, 3))) static inline size_t made_print(char *out, const char *fmt,
                                                                      ...)
{
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(out, MADE_TEXT, fmt, args);
    va_end(args);
    return n > 0 ? (size_t)n : 0;
}

static inline size_t made_ip(char *out, unsigned a)
{
    return made_print(out, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}

static inline size_t made_domain(char *out, uint64_t r)
{
    return made_print(out, "%s%s%c%05x.%s", made_words[r & 31], made_words[r >> 5 & 31],
                      r >> 10 & 1 ? '-' : 'a' + (char)(r >> 11 & 15), (unsigned)(r >> 20 & 0xfffff),
                      made_tops[r >> 40 & 15]);
}

static inline size_t made_digest(char *out, uint64_t r, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i += 8)
        snprintf(out + 2 * i, 17, "%016llx", (unsigned long long)bench_mix(r + i));
    return 2 * (size_t)bytes;
}

typedef struct made_indicator {
    kind kind;
    size_t len;
} made_indicator;

static inline made_indicator made_indicator_of(uint64_t n, char out[MADE_TEXT])
{
    uint64_t r = bench_mix(n * 3 + 0x5151), pick = bench_mix(n ^ 0xabcdef) % 100;
    char host[MADE_TEXT];
    unsigned a = made_public(r), bits = 20 + (unsigned)(r >> 50) % 5;
    if (n < 100000 && bench_mix(n + 77) % 200 == 0)
        return (made_indicator){KIND_USER_AGENT,
                                made_print(out, "%s%s/%u.%u (%s%05x)", made_words[r & 31],
                                           made_words[r >> 5 & 31], (unsigned)(r >> 10 & 7),
                                           (unsigned)(r >> 13 & 63), made_words[r >> 20 & 31],
                                           (unsigned)(r >> 25 & 0xfffff))};
    if (pick >= 40 && pick < 44 && n < 50000) {
        size_t len = made_ip(out, a & ~0u << (32 - bits));
        return (made_indicator){KIND_CIDR, len + made_print(out + len, "/%u", bits)};
    }
    if (pick < 44)
        return (made_indicator){KIND_IPV4, made_ip(out, a)};
    if (pick < 72)
        return (made_indicator){KIND_DOMAIN, made_domain(out, r)};
    if (pick < 83) {
        made_domain(host, r);
        return (made_indicator){
            KIND_URL, made_print(out, "http://%s/%s/%llx.php", host, made_words[r >> 50 & 31],
                                 (unsigned long long)(bench_mix(r) & 0xffffffff))};
    }
    if (pick < 96)
        return pick % 4 ? (made_indicator){KIND_SHA256, made_digest(out, r, 32)}
                        : (made_indicator){KIND_MD5, made_digest(out, r, 16)};
    if (pick == 96)
        return (made_indicator){KIND_IPV6, made_print(out, "2a0%x:%x:%x::%x", (unsigned)(r & 7),
                                                      (unsigned)(r >> 4 & 0xfff) + 1,
                                                      (unsigned)(r >> 16 & 0xfff) + 1,
                                                      (unsigned)(r >> 32 & 0xfff) + 1)};
    if (pick == 97) {
        made_domain(host, r);
        return (made_indicator){KIND_EMAIL,
                                made_print(out, "%s@%s", made_words[r >> 45 & 31], host)};
    }
    return (made_indicator){KIND_FILENAME, made_print(out, "%s%05x.exe", made_words[r & 31],
                                                      (unsigned)(r >> 9 & 0xfffff))};
}

/* What a line is made of. */
typedef struct made_line {
    uint64_t uid;
    double at;
    char inside[32], outside[MADE_TEXT], name[MADE_TEXT], path[MADE_TEXT], url[2 * MADE_TEXT + 16];
    char md5[72], sha256[72], image[MADE_TEXT], agent[MADE_TEXT];
    unsigned port;
} made_line;

typedef struct made_state {
    uint64_t next, planted;
    double at;
} made_state;

static inline uint64_t made_next(made_state *s)
{
    return bench_mix(s->next++);
}

/* The kind of line that shows a kind of indicator. */
enum {
    LINE_DNS,
    LINE_HTTP,
    LINE_CONN,
    LINE_WEB,
    LINE_JSON_DNS,
    LINE_JSON_CONN,
    LINE_EVE,
    LINE_SYSMON
};

static inline int made_plant(made_state *s, made_line *l, uint64_t known, int line, bool json)
{
    char text[MADE_TEXT];
    made_indicator one = made_indicator_of(made_next(s) % known, text);
    s->planted++;
    switch ((int)one.kind) {
    case KIND_IPV4:
    case KIND_IPV6: memcpy(l->outside, text, one.len + 1); return line;
    case KIND_CIDR:
        memcpy(l->outside, text, one.len + 1);
        *strchr(l->outside, '/') = 0;
        return line;
    case KIND_DOMAIN:
        made_print(l->name, "%s%s", made_next(s) & 1 ? "www." : "", text);
        return json ? LINE_JSON_DNS : LINE_DNS;
    case KIND_URL: memcpy(l->url, text, one.len + 1); return json ? LINE_EVE : LINE_WEB;
    case KIND_MD5: memcpy(l->md5, text, one.len + 1); return LINE_SYSMON;
    case KIND_SHA256: memcpy(l->sha256, text, one.len + 1); return LINE_SYSMON;
    case KIND_FILENAME: memcpy(l->image, text, one.len + 1); return LINE_SYSMON;
    default: memcpy(l->agent, text, one.len + 1); return json ? LINE_EVE : LINE_WEB;
    }
}

static inline int made_write(char *b, size_t room, int line, const made_line *l)
{
    uint64_t u = l->uid;
    unsigned a = (unsigned)(u & 0xffff), c = (unsigned)(u >> 20 & 0xfffff), s = a % 60;
    unsigned long long id = u;
    switch (line) {
    case LINE_DNS:
        return snprintf(b, room,
                        "%.6f\tC%016llx\t%s\t%u\t10.0.0.53\t53\tudp\t%u\t0.0%05u\t%s\t1\tC_INTERNET"
                        "\t1\tA\t0\tNOERROR\tF\tF\tT\tT\t0\t%s\t%u.000000\tF\n",
                        l->at, id, l->inside, l->port, a, c % 99999, l->name, l->outside, c % 3600);
    case LINE_HTTP:
        return snprintf(
            b, room,
            "%.6f\tC%016llx\t%s\t%u\t%s\t80\t1\tGET\t%s\t%s\t-\t1.1\t%s\t-\t0\t%u\t200\tOK"
            "\t-\t-\t(empty)\t-\t-\t-\t-\t-\t-\tF%013llx\t-\ttext/html\n",
            l->at, id, l->inside, l->port, l->outside, l->name, l->path, l->agent, a, id >> 12);
    case LINE_CONN:
        return snprintf(b, room,
                        "%.6f\tC%016llx\t%s\t%u\t%s\t443\ttcp\tssl\t%u.%06u\t%u\t%u\tSF\tT\tF\t0\t"
                        "ShADadFf\t%u\t%u\t%u\t%u\t-\n",
                        l->at, id, l->inside, l->port, l->outside, a & 63, c, a, c, a & 31, a + 200,
                        c & 31, c + 200);
    case LINE_WEB:
        return snprintf(
            b, room,
            "%s - - [19/May/2023:10:%02u:%02u +0000] \"GET %s HTTP/1.1\" 200 %u \"%s\" \"%s\"\n",
            l->outside, s, s, l->path, c, l->url, l->agent);
    case LINE_JSON_DNS:
        return snprintf(b, room,
                        "{\"ts\":%.6f,\"uid\":\"C%016llx\",\"id.orig_h\":\"%s\",\"id.orig_p\":%u,"
                        "\"id.resp_h\":\"10.0.0.53\",\"id.resp_p\":53,\"proto\":\"udp\",\"trans_"
                        "id\":%u,\"rtt\":0.0%05u,"
                        "\"query\":\"%s\",\"qclass\":1,\"qclass_name\":\"C_INTERNET\",\"qtype\":1,"
                        "\"qtype_name\":\"A\","
                        "\"rcode\":0,\"rcode_name\":\"NOERROR\",\"AA\":false,\"TC\":false,\"RD\":"
                        "true,\"RA\":true,\"Z\":0,"
                        "\"answers\":[\"%s\"],\"TTLs\":[%u.0],\"rejected\":false}\n",
                        l->at, id, l->inside, l->port, a, c % 99999, l->name, l->outside, c % 3600);
    case LINE_JSON_CONN:
        return snprintf(
            b, room,
            "{\"ts\":%.6f,\"uid\":\"C%016llx\",\"id.orig_h\":\"%s\",\"id.orig_p\":%u,"
            "\"id.resp_h\":\"%s\",\"id.resp_p\":443,\"proto\":\"tcp\",\"service\":\"ssl\","
            "\"duration\":%u.%06u,"
            "\"orig_bytes\":%u,\"resp_bytes\":%u,\"conn_state\":\"SF\",\"local_orig\":true,"
            "\"missed_bytes\":0,"
            "\"history\":\"ShADadFf\",\"orig_pkts\":%u,\"orig_ip_bytes\":%u,\"resp_pkts\":%u}\n",
            l->at, id, l->inside, l->port, l->outside, a & 63, c, a, c, a & 31, a + 200, c & 31);
    case LINE_EVE:
        return snprintf(
            b, room,
            "{\"timestamp\":\"2023-05-19T10:%02u:%02u.%06u+0000\",\"flow_id\":%llu,\"in_iface\":"
            "\"eth0\","
            "\"event_type\":\"http\",\"src_ip\":\"%s\",\"src_port\":%u,\"dest_ip\":\"%s\",\"dest_"
            "port\":80,"
            "\"proto\":\"TCP\",\"tx_id\":0,\"community_id\":\"1:%016llx=\",\"http\":{\"hostname\":"
            "\"%s\",\"url\":\"%s\","
            "\"http_user_agent\":\"%s\",\"http_content_type\":\"text/html\",\"http_refer\":\"%s\","
            "\"http_method\":\"GET\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"length\":%u}}\n",
            s, s, c, id >> 10, l->inside, l->port, l->outside, id, l->name, l->path, l->agent,
            l->url, a);
    default:
        return snprintf(
            b, room,
            "{\"Event\":{\"System\":{\"Provider\":{\"Name\":\"Microsoft-Windows-Sysmon\",\"Guid\":"
            "\"{5770385F-C22A-43E0-BF4C-06F5698FFBD9}\"},\"EventID\":1,\"Level\":4,\"TimeCreated\":"
            "{\"SystemTime\":"
            "\"2023-05-19T10:%02u:%02u.%07uZ\"},\"EventRecordID\":%llu,\"Channel\":\"Microsoft-"
            "Windows-Sysmon/Operational\","
            "\"Computer\":\"ws%04u.corp.local\"},\"EventData\":{\"UtcTime\":\"2023-05-19 "
            "10:00:00.000\",\"ProcessGuid\":"
            "\"{%08x-0d2a-6467-%04x-000000001a00}\",\"ProcessId\":%u,\"Image\":\"C:"
            "\\\\Windows\\\\System32\\\\%s\","
            "\"CommandLine\":\"%s -k %s "
            "-p\",\"CurrentDirectory\":\"C:\\\\Windows\\\\system32\\\\\",\"User\":\"CORP\\\\user%"
            "u\","
            "\"IntegrityLevel\":\"Medium\",\"Hashes\":\"MD5=%s,SHA256=%s\",\"ParentImage\":\"C:"
            "\\\\Windows\\\\explorer.exe\","
            "\"DestinationIp\":\"%s\"}}}\n",
            s, s, c, id >> 30, a & 1023, c, a, a & 32767, l->image, l->image, made_words[a & 31],
            a & 4095, l->md5, l->sha256, l->outside);
    }
}

/* Names and addresses as they come: a few often, many seldom. */
static inline void made_fill(made_state *s, made_line *l)
{
    static const char *const subs[8] = {"www.",  "api.", "cdn-1.",          "a1234.g.",
                                        "mail.", "",     "edge.us-east-1.", "img."};
    uint64_t r = made_next(s), q = made_next(s);
    uint64_t z = q % 100 < 75 ? (q >> 20) % 3000 : (q >> 20) % 500000, m = bench_mix(z);
    uint64_t y = q >> 8 & 3 ? (r >> 20) % 2000 + 7777 : (r >> 20) % 2000000;
    l->uid = made_next(s);
    l->at = s->at += 0.0007;
    l->port = 1024 + (unsigned)(r % 60000);
    made_ip(l->inside, 10u << 24 | (unsigned)(r & 3) << 16 | (unsigned)(r >> 8 & 15) << 8 |
                           (unsigned)(r >> 20 & 255));
    made_ip(l->outside, made_public(bench_mix(MADE_OF_LOGS + y)));
    made_print(l->name, "%s%s%s.%s", subs[r >> 50 & 7], made_words[m & 31], made_words[m >> 5 & 31],
               made_tops[m >> 10 & 15]);
    made_print(l->path, "/%s/%s/%llx?id=%u&s=%s", made_words[r & 31], made_words[r >> 5 & 31],
               (unsigned long long)(q & 0xffffff), (unsigned)(q >> 24) % 100000,
               made_words[r >> 12 & 31]);
    snprintf(l->url, sizeof l->url, "http://%s%s", l->name, l->path);
    made_digest(l->md5, made_next(s), 16);
    made_digest(l->sha256, made_next(s), 32);
    made_print(l->image, "%s.exe", made_words[r >> 30 & 31]);
    made_print(l->agent, "%s",
               r >> 60 & 1
                   ? "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
                     "Gecko) Chrome/113.0.0.0 Safari/537.36"
                   : "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/113.0");
}

/* At most `room` bytes of whole lines; *ret_planted: lines with one of the first `known`. */
static inline size_t made_log(char *out, size_t room, made_kind what, uint64_t known,
                              uint64_t *ret_planted)
{
    static const uint8_t mixed[20] = {0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5, 6, 6, 6, 7, 7, 7, 7};
    made_state s = {.next = 2 * MADE_OF_LOGS, .at = 1684500000.0};
    made_line l;
    size_t len = 0;
    for (;;) {
        uint64_t r = made_next(&s);
        int line = mixed[what == MADE_JSON ? 10 + r % 10 : r % 20];
        char text[4096];
        made_fill(&s, &l);
        if ((r >> 32) % 2000 == 0)
            line = made_plant(&s, &l, known, line, what == MADE_JSON);
        int n = made_write(text, sizeof text, line, &l);
        if (n <= 0 || (size_t)n > room - len)
            break;
        memcpy(out + len, text, (size_t)n);
        len += (size_t)n;
    }
    *ret_planted = s.planted;
    return len;
}

#endif
