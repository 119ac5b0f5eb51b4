#include "base/test.h"
#include "sandbox/frames.h"
#include "sandbox/wire_replay.h"

static const wire_limits limits = {.document_bytes = 1000, .answer_bytes_max = 64 << 20};

/* --- making an answer ------------------------------------------------------------------------ */

typedef struct pen {
    wire_writer w;
    buf out;
    fact_sink facts;
    unpack_sink members;
} pen;

static status pen_put(void *ctx, slice one, slice two, err *why)
{
    pen *p = ctx;
    buf_put(&p->out, one);
    buf_put(&p->out, two);
    return buf_status(&p->out, why);
}

static void pen_init(pen *p)
{
    buf_init(&p->out, 64 << 20);
    CHECK_OK(wire_writer_init(&p->w, pen_put, p, NULL));
    p->facts = wire_facts(&p->w);
    p->members = wire_members(&p->w);
}

static void pen_done(pen *p)
{
    wire_writer_done(&p->w);
    buf_done(&p->out);
}

static fact_claim plain_claim(void)
{
    return (fact_claim){.subject = {KIND_IPV4, S("192.0.2.1")},
                        .predicate = PRED_INDICATES,
                        .confidence = -1,
                        .first_seen = WHEN_NONE,
                        .last_seen = WHEN_NONE,
                        .valid_from = WHEN_NONE,
                        .valid_until = WHEN_NONE};
}

static fact_record plain_record(void)
{
    return (fact_record){.at = 10, .length = 20, .line = 1, .modified = WHEN_NONE};
}

/* Every field that there is. */
static void write_rich_document(pen *p)
{
    const slice origins[] = {S_INIT("https://example.com/report"), S_INIT("")};
    fact_head h = {.format = S("stix-2.1"),
                   .source = S("発信元"),
                   .derives_from = S("elsewhere"),
                   .snapshot = true,
                   .marking = {TLP_AMBER_STRICT, PAP_RED, S("org"), S("friends")},
                   .marked = true};
    fact_record r = plain_record();
    fact_claim c = plain_claim();
    r.place = S("/objects/17");
    r.id = S("malware--1");
    r.spec = S("2.1");
    r.modified = 1600000000000;
    r.revoked = true;
    r.content[31] = 7;
    r.marked = true;
    r.marking = (marking){TLP_RED, PAP_NONE, S(""), S("")};
    c.object = (node_ref){KIND_MALWARE, S("malware--1")};
    c.value = S("a value\n");
    c.detail = S("{\"port\":80}");
    c.confidence = 0;
    c.first_seen = -62135596800000;
    c.last_seen = 253402300799999;
    c.valid_from = 0;
    c.valid_until = 1;
    c.marked = true;
    c.marking = (marking){TLP_GREEN, PAP_GREEN, S("o"), S("a")};
    c.origins = origins;
    c.origin_count = COUNT_OF(origins);
    CHECK_OK(wire_put_format(&p->w, S("stix"), 3, NULL));
    CHECK_OK(p->facts.warn(&p->w, ERR_NOWHERE, S(""), S("first a word"), NULL));
    CHECK_OK(p->facts.head(&p->w, &h, NULL));
    CHECK_OK(p->facts.begin(&p->w, &r, NULL));
    CHECK_OK(p->facts.claim(&p->w, &c, NULL));
    c = plain_claim();
    CHECK_OK(p->facts.claim(&p->w, &c, NULL));
    CHECK_OK(p->facts.warn(&p->w, 5, S("/objects/17"), S("odd"), NULL));
    CHECK_OK(p->facts.end(&p->w, NULL));
    CHECK_OK(p->facts.refuse(&p->w, 1000, S("line 9"), S("no such date"), NULL));
    CHECK_OK(wire_put_end(&p->w, OK, NULL, NULL));
}

