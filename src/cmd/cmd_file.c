/* cmd_file.c - noroshi file PATH...: the hashes of files, and what is known of them. The bytes are
 * read once and hashed; nobody looks into them, and nothing leaves. */
#include "answer/render.h"
#include "cmd/asking.h"
#include "cmd/progress.h"

enum { BLOCK = 1 << 20 };

/* In the order in which they are shown; the SHA-256 stands for the file when none is known. */
static const struct {
    hash_kind hash;
    kind kind;
} kinds[] = {{HASH_SHA256, KIND_SHA256},
             {HASH_SHA1, KIND_SHA1},
             {HASH_MD5, KIND_MD5},
             {HASH_SHA512, KIND_SHA512}};
enum {
    KINDS = COUNT_OF(kinds),
    HEAD_KINDS = 3 /* shown above the answer: a SHA-512 is a line and a half */
};

typedef struct hashing {
    app *a;
    asker *k;
    arena memory; /* of one file */
    buf line;
    hash_state *state[KINDS];
    char *block;
    slice path;
    slice hex[KINDS]; /* of the file */
    uint64_t bytes;
    bool opened;
    bool any; /* something was answered */
    int64_t known;
} hashing;

/* --- reading -------------------------------------------------------------------------------- */

static void take(hashing *h, progress *bar, size_t n)
{
    for (size_t i = 0; i < KINDS; i++)
        hash_update(h->state[i], slice_of(h->block, n));
    h->bytes += n;
    progress_show(bar, msg_file_progress((int64_t)h->bytes, h->path));
}

static status read_input(hashing *h, progress *bar, err *why)
{
    size_t n = 1;
    status st = OK;
    while (st == OK && n)
        if ((st = reader_read(&h->a->in, h->block, BLOCK, &n, why)) == OK)
            take(h, bar, n);
    return st;
}

static status read_file(hashing *h, progress *bar, err *why)
{
    file f;
    slice path;
    size_t n = 1;
    if (!arena_copy(&h->memory, h->path, &path)) /* with a NUL behind */
        return ARENA_SPENT(&h->memory, why);
    status st = fs_open(h->a->disk, path.ptr, FILE_READ, &f, why);
    if (st != OK)
        return st;
    h->opened = true;
    while (st == OK && n)
        if ((st = file_pread(&f, h->block, BLOCK, h->bytes, &n, why)) == OK)
            take(h, bar, n);
    file_close(&f);
    return st;
}

static status hash(hashing *h, err *why)
{
    char hex[HASH_HEX_MAX];
    uint8_t digest[HASH_BYTES_MAX];
    progress bar = progress_start(h->a);
    h->bytes = 0;
    h->opened = false;
    status st = slice_eq(h->path, S("-")) ? read_input(h, &bar, why) : read_file(h, &bar, why);
    progress_clear(h->a);
    for (size_t i = 0; i < KINDS; i++) { /* also after an error: the next file starts afresh */
        hash_final(h->state[i], digest);
        hash_hex(digest, hash_size(kinds[i].hash), hex);
        if (st == OK && !arena_copy(&h->memory, slice_str(hex), &h->hex[i]))
            st = ARENA_SPENT(&h->memory, why);
    }
    return st;
}

/* --- answering ------------------------------------------------------------------------------ */

static void put_head(hashing *h)
{
    sink *out = &h->a->out;
    if (h->a->json || option_bool(h->a->options, OPT_ASK_SHORT))
        return;
    if (h->any)
        sink_line(out);
    sink_foreign(out, h->path);
    sink_words(out, S("  "));
    sink_put(out, msg_file_bytes((int64_t)h->bytes));
    sink_line(out);
    for (size_t i = 0; i < HEAD_KINDS; i++) {
        sink_words(out, S("  "));
        sink_words(out, slice_str(kind_name(kinds[i].kind)));
        sink_to(out, 10);
        sink_words(out, h->hex[i]);
        sink_line(out);
    }
}

/* As any answer about the hash, but that it says which file was asked and its other hashes. */
static status put(hashing *h, const answer *w, size_t which, err *why)
{
    answer named = *w;
    slice *also = arena_array(&h->memory, KINDS, sizeof *also);
    size_t n = 0;
    if (!also)
        return ARENA_SPENT(&h->memory, why);
    for (size_t i = 0; i < KINDS; i++)
        if (i != which)
            also[n++] = h->hex[i];
    if (option_bool(h->a->options, OPT_ASK_SHORT) && !h->a->json) {
        sink_foreign(&h->a->out, h->path);
        sink_words(&h->a->out, S("  "));
    }
    named.question.input = h->path;
    named.question.also = also;
    named.question.also_count = n;
    return asking_put(h->a, &h->a->out, &named, false, &h->line, why);
}

/* One answer for each hash that somebody knows; a file that nobody knows has one, too. */
static status answer_file(hashing *h, err *why)
{
    const answer *first = NULL;
    bool known = false;
    status st = OK;
    put_head(h);
    for (size_t i = 0; st == OK && i < KINDS; i++) {
        const answer *w;
        const ask_options o = {.seen_at = asking_seen(h->a),
                               .want = kinds[i].kind,
                               .all = asking_all(h->a),
                               .file = true};
        st = ask_value(h->k, &h->memory, h->hex[i], &o, &w, why);
        if (st != OK)
            break;
        first = first ? first : w;
        known |= w->known;
        if (w->known)
            st = put(h, w, i, why);
    }
    if (st == OK && !known)
        st = put(h, first, 0, why);
    h->known += known;
    h->any = true;
    return st;
}

static status ask_file(hashing *h, slice path, err *why)
{
    err said = {0};
    h->path = path;
    arena_reset(&h->memory);
    status st = hash(h, &said);
    if (st != OK) { /* the others are answered all the same */
        app_report(h->a, &said, h->opened ? path : S("")); /* what cannot be opened is named */
        return OK;
    }
    return answer_file(h, why);
}

static status prepare(hashing *h, err *why)
{
    struct store *s;
    arena_init(&h->memory, (size_t)KINDS * ASK_MEMORY_MAX);
    buf_init(&h->line, RENDER_JSON_MAX);
    h->block = arena_alloc(h->a->memory, BLOCK);
    bool whole = h->block;
    for (size_t i = 0; i < KINDS; i++)
        whole = (h->state[i] = hash_new(kinds[i].hash)) && whole;
    if (!whole)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = app_store(h->a, &s, why);
    if (st == OK)
        st = asker_new(s, &h->k, why);
    return st == OK ? asker_look(h->k, &h->a->view, why) : st;
}

status cmd_file(app *a, err *why)
{
    hashing h = {.a = a};
    status st = prepare(&h, why);
    for (size_t i = 0; st == OK && i < a->operand_count; i++)
        st = ask_file(&h, a->operands[i], why);
    if (st == OK && !h.known)
        app_exit(a, 1);
    asker_free(h.k);
    for (size_t i = 0; i < KINDS; i++)
        hash_free(h.state[i]);
    buf_done(&h.line);
    arena_done(&h.memory);
    return st;
}
