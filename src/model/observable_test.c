#include "base/test.h"
#include "model/observable.h"

enum { BUDGET = 1 << 20 };

typedef struct row {
    slice in;
    kind want, kind;
    slice value;
    unsigned steps;
    uint16_t port;
} row;

static void check_rows(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        CLEANUP(arena_done)
        arena a;
        observable o = {0}, again = {0};
        err why = {0};
        arena_init(&a, BUDGET);
        status st = observable_parse(&a, rows[i].in, rows[i].want, &o, &why);
        if (rows[i].kind == KIND_NONE) {
            if (st != ERR_INPUT)
                TEST_FAIL("\"%.*s\" was read as %s", SLICE_FMT(rows[i].in), kind_name(o.kind));
            CHECK(why.msg[0]);
            continue;
        }
        if (st != OK || o.kind != rows[i].kind || !slice_eq(o.value, rows[i].value) ||
            o.steps != rows[i].steps || o.port != rows[i].port)
            TEST_FAIL("\"%.*s\" gives %s %s \"%.*s\" steps %x port %d, want %s \"%.*s\" %x: %s",
                      SLICE_FMT(rows[i].in), status_name(st), kind_name(o.kind), SLICE_FMT(o.value),
                      o.steps, o.port, kind_name(rows[i].kind), SLICE_FMT(rows[i].value),
                      rows[i].steps, why.msg);
        if (st == OK && (observable_parse(&a, o.value, o.kind, &again, &why) != OK || again.steps ||
                         !slice_eq(o.value, again.value)))
            TEST_FAIL("\"%.*s\" is no fixed point", SLICE_FMT(o.value));
    }
}

enum {
    T = STEP_TRIM,
    R = STEP_REFANG,
    C = STEP_CASE,
    W = STEP_WIDTH,
    I = STEP_IDNA,
    P = STEP_PORT,
    M = STEP_MASK,
    N = STEP_NORMALISE,
    E = STEP_EXPAND,
};

TEST(the_vectors_of_the_reference)
{
    static const row rows[] = {
        {S_INIT("hxxps[:]//evil[.]example[.]com[/]a.php?x=1."), 0, KIND_URL,
         S_INIT("https://evil.example.com/a.php?x=1"), T | R, 0},
        {S_INIT("http://example[.]com/[.].com"), 0, KIND_URL, S_INIT("http://example.com/..com"), R,
         0},
        {S_INIT("192[.]168[dot]0[.]1:9090/url"), 0, KIND_URL, S_INIT("192.168.0.1:9090/url"), R,
         9090},
        {S_INIT("tcp://[fdc4:2581:575b:5a72:0000:0000:0000:0001]:80/path"), 0, KIND_IPV6,
         S_INIT("fdc4:2581:575b:5a72::1"), T | P | N, 80},
        {S_INIT("bob[at]example(.)com"), 0, KIND_EMAIL, S_INIT("bob@example.com"), R, 0},
        {S_INIT("bob AT example DOT com"), 0, KIND_EMAIL, S_INIT("bob@example.com"), R, 0},
        {S_INIT("1.2.3.4/33"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("256.1.1.1"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("1.2.3"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("v1.2.3.4"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("3.141592653"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\x"), 0, KIND_REGISTRY_KEY,
         S_INIT("HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\x"), E, 0},
        {S_INIT("xn--mnchen-3ya.de"), 0, KIND_DOMAIN, S_INIT("xn--mnchen-3ya.de"), 0, 0},
        {S_INIT("M\xc3\x9cNCHEN.de"), 0, KIND_DOMAIN, S_INIT("xn--mnchen-3ya.de"), I | C, 0},
    };
    check_rows(rows, COUNT_OF(rows));
}
