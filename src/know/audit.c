/* audit.c - writing and reading entries of the audit log: see audit.h. */
#include "base/text.h"
#include "know/audit_chain.h"
#include "know/write_private.h"

#include <stdio.h>

static const slice head_word = S_INIT("noroshi-audit/1 ");

const char *audit_outcome_name(audit_outcome o)
{
    static const char *const names[] = {
        [AUDIT_DONE] = "done", [AUDIT_REFUSED] = "refused", [AUDIT_FAILED] = "failed"};
    _Static_assert(COUNT_OF(names) == AUDIT_OUTCOME_COUNT_, "an outcome without a name");
    return names[o];
}

bool audit_wants(tlp highest)
{
    return highest > TLP_GREEN;
}

/* --- the chain -------------------------------------------------------------------------------- */

static void put_number(hash_state *h, uint64_t n)
{
    char b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (char)(n >> 8 * i);
    hash_update(h, slice_of(b, sizeof b));
}

void audit_hash(hash_state *h, const uint8_t before[SHA256_BYTES], uint64_t seq,
                const audit_entry *e, uint8_t ret[SHA256_BYTES])
{
    const slice texts[] = {e->who, e->from, e->act, e->what, e->detail};
    hash_update(h, slice_of((const char *)before, SHA256_BYTES));
    put_number(h, seq);
    put_number(h, (uint64_t)e->at);
    put_number(h, e->outcome);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        put_number(h, texts[i].len);
        hash_update(h, texts[i]);
    }
    hash_final(h, ret);
}

status audit_head_of(db *d, audit_head *ret, err *why)
{
    bool row;
    audit_head head = {.at = WHEN_NONE};
    db_stmt *q = db_query(d, Q_AUDIT_HEAD);
    db_bind_int(q, 1, 0);
    status st = db_step(q, &row, why);
    if (st == OK && row) {
        slice hash = db_text(q, 2);
        head.seq = (uint64_t)db_int(q, 0);
        head.at = db_int(q, 1);
        if (hash.len == SHA256_BYTES)
            memcpy(head.hash, hash.ptr, SHA256_BYTES);
        else
            st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "the audit log ends in no hash");
    }
    db_reset(q);
    if (st == OK)
        *ret = head;
    return st;
}

/* Texts come from anywhere: engines take only UTF-8, people read lines. */
static slice clean(slice text, size_t max, char *room)
{
    static const slice cut = S_INIT("...");
    size_t n = 0, keep = text.len > max ? max - cut.len : text.len;
    while (text.len) {
        size_t len = utf8_len(text);
        slice c = slice_sub(text, 0, len ? len : 1);
        slice rest = c;
        if (!len || !text_is_visible(utf8_next(&rest)))
            c = S("?");
        if (text.ptr[0] == ' ')
            c = S(" ");
        if (n + c.len > keep)
            break;
        memcpy(room + n, c.ptr, c.len);
        n += c.len;
        text = slice_from(text, len ? len : 1);
    }
    if (text.len) {
        memcpy(room + n, cut.ptr, cut.len);
        n += cut.len;
    }
    return slice_of(room, n);
}

audit_entry audit_clean(const audit_entry *e, audit_room *room)
{
    return (audit_entry){.at = e->at,
                         .who = clean(e->who, AUDIT_WORD_MAX, room->words[0]),
                         .from = clean(e->from, AUDIT_WORD_MAX, room->words[1]),
                         .act = clean(e->act, AUDIT_WORD_MAX, room->words[2]),
                         .what = clean(e->what, AUDIT_TEXT_MAX, room->texts[0]),
                         .detail = clean(e->detail, AUDIT_TEXT_MAX, room->texts[1]),
                         .outcome = e->outcome};
}

status audit_append(db *d, hash_state *h, audit_head *head, const audit_entry *e, err *why)
{
    audit_room room;
    audit_head next = {.seq = head->seq + 1, .at = e->at};
    const audit_entry kept = audit_clean(e, &room);
    audit_hash(h, head->hash, next.seq, &kept, next.hash);
    db_stmt *q = db_query(d, Q_AUDIT_ADD);
    db_bind_int(q, 1, (int64_t)next.seq);
    db_bind_int(q, 2, kept.at);
    db_bind_text(q, 3, kept.who);
    db_bind_text(q, 4, kept.from);
    db_bind_text(q, 5, kept.act);
    db_bind_text(q, 6, kept.what);
    db_bind_text(q, 7, kept.detail);
    db_bind_int(q, 8, kept.outcome);
    db_bind_blob(q, 9, slice_of((const char *)next.hash, SHA256_BYTES));
    status st = db_run(q, why);
    if (st == OK)
        *head = next;
    return st;
}

status audit_add(writer *w, const audit_entry *e, err *why)
{
    audit_head head;
    status st = begin_engine(w, why);
    if (st == OK)
        st = audit_head_of(w->d, &head, why);
    return st == OK ? audit_append(w->d, w->h, &head, e, why) : st;
}

