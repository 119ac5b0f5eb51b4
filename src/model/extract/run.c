/* run.c - long runs of letters and digits: hashes, fuzzy hashes, JARM, coins. */
#include "model/extract/scan.h"

#include "model/bytes.h"

enum { RUN_MIN = 25, RUN_MAX = 128 };

/* What the words in front of a hash call it. */
static const struct label {
    slice word;
    size_t digits; /* of the hash it goes with */
    kind kind;
} labels[] = {
    {S_INIT("imphash"), 32, KIND_IMPHASH},
    {S_INIT("import hash"), 32, KIND_IMPHASH},
    {S_INIT("import-hash"), 32, KIND_IMPHASH},
    {S_INIT("import_hash"), 32, KIND_IMPHASH},
    {S_INIT("imp hash"), 32, KIND_IMPHASH},
    {S_INIT("ja3s"), 32, KIND_JA3S},
    {S_INIT("ja3s hash"), 32, KIND_JA3S},
    {S_INIT("ja3"), 32, KIND_JA3},
    {S_INIT("ja3 hash"), 32, KIND_JA3},
    {S_INIT("hassh"), 32, KIND_HASSH},
    {S_INIT("hasshserver"), 32, KIND_HASSH},
    {S_INIT("thumbprint"), 40, KIND_CERT_SHA1},
    {S_INIT("cert fingerprint"), 40, KIND_CERT_SHA1},
    {S_INIT("certificate fingerprint"), 40, KIND_CERT_SHA1},
    {S_INIT("certificate"), 40, KIND_CERT_SHA1},
    {S_INIT("thumbprint"), 64, KIND_CERT_SHA256},
    {S_INIT("cert fingerprint"), 64, KIND_CERT_SHA256},
    {S_INIT("certificate fingerprint"), 64, KIND_CERT_SHA256},
    {S_INIT("certificate"), 64, KIND_CERT_SHA256},
};

/* Between a label and its value: blanks, line ends, marks; "(SHA1)", too. */
static slice without_marks(slice s)
{
    static const slice algorithms[] = {S_INIT("sha1"), S_INIT("sha-1"), S_INIT("sha256"),
                                       S_INIT("sha-256"), S_INIT("md5")};
    for (bool again = true; again;) {
        again = false;
        while (s.len &&
               (is_space(s.ptr[s.len - 1]) || strchr(":=-|\"'`*()[],#>", s.ptr[s.len - 1])))
            s.len--;
        for (size_t i = 0; i < COUNT_OF(algorithms); i++)
            if (slice_ends_nocase(s, algorithms[i])) {
                s.len -= algorithms[i].len;
                again = true;
            }
    }
    return s;
}

/* The kind that the text in front of the raw offset `at` says, else KIND_NONE. */
static kind labelled(const scan *s, size_t from, size_t digits)
{
    size_t raw = s->raw_at + plain_raw_start(&s->p, from);
    slice front = without_marks(slice_sub(s->whole, raw > 64 ? raw - 64 : 0, raw));
    for (size_t i = 0; i < COUNT_OF(labels); i++) {
        slice w = labels[i].word;
        if (labels[i].digits == digits && slice_ends_nocase(front, w) &&
            (front.len == w.len || !is_alnum(front.ptr[front.len - w.len - 1])))
            return labels[i].kind;
    }
    return KIND_NONE;
}

static bool take_hash(scan *s, size_t from, size_t to)
{
    bool letters = false, digits = false;
    for (size_t i = from; i < to; i++) {
        if (hex_value(at(s, i)) < 0)
            return false;
        letters |= is_alpha(at(s, i));
        digits |= is_digit(at(s, i));
    }
    kind k = labelled(s, from, to - from);
    observable o;
    /* thirty-two decimal digits or a row of one letter are numbers and fillers, no digests */
    if (!letters || !digits || !scan_read(s, from, to, k, &o))
        return false;
    bool digest = kind_is_hash(o.kind) || o.kind == k || o.kind == KIND_JARM || o.kind == KIND_TLSH;
    if (digest)
        scan_found(s, from, to, &o);
    return digest;
}

/* Could these be an address of a coin? The first letters say which; the checksum decides. */
static bool coin_front(slice run)
{
    char c = run.ptr[0];
    if (run.len >= 25 && run.len <= 36 && strchr("13LM3DAX79Ttr", c))
        return true;
    if (run.len == 42 && (slice_starts_nocase(run, S("0x")) || c == 'q' || c == 'p'))
        return true;
    return slice_starts_nocase(run, S("bc1")) || slice_starts_nocase(run, S("ltc1")) ||
           slice_starts_nocase(run, S("tb1")) || slice_starts(run, S("addr1")) ||
           slice_starts(run, S("stake1")) || run.len == 95 || run.len == 106;
}

void find_runs(scan *s)
{
    size_t to = 0;
    for (size_t from = bytes_run(s->alnum, s->t.len, 0, RUN_MIN, &to); from < s->t.len;
         from = bytes_run(s->alnum, s->t.len, to, RUN_MIN, &to)) {
        slice run = slice_sub(s->t, from, to);
        if (run.len > RUN_MAX || !scan_free(s, from, to))
            continue;
        bool tlsh = (run.len == 72 && slice_starts_nocase(run, S("T1"))) || run.len == 70;
        if (tlsh && scan_take(s, from, to, KIND_TLSH))
            continue;
        if (run.len >= 32 && take_hash(s, from, to))
            continue;
        size_t front = from;
        if (from >= 12 && slice_eq_nocase(slice_sub(s->t, from - 12, from), S("bitcoincash:")))
            front = from - 12;
        if (coin_front(run))
            scan_take(s, front, to, KIND_CRYPTO_ADDRESS);
    }
}
