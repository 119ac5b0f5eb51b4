/* cmd_audit.c - noroshi audit ...: who did what, and whether the log of it is whole. */
#include "cmd/app.h"
#include "cmd/accounting.h"
#include "know/audit.h"
#include "publish/audit_json.h"

#include <stdlib.h>

enum { PAGE = 200, JSON_MAX = 1 << 16, HEADS_MAX = 1 << 20, HEADS_BYTES_MAX = 256 << 20 };

/* --- head ------------------------------------------------------------------------------------- */

status cmd_audit_head(app *a, err *why)
{
    store *s;
    audit_head h;
    char line[AUDIT_HEAD_TEXT];
    status st = app_store(a, &s, why);
    if (st == OK)
        st = audit_head_now(s, &h, why);
    if (st != OK)
        return st;
    sink_words(&a->out, slice_str(audit_head_text(&h, line)));
    sink_line(&a->out);
    return sink_flush(&a->out, why);
}

/* --- verify ----------------------------------------------------------------------------------- */

typedef struct head_list {
    audit_head *at;
    size_t count;
} head_list;

static int by_seq(const void *a, const void *b)
{
    const audit_head *x = a, *y = b;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Lines of `noroshi audit head`, in any order; what else stands in the file is an error. */
static status read_heads(app *a, slice text, head_list *ret, err *why)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    if (lines > HEADS_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d heads", HEADS_MAX);
    ret->at = arena_array(a->memory, lines, sizeof *ret->at);
    if (!ret->at)
        return ARENA_SPENT(a->memory, why);
    slice line;
    status st = OK;
    for (size_t no = 1; st == OK && slice_cut(&text, '\n', &line); no++) {
        if (!slice_trim(line).len)
            continue;
        if ((st = audit_head_read(line, &ret->at[ret->count], why)) == OK)
            ret->count++;
        else
            err_wrap(why, st, "line %zu", no);
    }
    qsort(ret->at, ret->count, sizeof *ret->at, by_seq);
    return st;
}

static status read_file(app *a, slice path, slice *ret, err *why)
{
    file f;
    uint64_t size;
    size_t got = 0;
    status st = fs_open(a->disk, path.ptr, FILE_READ, &f, why); /* options end in a NUL */
    if (st != OK)
        return st;
    st = file_size(&f, &size, why);
    if (st == OK && size > HEADS_BYTES_MAX)
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "file of heads over %d bytes", HEADS_BYTES_MAX);
    char *bytes = st == OK ? arena_alloc(a->memory, (size_t)size + 1) : NULL;
    if (st == OK && !bytes)
        st = ARENA_SPENT(a->memory, why);
    if (st == OK)
        st = file_pread(&f, bytes, (size_t)size, 0, &got, why);
    file_close(&f);
    if (st == OK)
        *ret = slice_of(bytes, got);
    return st;
}

static status put_report(app *a, const audit_report *r, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, JSON_MAX);
    audit_report_json(&b, r);
    status st = buf_status(&b, why);
    if (st == OK)
        sink_json(&a->out, buf_slice(&b));
    return st;
}

static message broken(const audit_report *r)
{
    static const struct {
        const char *how;
        message_id word;
    } words[] = {{"altered", MSG_audit_altered},
                 {"missing", MSG_audit_missing},
                 {"cut", MSG_audit_cut},
                 {"rewritten", MSG_audit_rewritten}};
    size_t i = 0;
    while (i + 1 < COUNT_OF(words) && strcmp(words[i].how, r->broken_by) != 0)
        i++;
    return msg_audit_broken((int64_t)r->broken_at, words[i].word);
}

status cmd_audit_verify(app *a, err *why)
{
    store *s;
    head_list heads = {0};
    audit_report r;
    slice path = option_text(a->options, OPT_AUDIT_HEAD), text = S("");
    status st = app_store(a, &s, why);
    if (st == OK && path.len)
        st = read_file(a, path, &text, why);
    if (st == OK && path.len && (st = read_heads(a, text, &heads, why)) != OK)
        err_wrap(why, st, "%.*s", SLICE_FMT(path));
    if (st == OK)
        st = audit_verify(s, heads.at, heads.count, &r, why);
    if (st != OK)
        return st;
    if (r.broken_by)
        app_exit(a, 2);
    if (a->json) {
        st = put_report(a, &r, why);
    } else {
        sink_put(&a->out,
                 r.broken_by ? broken(&r) : msg_audit_whole((int64_t)r.head.seq, (int64_t)r.heads));
        sink_line(&a->out);
        if (r.waiting) {
            sink_put(&a->out, msg_audit_waiting((int64_t)r.waiting));
            sink_line(&a->out);
        }
    }
    return st == OK ? sink_flush(&a->out, why) : st;
}

