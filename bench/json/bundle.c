/* bundle.c - made-up intelligence in the shape and size of published bundles. */
#include "base/json.h"
#include "json/peers.h"

#include <stdlib.h>

typedef struct maker {
    buf out;
    uint64_t state;
} maker;

static uint64_t dice(maker *m, uint64_t sides)
{
    m->state = m->state * 6364136223846793005u + 1442695040888963407u;
    return (m->state >> 33) % sides;
}

static void line(maker *m, int depth, const char *text)
{
    buf_printf(&m->out, "\n%*s%s", depth * 4, "", text);
}

static void uuid(maker *m)
{
    buf_printf(&m->out, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)dice(m, UINT32_MAX),
               (unsigned)dice(m, 0x10000), (unsigned)dice(m, 0x1000), (unsigned)dice(m, 0x1000),
               (unsigned long long)dice(m, INT32_MAX));
}

static void prose(maker *m, uint64_t words)
{
    static const char *const some[] = {
        "the",          "operator",    "of",      "loader", "writes",  "a",
        "registry",     "key",         "and",     "waits",  "for",     "configuration",
        "from",         "its",         "server",  "before", "it",      "collects",
        "mail",         "credentials", "over",    "HTTP",   "beacons", "every",
        "\\\"hour\\\"", "on",          "port\\n", "443",    "狼煙",    "通信",
        "caf\\u00e9",   "C:\\\\Temp",
    };
    for (uint64_t i = 0; i < words; i++) {
        /* markup and escapes as rare as they are in life */
        uint64_t pick = dice(m, 100) < 96 ? dice(m, 24) : 24 + dice(m, 8);
        if (i)
            buf_byte(&m->out, ' ');
        buf_put(&m->out, slice_str(some[pick]));
    }
}

static void references(maker *m)
{
    line(m, 3, "\"external_references\": [");
    uint64_t n = 1 + dice(m, 3);
    for (uint64_t i = 0; i < n; i++) {
        line(m, 4, "{");
        line(m, 5, "\"source_name\": \"Example ");
        prose(m, 2);
        buf_put(&m->out, S("\","));
        line(m, 5, "\"url\": \"https://reports.example.com/");
        uuid(m);
        buf_put(&m->out, S("\","));
        line(m, 5, "\"description\": \"");
        prose(m, 12);
        buf_byte(&m->out, '"');
        line(m, 4, i + 1 < n ? "}," : "}");
    }
    line(m, 3, "],");
}

static void object(maker *m)
{
    static const char *const types[] = {"relationship", "relationship",   "relationship",
                                        "malware",      "attack-pattern", "indicator"};
    const char *type = types[dice(m, 6)];
    bool relation = *type == 'r';
    line(m, 2, "{");
    buf_printf(&m->out, "\n            \"type\": \"%s\",\n            \"id\": \"%s--", type, type);
    uuid(m);
    buf_put(&m->out, S("\","));
    line(m, 3, "\"spec_version\": \"2.1\",");
    line(m, 3, "\"created\": \"2020-12-15T13:17:41.000Z\",");
    line(m, 3, "\"modified\": \"2026-01-15T08:55:44.000Z\",");
    references(m);
    if (relation) {
        line(m, 3, "\"relationship_type\": \"uses\",");
        line(m, 3, "\"source_ref\": \"intrusion-set--");
        uuid(m);
        buf_put(&m->out, S("\","));
        line(m, 3, "\"target_ref\": \"malware--");
        uuid(m);
        buf_put(&m->out, S("\","));
    } else {
        line(m, 3, "\"name\": \"");
        prose(m, 2);
        buf_put(&m->out, S("\","));
        line(m, 3, "\"x_platforms\": [");
        line(m, 4, "\"Windows\",");
        line(m, 4, "\"Linux\"");
        line(m, 3, "],");
        line(m, 3, "\"revoked\": false,");
        line(m, 3, "\"confidence\": 85,");
    }
    line(m, 3, "\"description\": \"");
    prose(m, relation ? 20 : 120);
    buf_byte(&m->out, '"');
    line(m, 2, "}");
}

char *bundle_make(size_t bytes, size_t *ret_len)
{
    maker m = {.state = 1};
    buf_init(&m.out, bytes + (1 << 20));
    buf_put(&m.out,
            S("{\n    \"type\": \"bundle\",\n    \"id\": \"bundle--0\",\n    \"objects\": ["));
    while (m.out.len < bytes && !m.out.failed) {
        object(&m);
        buf_byte(&m.out, ',');
    }
    m.out.len--; /* the last comma */
    buf_put(&m.out, S("\n    ]\n}\n"));
    *ret_len = m.out.len;
    char *pad = buf_room(&m.out, 64);
    if (pad)
        memset(pad, ' ', 64);
    return m.out.ptr;
}