static void write_archive(pen *p)
{
    static char big[200000];
    CHECK_OK(p->members.begin(&p->w, &(unpack_member){S("a/ü.txt"), 200002, 0}, NULL));
    CHECK_OK(p->members.data(&p->w, S("12"), NULL));
    CHECK_OK(p->members.data(&p->w, slice_of(big, sizeof big), NULL));
    CHECK_OK(p->members.end(&p->w, NULL));
    CHECK_OK(p->members.refuse(&p->w, S("b"), S("encrypted"), NULL));
    CHECK_OK(p->members.begin(&p->w, &(unpack_member){S(""), UNPACK_SIZE_UNKNOWN, 7}, NULL));
    CHECK_OK(p->members.refuse(&p->w, S(""), S("bad check sum"), NULL));
    CHECK_OK(wire_put_end(&p->w, ERR_INPUT, &(err){ERR_INPUT, 5, 17, "cut \x1b off"}, NULL));
}

TEST(what_was_written_reads_back_the_same_however_it_is_cut)
{
    for (int members = 0; members < 2; members++) {
        const size_t steps[] = {0, 1, 3, 4096};
        pen p;
        pen_init(&p);
        members ? write_archive(&p) : write_rich_document(&p);
        for (size_t i = 0; i < COUNT_OF(steps); i++) {
            replay again;
            err why = {0};
            if (members && steps[i] == 1)
                continue; /* 200,000 calls of it tell nothing new */
            replay_init(&again, members, &limits);
            CHECK_OK(replay_feed(&again, buf_slice(&p.out), steps[i], &why));
            CHECK(slice_eq(buf_slice(&p.out), buf_slice(&again.out)));
            const wire_end *end = wire_end_of(again.r);
            REQUIRE(end);
            CHECK_EQ(end->bytes, p.out.len);
            CHECK_EQ(end->result, members ? ERR_INPUT : OK);
            CHECK_EQ(end->refused, members ? 2 : 1);
            CHECK_EQ(end->members, members ? 2 : 0);
            CHECK_EQ(end->claims, members ? 0 : 2);
            CHECK_SLICE(end->format, members ? S("") : S("stix"));
            if (members)
                CHECK(strcmp(end->why.msg, "cut ? off") == 0 && end->why.at == 17);
            replay_done(&again);
        }
        pen_done(&p);
    }
}

/* --- limits ---------------------------------------------------------------------------------- */

static status through(const fact_record *r, const fact_claim *c, err *why)
{
    pen p;
    replay again;
    pen_init(&p);
    replay_init(&again, false, &limits);
    status st = p.facts.head(&p.w, &(fact_head){.format = S("f")}, why);
    if (st == OK)
        st = p.facts.begin(&p.w, r, why);
    if (st == OK && c)
        st = p.facts.claim(&p.w, c, why);
    if (st == OK)
        st = p.facts.end(&p.w, why);
    if (st == OK)
        st = wire_put_end(&p.w, OK, NULL, why);
    if (st == OK)
        st = replay_feed(&again, buf_slice(&p.out), 0, why);
    if (st == OK)
        CHECK(slice_eq(buf_slice(&p.out), buf_slice(&again.out)));
    pen_done(&p);
    replay_done(&again);
    return st;
}

static char many[FACT_VALUE_MAX + 1];

TEST(each_limit_of_a_fact_holds_at_its_edge)
{
    fact_record r = plain_record();
    fact_claim c;
    slice origins[FACT_ORIGINS_MAX + 1];
    memset(many, 'x', sizeof many);

    static const struct {
        const char *what;
        size_t max;
        size_t record, claim; /* offset of the slice */
    } rows[] = {
        {"place", WIRE_PLACE_MAX, offsetof(fact_record, place), 0},
        {"id", WIRE_ID_MAX, offsetof(fact_record, id), 0},
        {"spec", WIRE_SPEC_MAX, offsetof(fact_record, spec), 0},
        {"subject", NODE_TEXT_MAX, 0, offsetof(fact_claim, subject.text)},
        {"object", NODE_TEXT_MAX, 0, offsetof(fact_claim, object.text)},
        {"inline value", WIRE_PART_MAX, 0, offsetof(fact_claim, value)},
        {"value", FACT_VALUE_MAX, 0, offsetof(fact_claim, value)},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (size_t more = 0; more < 2; more++) {
            slice text = {many, rows[i].max + more};
            r = plain_record();
            c = plain_claim();
            c.object.kind = KIND_MALWARE;
            c.object.text = S("m");
            if (rows[i].record)
                memcpy((char *)&r + rows[i].record, &text, sizeof text);
            else
                memcpy((char *)&c + rows[i].claim, &text, sizeof text);
            status want = more && strcmp(rows[i].what, "inline value") != 0 ? ERR_INTERNAL : OK;
            status got = through(&r, &c, NULL);
            if (got != want)
                TEST_FAIL("%s of %zu bytes is %s", rows[i].what, text.len, status_name(got));
        }
    }
    r = plain_record();
    for (size_t n = FACT_ORIGINS_MAX; n <= FACT_ORIGINS_MAX + 1; n++) {
        c = plain_claim();
        for (size_t i = 0; i < n; i++)
            origins[i] = slice_of(many, WIRE_ORIGIN_MAX);
        c.origins = origins;
        c.origin_count = n;
        c.value = slice_of(many, WIRE_PART_MAX); /* the longest frame that there is */
        c.detail = S("{}");
        CHECK_EQ(through(&r, &c, NULL), n > FACT_ORIGINS_MAX ? ERR_INTERNAL : OK);
    }
    c = plain_claim();
    c.subject.text = S("");
    CHECK_EQ(through(&r, &c, NULL), ERR_INTERNAL);
}