/* --- list ------------------------------------------------------------------------------------- */

static status put_entry(app *a, const audit_row *r, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, JSON_MAX);
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, S("noroshi.audit/1"));
    json_key(&w, "seq");
    r->seq ? json_put_int(&w, (int64_t)r->seq) : json_put_null(&w);
    accounting_when(&w, "at", r->e.at);
    accounting_text(&w, "who", r->e.who);
    accounting_text(&w, "from", r->e.from);
    accounting_text(&w, "act", r->e.act);
    accounting_text(&w, "what", r->e.what);
    accounting_text(&w, "detail", r->e.detail);
    accounting_text(&w, "outcome", slice_str(audit_outcome_name(r->e.outcome)));
    json_close(&w, '}');
    status st = buf_status(&b, why);
    if (st == OK)
        sink_json(&a->out, buf_slice(&b));
    return st;
}

static void put_line(app *a, const audit_row *r)
{
    sink *out = &a->out;
    const slice texts[] = {r->e.who, r->e.from, r->e.what, r->e.detail};
    sink_put(out, r->seq ? msg_audit_row((int64_t)r->seq, r->e.at, r->e.act)
                         : msg_audit_row_waiting(r->e.at, r->e.act));
    sink_indent(out, 4);
    if (r->e.outcome != AUDIT_DONE) {
        sink_words(out, S("  "));
        sink_style(out, STYLE_BAD);
        sink_put(out, r->e.outcome == AUDIT_REFUSED ? msg_audit_refused() : msg_audit_failed());
        sink_style(out, STYLE_PLAIN);
    }
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (texts[i].len) {
            sink_words(out, S("  "));
            sink_foreign(out, texts[i]);
        }
    sink_indent(out, 0);
    sink_line(out);
}

static status put_page(app *a, const audit_list *page, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < page->count; i++)
        if (a->json)
            st = put_entry(a, &page->at[i], why);
        else
            put_line(a, &page->at[i]);
    return st;
}

/* Those that wait are newer than the chain is. */
static status list(app *a, store *s, const audit_filter *f, err *why)
{
    CLEANUP(arena_done) arena memory;
    size_t left = (size_t)option_int(a->options, OPT_AUDIT_MOST), shown = 0;
    uint64_t before = 0;
    audit_list page;
    arena_init(&memory, 64 << 20);
    status st = audit_waiting(s, &memory, f, left, &page, why);
    if (st == OK)
        st = put_page(a, &page, why);
    shown = st == OK ? page.count : 0;
    left -= shown;
    page.more = true;
    while (st == OK && page.more && left) {
        arena_reset(&memory);
        st = audit_page(s, &memory, f, before, left < PAGE ? left : PAGE, &page, why);
        if (st == OK)
            st = put_page(a, &page, why);
        if (st != OK || !page.count)
            break;
        before = page.at[page.count - 1].seq;
        shown += page.count;
        left -= page.count;
    }
    if (st == OK)
        st = sink_flush(&a->out, why);
    if (st == OK && !shown)
        app_exit(a, 1);
    if (st == OK && page.more)
        app_note(a, msg_audit_more());
    return st;
}

/* A login stands for the account's id, which is what entries name. */
static status read_who(app *a, slice *ret, err *why)
{
    accounting x;
    account who;
    slice given = option_text(a->options, OPT_AUDIT_WHO);
    *ret = given;
    if (!given.len)
        return OK;
    status st = accounting_open(a, false, &x, why);
    if (st == OK)
        st = account_get(x.r, a->memory, given, &who, why);
    accounting_close(&x);
    if (st == ERR_NOT_FOUND) /* "cli:root" is nobody's login */
        return OK;
    if (st == OK && !arena_copy(a->memory, slice_str(who.id), ret))
        st = ARENA_SPENT(a->memory, why);
    return st;
}

status cmd_audit_list(app *a, err *why)
{
    store *s;
    audit_filter f = {.act = option_text(a->options, OPT_AUDIT_ACT),
                      .what = option_text(a->options, OPT_AUDIT_WHAT)};
    status st = app_store(a, &s, why);
    if (st == OK)
        st = read_who(a, &f.who, why);
    if (st == OK && !f.who.len + !f.act.len + !f.what.len < 2)
        return app_fail(a, ERR_INPUT, msg_audit_one(), S(""), why);
    return st == OK ? list(a, s, &f, why) : st;
}