/* --- heads ------------------------------------------------------------------------------------ */

const char *audit_head_text(const audit_head *h, char out[AUDIT_HEAD_TEXT])
{
    char time[WHEN_TEXT_MAX] = "-", hex[HASH_HEX_MAX];
    if (h->at != WHEN_NONE)
        when_iso(h->at, time);
    snprintf(out, AUDIT_HEAD_TEXT, "%.*s%llu %s %s", SLICE_FMT(head_word),
             (unsigned long long)h->seq, time, hash_hex(h->hash, SHA256_BYTES, hex));
    return out;
}

status audit_head_read(slice line, audit_head *ret, err *why)
{
    audit_head h = {.at = WHEN_NONE};
    slice rest = slice_trim(line), seq, time;
    bool fits = slice_starts(rest, head_word);
    rest = slice_from(rest, fits ? head_word.len : 0);
    fits = fits && slice_cut(&rest, ' ', &seq) && slice_u64(seq, &h.seq) && h.seq <= INT64_MAX &&
           slice_cut(&rest, ' ', &time) && hash_unhex(rest, h.hash, SHA256_BYTES) &&
           (slice_eq(time, S("-")) || when_parse(time, &h.at) == OK);
    if (!fits)
        return err_set(why, ERR_INPUT, 0, "no head of an audit log: it begins with \"%.*s\"",
                       (int)head_word.len - 1, head_word.ptr);
    *ret = h;
    return OK;
}

status audit_head_now(store *s, audit_head *ret, err *why)
{
    db *d = NULL;
    status st = store_connect_small(s, &d, why);
    if (st == OK)
        st = audit_head_of(d, ret, why);
    db_close(d);
    return st;
}

/* --- reading ---------------------------------------------------------------------------------- */

status audit_row_of(db_stmt *q, audit_row *ret, uint8_t ret_hash[SHA256_BYTES], err *why)
{
    slice hash = db_text(q, 8);
    int64_t outcome = db_int(q, 7);
    audit_row r = {.seq = (uint64_t)db_int(q, 0),
                   .e = {.at = db_int(q, 1),
                         .who = db_text(q, 2),
                         .from = db_text(q, 3),
                         .act = db_text(q, 4),
                         .what = db_text(q, 5),
                         .detail = db_text(q, 6),
                         .outcome = (audit_outcome)outcome}};
    if (outcome < 0 || outcome >= AUDIT_OUTCOME_COUNT_ || hash.len != SHA256_BYTES)
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "entry %llu of the audit log",
                       (unsigned long long)r.seq);
    memcpy(ret_hash, hash.ptr, SHA256_BYTES);
    *ret = r;
    return OK;
}

bool audit_copy_texts(arena *a, audit_entry *e)
{
    slice *texts[] = {&e->who, &e->from, &e->act, &e->what, &e->detail};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (!arena_copy(a, *texts[i], texts[i]))
            return false;
    return true;
}

static db_stmt *page_query(db *d, const audit_filter *f)
{
    slice by = f->who.len ? f->who : f->act.len ? f->act : f->what;
    db_stmt *q = db_query(d, f->who.len    ? Q_AUDIT_OF_WHO
                             : f->act.len  ? Q_AUDIT_OF_ACT
                             : f->what.len ? Q_AUDIT_OF_WHAT
                                           : Q_AUDIT_PAGE);
    if (by.len)
        db_bind_text(q, 3, by);
    return q;
}

static status read_page(db *d, arena *a, const audit_filter *f, uint64_t before, size_t max,
                        audit_list *ret, err *why)
{
    bool row;
    status st;
    uint8_t hash[SHA256_BYTES];
    audit_list list = {.at = arena_array(a, max, sizeof *list.at)};
    if (!list.at)
        return ARENA_SPENT(a, why);
    db_stmt *q = page_query(d, f);
    db_bind_int(q, 1, before && before < INT64_MAX ? (int64_t)before : INT64_MAX);
    db_bind_int(q, 2, (int64_t)max + 1);
    while ((st = db_step(q, &row, why)) == OK && row && !(list.more = list.count == max)) {
        audit_row *r = &list.at[list.count++];
        if ((st = audit_row_of(q, r, hash, why)) == OK && !audit_copy_texts(a, &r->e))
            st = ARENA_SPENT(a, why);
        if (st != OK)
            break;
    }
    db_reset(q);
    if (st == OK)
        *ret = list;
    return st;
}

status audit_page(store *s, arena *a, const audit_filter *f, uint64_t before, size_t max,
                  audit_list *ret, err *why)
{
    db *d = NULL;
    size_t most = max < AUDIT_PAGE_MAX ? max : AUDIT_PAGE_MAX;
    status st = store_connect_small(s, &d, why);
    if (st == OK)
        st = read_page(d, a, f, before, most, ret, why);
    db_close(d);
    return st;
}
