/* observable.c - one value from the text around it to its canonical form: see observable.h. */
#include "model/observable.h"

#include "base/text.h"
#include "model/observable/reading.h"
#include "model/refang.h"

const char *observable_step_name(observable_step one)
{
    static const char *const names[STEP_COUNT] = {
        "trim", "refang", "case", "width", "idna", "port", "mask", "mapped", "normalise", "expand"};
    unsigned bit = (unsigned)__builtin_ctz((unsigned)one | 1u << STEP_COUNT);
    assert(bit < STEP_COUNT);
    return names[bit];
}

/* --- the kinds ------------------------------------------------------------------------------ */

/* How a text is prepared for the reader of a kind. */
typedef enum preparation {
    PREPARE_NETWORK, /* refang, all wrappers and punctuation off */
    PREPARE_WORD,    /* all wrappers and punctuation off */
    PREPARE_NAME,    /* blanks and quotes off */
    PREPARE_BLANKS,  /* blanks off */
} preparation;

typedef struct kind_reader {
    reader_fn read;
    preparation prepare;
    bool settle; /* the value may have something left to prepare: read it again */
} kind_reader;

static const kind_reader readers[KIND_OBSERVABLE_END_] = {
    [KIND_NONE] = {read_any, PREPARE_NETWORK, true},
    [KIND_IPV4] = {read_ip, PREPARE_NETWORK, false},
    [KIND_IPV6] = {read_ip, PREPARE_NETWORK, false},
    [KIND_CIDR] = {read_ip, PREPARE_NETWORK, false},
    [KIND_DOMAIN] = {read_domain, PREPARE_NETWORK, false},
    [KIND_URL] = {read_url, PREPARE_NETWORK, true},
    [KIND_EMAIL] = {read_email, PREPARE_NETWORK, true},
    [KIND_MD5] = {read_hash, PREPARE_WORD, false},
    [KIND_SHA1] = {read_hash, PREPARE_WORD, false},
    [KIND_SHA224] = {read_hash, PREPARE_WORD, false},
    [KIND_SHA256] = {read_hash, PREPARE_WORD, false},
    [KIND_SHA384] = {read_hash, PREPARE_WORD, false},
    [KIND_SHA512] = {read_hash, PREPARE_WORD, false},
    [KIND_SSDEEP] = {read_ssdeep, PREPARE_WORD, true},
    [KIND_TLSH] = {read_tlsh, PREPARE_WORD, false},
    [KIND_IMPHASH] = {read_md5_like, PREPARE_WORD, false},
    [KIND_JA3] = {read_md5_like, PREPARE_WORD, false},
    [KIND_JA3S] = {read_md5_like, PREPARE_WORD, false},
    [KIND_JA4] = {read_ja4, PREPARE_WORD, false},
    [KIND_JARM] = {read_jarm, PREPARE_WORD, false},
    [KIND_HASSH] = {read_md5_like, PREPARE_WORD, false},
    [KIND_ASN] = {read_asn, PREPARE_WORD, false},
    [KIND_MAC] = {read_mac, PREPARE_WORD, false},
    [KIND_FILENAME] = {read_filename, PREPARE_NAME, true},
    [KIND_PATH] = {read_path, PREPARE_NAME, true},
    [KIND_REGISTRY_KEY] = {read_registry, PREPARE_NAME, true},
    [KIND_MUTEX] = {read_mutex, PREPARE_BLANKS, true},
    [KIND_PIPE] = {read_pipe, PREPARE_NAME, true},
    [KIND_USER_AGENT] = {read_user_agent, PREPARE_BLANKS, true},
    [KIND_CERT_SHA1] = {read_cert_hash, PREPARE_WORD, false},
    [KIND_CERT_SHA256] = {read_cert_hash, PREPARE_WORD, false},
    [KIND_CERT_SERIAL] = {read_cert_serial, PREPARE_WORD, false},
    [KIND_CRYPTO_ADDRESS] = {read_coin, PREPARE_WORD, true},
    [KIND_EMAIL_SUBJECT] = {read_plain, PREPARE_BLANKS, false},
    [KIND_PROCESS] = {read_filename, PREPARE_NAME, true},
    [KIND_COMMAND_LINE] = {read_command_line, PREPARE_BLANKS, true},
    [KIND_ACCOUNT] = {read_plain, PREPARE_BLANKS, false},
    [KIND_PACKAGE] = {read_package, PREPARE_WORD, true},
    [KIND_PHONE] = {read_phone, PREPARE_NAME, false},
    [KIND_PROPERTY] = {read_property, PREPARE_BLANKS, false},
};

/* --- helpers of the readers ----------------------------------------------------------------- */

bool scratch_put(reading *r, slice s)
{
    if (s.len > OBSERVABLE_TEXT_MAX - r->used)
        return false;
    if (s.len)
        memcpy(r->scratch + r->used, s.ptr, s.len);
    r->used += s.len;
    return true;
}

bool scratch_byte(reading *r, char c)
{
    return scratch_put(r, slice_of(&c, 1));
}

bool scratch_lower(reading *r, slice s, slice *ret)
{
    if (s.len > OBSERVABLE_TEXT_MAX - r->used)
        return false;
    char *p = r->scratch + r->used;
    bool same = true;
    for (size_t i = 0; i < s.len; i++) {
        bool upper = (unsigned char)s.ptr[i] - (unsigned)'A' <
                     26u; /* no branch: digests come through here */
        p[i] = (char)(s.ptr[i] | upper << 5);
        same &= !upper;
    }
    r->used += s.len;
    r->o.steps |= same ? 0u : STEP_CASE;
    *ret = slice_of(p, s.len);
    return true;
}