TEST(a_detail_of_64_KiB_is_the_longest)
{
    for (size_t more = 0; more < 2; more++) {
        size_t n = FACT_DETAIL_MAX + more;
        fact_record r = plain_record();
        fact_claim c = plain_claim();
        memset(many, ' ', n);
        many[0] = '{';
        many[n - 1] = '}';
        c.detail = slice_of(many, n);
        CHECK_EQ(through(&r, &c, NULL), more ? ERR_INTERNAL : OK);
    }
}

TEST(reasons_are_cut_between_characters)
{
    pen p;
    replay again;
    pen_init(&p);
    replay_init(&again, false, &limits);
    for (size_t i = 0; i + 3 <= sizeof many; i += 3)
        memcpy(many + i, "\xe7\x8b\xbc", 3);
    for (size_t n = WIRE_REASON_MAX - 4; n < WIRE_REASON_MAX + 4; n++)
        CHECK_OK(p.facts.refuse(&p.w, 0, S(""), slice_of(many, n / 3 * 3), NULL));
    CHECK_OK(wire_put_end(&p.w, OK, NULL, NULL));
    CHECK_OK(replay_feed(&again, buf_slice(&p.out), 0, NULL));
    CHECK_EQ(wire_counts(again.r)->refused, 8);
    pen_done(&p);
    replay_done(&again);
}

TEST(an_answer_has_a_maximum)
{
    pen p;
    pen_init(&p);
    write_rich_document(&p);
    for (uint64_t less = 0; less < 2; less++) {
        wire_limits small = {.document_bytes = 1000, .answer_bytes_max = p.out.len - less};
        replay again;
        replay_init(&again, false, &small);
        CHECK_EQ(replay_feed(&again, buf_slice(&p.out), 0, NULL), less ? ERR_LIMIT : OK);
        CHECK_EQ(wire_lied(again.r), less);
        replay_done(&again);
    }
    pen_done(&p);
}

/* --- keys of a set --------------------------------------------------------------------------- */

static status keys_through(const fact_label *label, const fact_key *keys, size_t count,
                           uint64_t *ret_records)
{
    pen p;
    replay again;
    pen_init(&p);
    replay_init(&again, false, &limits);
    status st = p.facts.head(&p.w, &(fact_head){.format = S("f")}, NULL);
    if (st == OK)
        st = p.facts.keys(&p.w, label, keys, count, NULL);
    if (st == OK)
        st = wire_put_end(&p.w, OK, NULL, NULL);
    if (st == OK)
        st = replay_feed(&again, buf_slice(&p.out), 0, NULL);
    if (st == OK)
        CHECK(slice_eq(buf_slice(&p.out), buf_slice(&again.out)));
    *ret_records = wire_counts(again.r)->records;
    pen_done(&p);
    replay_done(&again);
    return st;
}

/* As many as there may be at once, long ones in several frames, and each limit at its edge. */
TEST(keys_arrive_as_they_were)
{
    static fact_key keys[FACT_KEYS_MAX];
    uint64_t n;
    fact_label label = {S("family"), 0, 86400000, WHEN_NONE};
    memset(many, 'x', sizeof many);
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        keys[i] = i % 2 ? (fact_key){KIND_SHA256, slice_of(many, 32)}
                        : (fact_key){KIND_DOMAIN, slice_of(many, 1 + i % 300)};
    CHECK_OK(keys_through(&label, keys, COUNT_OF(keys), &n));
    CHECK_EQ(n, COUNT_OF(keys));
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        keys[i] = (fact_key){KIND_URL, slice_of(many, NODE_TEXT_MAX)};
    CHECK_OK(keys_through(&label, keys, 1000, &n));
    CHECK_EQ(n, 1000);
    label.text = slice_of(many, FACT_LABEL_MAX);
    CHECK_OK(keys_through(&label, keys, 1, &n));
    label.text.len++;
    CHECK_EQ(keys_through(&label, keys, 1, &n), ERR_INTERNAL);
    label.text.len = 0;
    keys[0].bytes.len++;
    CHECK_EQ(keys_through(&label, keys, 1, &n), ERR_INTERNAL);
    keys[0] = (fact_key){KIND_SHA256, slice_of(many, 31)};
    CHECK_EQ(keys_through(&label, keys, 1, &n), ERR_INTERNAL);
    keys[0] = (fact_key){KIND_MALWARE, slice_of(many, 3)};
    CHECK_EQ(keys_through(&label, keys, 1, &n), ERR_INTERNAL);
}

/* --- lies ------------------------------------------------------------------------------------ */

/* Frames of a scripted worker: letters are good frames, the last one is the lie. */
static void add_frame(buf *out, unsigned type, slice payload)
{
    uint32_t length = (uint32_t)payload.len + 1;
    buf_put(out, slice_of((const char *)&length, sizeof length));
    buf_byte(out, (char)type);
    buf_put(out, payload);
}

static void add_good(buf *out, char letter)
{
    char record[64] = {0, 10, 20, 1, 0, 0, 0};
    switch (letter) {
    case 'f': add_frame(out, FRAME_FORMAT, S("\x01x\x01")); break;
    case 'h': add_frame(out, FRAME_HEAD, S("\0\x01x\0\0")); break;
    case 'b': add_frame(out, FRAME_BEGIN, slice_of(record, 7 + 32)); break;
    case 'c': add_frame(out, FRAME_CLAIM, S("\0\x03\x01\x01x")); break;
    case 'e': add_frame(out, FRAME_RECORD_END, S("")); break;
    case 'r': add_frame(out, FRAME_REFUSE, S("\0\0\0")); break;
    case 'w': add_frame(out, FRAME_WARN, S("\0\0\0")); break;
    case 'm': add_frame(out, FRAME_MEMBER, S("\0\0\0")); break;
    case 'd': add_frame(out, FRAME_DATA, S("x")); break;
    case 'E': add_frame(out, FRAME_MEMBER_END, S("")); break;
    case 'R': add_frame(out, FRAME_MEMBER_REFUSE, S("\0\0")); break;
    case 'P': { /* a full part */
        memset(many, 'x', WIRE_PART_MAX);
        add_frame(out, FRAME_PART, slice_of(many, WIRE_PART_MAX));
        break;
    }
    case 'p': add_frame(out, FRAME_PART, S("x")); break;
    case 'v': add_frame(out, FRAME_CLAIM, S("\x04\x03\x01\x01x")); break; /* value in parts */
    case 'k':
        add_frame(out, FRAME_KEYS,
                  S("\0\0\x07"
                    "0123456789abcdef\x04\x01x"));
        break;
    case '.': add_frame(out, FRAME_END, S("\0")); break;
    case '!': add_frame(out, FRAME_END, S("\x01\0\0\0")); break; /* ERR_INPUT */
    default: TEST_FAIL("no frame %c", letter);
    }
}

static status script(bool members, const char *letters, unsigned type, slice payload, bool *lied)
{
    buf out;
    replay again;
    buf_init(&out, 8 << 20);
    for (const char *l = letters; *l; l++)
        add_good(&out, *l);
    if (type)
        add_frame(&out, type, payload);
    replay_init(&again, members, &limits);
    status st = replay_feed(&again, buf_slice(&out), 0, NULL);
    *lied = wire_lied(again.r);
    if (!slice_starts(buf_slice(&out), buf_slice(&again.out)))
        TEST_FAIL("%s: not written again as it came", letters);
    replay_done(&again);
    buf_done(&out);
    return st;
}