status no_fit(err *why, size_t at, slice text, const char *what)
{
    char quoted[ERR_QUOTE_MAX];
    if (!why)
        return ERR_INPUT;
    return err_set(why, ERR_INPUT, at, "\"%s\" is not %s", err_quote(text, quoted), what);
}

/* --- preparation ---------------------------------------------------------------------------- */

/* Bytes that never need preparing, in the middle of a value. */
static bool calm(slice s)
{
    static const bool restless[256] = {
        [0] = 1,    ['"'] = 1, ['\''] = 1, ['`'] = 1, ['('] = 1, [')'] = 1, ['['] = 1,
        [']'] = 1,  ['{'] = 1, ['}'] = 1,  ['<'] = 1, ['>'] = 1, ['|'] = 1, ['*'] = 1,
        ['\\'] = 1, [','] = 1, [';'] = 1,  ['_'] = 1, [127] = 1,
    };
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c <= ' ' || c >= 0x7f || restless[c])
            return false;
        /* the only "//" is that of a plain scheme */
        if (c == '/' && i + 1 < s.len && s.ptr[i + 1] == '/' &&
            !(i == 5 && slice_starts(s, S("http:"))) && !(i == 6 && slice_starts(s, S("https:"))))
            return false;
    }
    char last = s.len ? s.ptr[s.len - 1] : ' ';
    return last != '.' && last != ':' && last != '!' && last != '?';
}

static slice strip_blanks(slice s, unsigned *steps)
{
    slice bare = slice_trim(s);
    *steps |= bare.len != s.len ? STEP_TRIM : 0u;
    return bare;
}

/* The value must end up in valid UTF-8 without NUL whatever the kind. */
static status check_bytes(slice s, err *why)
{
    size_t bad = utf8_check(s);
    if (bad != SIZE_MAX)
        return err_set(why, ERR_INPUT, bad, "byte 0x%02x is not UTF-8", (unsigned char)s.ptr[bad]);
    size_t nul = slice_find_byte(s, 0, 0);
    if (nul != SIZE_MAX)
        return err_set(why, ERR_INPUT, nul, "NUL inside a value");
    return OK;
}

static status prepare(arena *a, preparation how, slice text, reading *r, err *why)
{
    r->text = text;
    if (how <= PREPARE_WORD && calm(text))
        return OK;
    status st;
    plain p;
    switch (how) {
    case PREPARE_NETWORK:
        text = trim_value(text, false, &r->o.steps);
        if ((st = refang(a, text, REFANG_WHOLE, &p, why)) != OK)
            return st;
        for (size_t i = 0; i < p.edit_count; i++)
            r->o.steps |= p.edits[i].steps;
        text = trim_value(p.text, false, &r->o.steps);
        break;
    case PREPARE_WORD: text = trim_value(text, false, &r->o.steps); break;
    case PREPARE_NAME: text = trim_value(text, true, &r->o.steps); break;
    case PREPARE_BLANKS: text = strip_blanks(text, &r->o.steps); break;
    }
    r->text = text;
    return check_bytes(text, why);
}

/* --- reading -------------------------------------------------------------------------------- */

static bool is_address(kind k)
{
    return k == KIND_IPV4 || k == KIND_IPV6 || k == KIND_CIDR;
}

static status read_once(arena *a, slice text, kind want, reading *r, err *why)
{
    const kind_reader *k = &readers[want];
    r->o = (observable){.kind = want};
    r->used = 0;
    status st = prepare(a, k->prepare, text, r, why);
    if (st == OK)
        st = k->read(r, why);
    if (st != OK)
        return st;
    r->o.defanged = (r->o.steps & STEP_REFANG) != 0;
    return OK;
}

enum { ROUNDS_MAX = 8 };

status observable_parse(arena *a, slice text, kind want, observable *ret, err *why)
{
    SCRATCH char scratch[OBSERVABLE_TEXT_MAX + 1];
    assert(want == KIND_NONE || kind_is_observable(want));
    if (text.len > OBSERVABLE_TEXT_MAX)
        return err_set(why, ERR_LIMIT, OBSERVABLE_TEXT_MAX, "value over %d bytes",
                       OBSERVABLE_TEXT_MAX);
    reading r = {.scratch = scratch};
    arena_mark mark = arena_here(a);
    status st = read_once(a, text, want, &r, why);
    if (st != OK) {
        arena_back(a, mark);
        return st;
    }
    observable o = r.o;
    if (!arena_copy(a, r.o.value, &o.value))
        return ARENA_SPENT(a, why);
    /* what decoding brought to light may need preparing itself: "%5B.%5D" */
    for (int round = 0; o.steps && readers[o.kind].settle; round++) {
        if (round == ROUNDS_MAX)
            return no_fit(why, 0, text, "a value that comes to rest");
        if ((st = read_once(a, o.value, o.kind, &r, why)) != OK)
            return st;
        if (r.o.steps == 0)
            break;
        unsigned steps = o.steps | r.o.steps;
        bool defanged = o.defanged | r.o.defanged;
        o.kind = r.o.kind;
        o.special = r.o.special;
        o.unknown_tld = r.o.unknown_tld;
        o.port = r.o.port ? r.o.port : o.port;
        o.steps = steps;
        o.defanged = defanged;
        if (!arena_copy(a, r.o.value, &o.value))
            return ARENA_SPENT(a, why);
    }
    if (want != KIND_NONE && o.kind != want && !(is_address(want) && is_address(o.kind)))
        return no_fit(why, 0, text, kind_name(want));
    *ret = o;
    return OK;
}

status observable_refang(arena *a, slice text, slice *ret, bool *changed, err *why)
{
    plain p;
    status st = refang(a, text, 0, &p, why);
    if (st != OK)
        return st;
    *changed = p.edit_count > 0;
    *ret = p.text;
    return OK;
}