TEST(frames_come_in_their_order)
{
    static const struct {
        bool members;
        const char *letters;
        bool fine;
    } rows[] = {
        {false, "fhbcceebc", false}, {false, "fhbcebcwer.", true}, {false, "h.", true},
        {false, ".", true},          {false, "rwrh.", true},       {false, "rf", false},
        {false, "fwf", false},       {false, "ff", false},         {false, "b", false},
        {false, "c", false},         {false, "e", false},          {false, "hc", false},
        {false, "hh", false},        {false, "rhr!", true},        {false, "hbh", false},
        {false, "hbb", false},       {false, "hbr", false},        {false, "hb.", false},
        {false, "hb!", true},        {false, "..", false},         {false, ".w", false},
        {false, "m", false},         {false, "hbPpve.", true},     {false, "hbPPPPv", true},
        {false, "hbPPPPpv", false},  {false, "hbPv", false},       {false, "hbpv", false},
        {false, "hbPpc", false},     {false, "hbPpe", false},      {false, "hbPpPv", false},
        {false, "hbv", false},       {false, "hbPpw", false},      {false, "hP", false},
        {false, "hbPp!", false},     {true, "mdEmEmRR.", true},    {true, ".", true},
        {true, "d", false},          {true, "E", false},           {true, "mm", false},
        {true, "m.", false},         {true, "md!", true},          {true, "mE.R", false},
        {true, "h", false},          {true, "f", false},           {true, "w", false},
        {false, "hkrkbcek.", true},  {false, "k", false},          {false, "hbk", false},
        {true, "k", false},          {false, "hbPk", false},       {false, "h.k", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool lied;
        status st = script(rows[i].members, rows[i].letters, 0, S(""), &lied);
        if ((st == OK) != rows[i].fine || lied == rows[i].fine)
            TEST_FAIL("%s is %s", rows[i].letters, status_name(st));
    }
}

TEST(a_field_that_is_not_true_ends_the_answer)
{
    static const char zero32[32];
    char record[64];
    static const struct {
        const char *what, *before;
        unsigned type;
        slice payload;
    } rows[] = {
        {"unknown type", "", FRAME_COUNT_, S_INIT("")},
        {"type 255", "", 255, S_INIT("")},
        {"empty format", "", FRAME_FORMAT, S_INIT("\0\0")},
        {"format version over 32 bits", "", FRAME_FORMAT, S_INIT("\x01x\x80\x80\x80\x80\x10")},
        {"head flags", "", FRAME_HEAD, S_INIT("\x04\0\0\0")},
        {"head cut", "", FRAME_HEAD, S_INIT("\0\0\0")},
        {"head too long", "", FRAME_HEAD, S_INIT("\0\0\0\0\0")},
        {"head text behind frame", "", FRAME_HEAD, S_INIT("\0\x05x\0\0")},
        {"head not UTF-8", "", FRAME_HEAD, S_INIT("\0\x01\xff\0\0")},
        {"TLP 5", "", FRAME_HEAD, S_INIT("\x02\0\0\0\x05\0\0\0")},
        {"PAP 5", "", FRAME_HEAD, S_INIT("\x02\0\0\0\0\x05\0\0")},
        {"long number", "", FRAME_HEAD, S_INIT("\0\x80\0\0\0")},
        {"endless number", "", FRAME_HEAD,
         S_INIT("\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02\0\0")},
        {"remark behind document", "", FRAME_WARN, S_INIT("\xea\x07\0\0")},
        {"claim flags", "hb", FRAME_CLAIM, S_INIT("\x80\x10\x03\x01\x01x")},
        {"predicate 0", "hb", FRAME_CLAIM, S_INIT("\0\0\x01\x01x")},
        {"predicate 200", "hb", FRAME_CLAIM, S_INIT("\0\xc8\x01\x01x")},
        {"kind 0", "hb", FRAME_CLAIM, S_INIT("\0\x03\0\x01x")},
        {"kind 63", "hb", FRAME_CLAIM, S_INIT("\0\x03\x3f\x01x")},
        {"kind 255", "hb", FRAME_CLAIM, S_INIT("\0\x03\xff\x01x")},
        {"empty subject", "hb", FRAME_CLAIM, S_INIT("\0\x03\x01\0")},
        {"object kind 0", "hb", FRAME_CLAIM, S_INIT("\x01\x03\x01\x01x\0\x01x")},
        {"empty value", "hb", FRAME_CLAIM, S_INIT("\x02\x03\x01\x01x\0")},
        {"empty detail", "hb", FRAME_CLAIM, S_INIT("\x08\x03\x01\x01x\0")},
        {"detail no JSON", "hb", FRAME_CLAIM, S_INIT("\x08\x03\x01\x01x\x02{{")},
        {"detail no object", "hb", FRAME_CLAIM, S_INIT("\x08\x03\x01\x01x\x02[]")},
        {"detail NUL", "hb", FRAME_CLAIM, S_INIT("\x08\x03\x01\x01x\x03{}\0")},
        {"confidence 101", "hb", FRAME_CLAIM, S_INIT("\x10\x03\x01\x01x\x65")},
        {"date cut", "hb", FRAME_CLAIM, S_INIT("\x20\x03\x01\x01x\0\0\0")},
        {"no date", "hb", FRAME_CLAIM, S_INIT("\x20\x03\x01\x01x\0\0\0\0\0\0\0\x80")},
        {"year 10000", "hb", FRAME_CLAIM, S_INIT("\x20\x03\x01\x01x\0\0\0\0\0\0\0\x7f")},
        {"no origins", "hb", FRAME_CLAIM, S_INIT("\x80\x08\x03\x01\x01x\0")},
        {"65 origins", "hb", FRAME_CLAIM, S_INIT("\x80\x08\x03\x01\x01x\x41")},
        {"owner too long", "hb", FRAME_CLAIM, S_INIT("\x80\x04\x03\x01\x01x\0\0\x81\x01")},
        {"empty part", "hb", FRAME_PART, S_INIT("")},
        {"record end with bytes", "hb", FRAME_RECORD_END, S_INIT("x")},
        {"end forbidden", "", FRAME_END, S_INIT("\x04\0\0\0")},
        {"end busy", "", FRAME_END, S_INIT("\x05\0\0\0")},
        {"end of unknown status", "", FRAME_END, S_INIT("\x63\0\0\0")},
        {"end OK with message", "", FRAME_END, S_INIT("\0\0\0\0")},
        {"end with ESC", "", FRAME_END, S_INIT("\x01\0\0\x01\x1b")},
        {"end with 240 bytes", "", FRAME_END, S_INIT("\x01\0\0\xf0\x01")},
        {"errno 4096", "", FRAME_END, S_INIT("\x01\x80\x20\0\0")},
        {"nothing", "", FRAME_END, S_INIT("")},
        {"no keys", "h", FRAME_KEYS, S_INIT("\0\0")},
        {"label flags", "h", FRAME_KEYS, S_INIT("\x08\0\x04\x01x")},
        {"label date cut", "h", FRAME_KEYS, S_INIT("\x01\0\0\0")},
        {"key of an entity", "h", FRAME_KEYS, S_INIT("\0\0\x40\x01x")},
        {"key kind 0", "h", FRAME_KEYS, S_INIT("\0\0\0\x01x")},
        {"digest cut", "h", FRAME_KEYS,
         S_INIT("\0\0\x07"
                "0123456789abcde")},
        {"empty key", "h", FRAME_KEYS, S_INIT("\0\0\x04\0")},
        {"key not UTF-8", "h", FRAME_KEYS, S_INIT("\0\0\x04\x01\xff")},
        {"key behind frame", "h", FRAME_KEYS, S_INIT("\0\0\x04\x02x")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool lied;
        status st = script(false, rows[i].before, rows[i].type, rows[i].payload, &lied);
        if (st != ERR_INPUT || !lied)
            TEST_FAIL("%s is %s", rows[i].what, status_name(st));
    }
    /* at, length, line: inside a document of 1000 bytes */
    static const struct {
        slice front;
        bool fine;
    } records[] = {
        {S_INIT("\0\xe8\x07\0\0\0\0\0"), true},    /* at its end, empty */
        {S_INIT("\0\xe9\x07\0\0\0\0\0"), false},   /* behind its end */
        {S_INIT("\0\0\xe8\x07\0\0\0\0"), true},    /* all of it */
        {S_INIT("\0\x01\xe8\x07\0\0\0\0"), false}, /* one more */
        {S_INIT("\0\0\0\xe9\x07\0\0\0"), true},    /* line 1001 */
        {S_INIT("\0\0\0\xea\x07\0\0\0"), false},   /* line 1002 */
        {S_INIT("\x08\0\0\0\0\0\0"), false},       /* flags */
        {S_INIT("\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\0\0\0\0"), false},
    };
    for (size_t i = 0; i < COUNT_OF(records); i++) {
        bool lied;
        memcpy(record, records[i].front.ptr, records[i].front.len);
        memcpy(record + records[i].front.len, zero32, 32);
        status st =
            script(false, "h", FRAME_BEGIN, slice_of(record, records[i].front.len + 32), &lied);
        if ((st == OK) != records[i].fine)
            TEST_FAIL("record %zu is %s", i, status_name(st));
    }
    bool lied;
    CHECK_EQ(script(true, "m", FRAME_DATA, S(""), &lied), ERR_INPUT);
    CHECK_EQ(script(true, "", FRAME_MEMBER, S("\0\0\x01\xff"), &lied), ERR_INPUT);
    CHECK_EQ(script(true, "", FRAME_MEMBER, S("\0\0\x81\x20"), &lied), ERR_INPUT);
}

TEST(a_frame_has_a_length)
{
    static const struct {
        uint32_t length;
        status want;
    } rows[] = {{0, ERR_INPUT},
                {WIRE_FRAME_MAX, OK}, /* the rest has not come yet */
                {WIRE_FRAME_MAX + 1, ERR_INPUT},
                {65 << 20, ERR_INPUT},
                {UINT32_MAX, ERR_INPUT}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        replay r;
        size_t used = 7;
        replay_init(&r, false, &limits);
        CHECK_EQ(wire_feed(r.r, slice_of((const char *)&rows[i].length, 4), &used, NULL),
                 rows[i].want);
        CHECK_EQ(used, 0);
        replay_done(&r);
    }
}

/* --- others' refusals ------------------------------------------------------------------------ */

static status stop_at_claim(void *ctx, const fact_claim *c, err *why)
{
    (void)ctx, (void)c;
    return err_set(why, ERR_BUSY, 3, "no room");
}

TEST(the_sinks_no_is_passed_on_and_is_no_lie)
{
    pen p;
    replay head_only;
    err why = {0};
    size_t used;
    pen_init(&p);
    write_rich_document(&p);
    replay_init(&head_only, false, &limits);
    fact_sink sink = head_only.facts;
    sink.ctx = &head_only.w;
    sink.claim = stop_at_claim;
    wire_reader *r = wire_reader_new(&limits, &sink, NULL);
    CHECK_EQ(wire_feed(r, buf_slice(&p.out), &used, &why), ERR_BUSY);
    CHECK(!wire_lied(r) && !wire_end_of(r));
    CHECK(strcmp(why.msg, "no room") == 0);
    wire_reader_free(r);
    replay_done(&head_only);
    pen_done(&p);
}

typedef struct failing {
    long calls, fail_at;
} failing;

static status put_or_fail(void *ctx, slice one, slice two, err *why)
{
    failing *f = ctx;
    (void)one, (void)two;
    return f->calls++ == f->fail_at ? err_set(why, ERR_IO, 0, "pipe closed") : OK;
}

TEST(every_write_may_fail)
{
    static char big[WIRE_FRAME_MAX * 2];
    for (long n = 0;; n++) {
        failing f = {0, n};
        wire_writer w;
        err why = {0};
        CHECK_OK(wire_writer_init(&w, put_or_fail, &f, NULL));
        unpack_sink s = wire_members(&w);
        status st = s.begin(&w, &(unpack_member){S("a"), 1, 1}, &why);
        if (st == OK)
            st = s.data(&w, slice_of(big, sizeof big), &why);
        if (st == OK)
            st = s.end(&w, &why);
        if (st == OK)
            st = wire_put_end(&w, OK, NULL, &why);
        wire_writer_done(&w);
        if (st == OK) {
            CHECK(f.calls <= n && n > 2);
            break;
        }
        CHECK_EQ(st, ERR_IO);
    }
}
