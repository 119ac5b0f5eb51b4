/* import_document.c - one document: the worker's facts into the writer, its bytes into a blob.
 *
 * Order: hash the bytes (identity is computed here, never by the worker), stop if they are known,
 * let the worker read them while facts are written under a pending transaction, put the blob on
 * the disk, and only then publish. */
#include "base/json.h"
#include "intake/import_private.h"

#include <errno.h>
#include <stdlib.h>

/* --- the sink ------------------------------------------------------------------------------- */

static bool keep_text(importer *im, slice from, slice *ret)
{
    return arena_copy(&im->texts, from, ret);
}

static status on_head(void *ctx, const fact_head *head, err *why)
{
    importer *im = ctx;
    im->head = *head;
    if (!keep_text(im, head->format, &im->head.format) ||
        !keep_text(im, head->source, &im->head.source) ||
        !keep_text(im, head->codec, &im->head.codec) ||
        !keep_text(im, head->derives_from, &im->head.derives_from) ||
        !keep_text(im, head->marking.owner, &im->head.marking.owner) ||
        !keep_text(im, head->marking.audience, &im->head.marking.audience))
        return ARENA_SPENT(&im->texts, why);
    im->s.format = im->head.format;
    return OK;
}

/* Which list of the source this is. Where the source is only guessed from the path, the place
 * counts, so that two lists that happen to be named alike do not replace each other. */
static slice feed_name(const importer *im, const format *f, bool guessed)
{
    if (f && f->one_list)
        return slice_str(f->name);
    if (guessed)
        return im->place->feed;
    if (im->o.source.len)
        return im->place->path;
    /* a source's own word: its file is the same list wherever it lies */
    return f && f->folder ? last_two_parts(im->place->path) : last_part(im->place->path);
}

/* The source is only guessed: is the first record somebody's already? */
static status find_sayer(importer *im, const fact_record *r, err *why)
{
    if (!im->said_tried && r && r->id.len && !im->snapshot) {
        im->said_tried++;
        status st = writer_record_source(im->w, r, &im->guesses, &im->said_by, why);
        if (st != OK && st != ERR_NOT_FOUND)
            return st;
    }
    return OK;
}

static status begin_document(importer *im, const fact_record *first, err *why)
{
    const format *f = format_named(im->head.codec);
    bool guessed = !im->o.source.len && !im->head.source.len;
    im->snapshot =
        im->o.mode == IMPORT_SNAPSHOT || (im->o.mode == IMPORT_AUTO && im->head.snapshot);
    status st = guessed ? find_sayer(im, first, why) : OK;
    if (st != OK)
        return st;
    slice source = im->o.source.len      ? im->o.source
                   : im->head.source.len ? im->head.source
                   : im->said_by.len     ? im->said_by
                                         : im->place->root;
    im->s.source = source;
    document_in d = {
        .sha256 = im->sha256,
        .bytes = im->bytes,
        .source = source,
        .reliability = im->o.reliability,
        .derives_from = im->head.derives_from,
        .marking = im->o.floor,
        .parser = f ? parser_id(f) : 0,
        .format = im->head.format,
        .path = im->place->path,
        .feed = feed_name(im, f, guessed),
        .snapshot = im->snapshot,
    };
    im->begun = true;
    return writer_document(im->w, &d, why);
}

static status on_begin(void *ctx, const fact_record *r, err *why)
{
    importer *im = ctx;
    fact_record own = *r;
    status st = im->begun ? OK : begin_document(im, r, why);
    if (st != OK)
        return st;
    if (!own.marked && im->head.marked) {
        own.marked = true;
        own.marking = im->head.marking;
    }
    im->record_at = r->at;
    return writer_begin(im->w, &own, why);
}

/* The reading ends here when the one whose words these are thought to be does not say all of it. */
static status still_his(importer *im, err *why)
{
    fact_record other;
    status st = writer_news(im->w, &other, why);
    if (st != OK)
        return st == ERR_NOT_FOUND ? OK : st;
    arena_reset(&im->record_id);
    im->other = other;
    if (!arena_copy(&im->record_id, other.id, &im->other.id))
        return ARENA_SPENT(&im->record_id, why);
    im->said_other = true;
    return err_set(why, ERR_BUSY, ERR_NOWHERE, "said by nobody yet");
}

static status on_end(void *ctx, err *why)
{
    importer *im = ctx;
    bool fresh;
    status st = writer_end(im->w, &fresh, why);
    return st == OK && fresh && im->said_by.len ? still_his(im, why) : st;
}

static status note(importer *im, import_refusal *list, size_t max, size_t *count, uint64_t at,
                   slice place, slice reason, err *why)
{
    if (*count == max)
        return OK;
    if (reason.len > IMPORT_REASON_MAX)
        reason.len = IMPORT_REASON_MAX;
    import_refusal *r = &list[*count];
    r->at = at;
    if (!keep_text(im, place, &r->place) || !keep_text(im, reason, &r->why))
        return ARENA_SPENT(&im->texts, why);
    ++*count;
    return OK;
}

static status on_refuse(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    importer *im = ctx;
    im->s.refused++;
    return note(im, im->refusals, IMPORT_REFUSED_LISTED, &im->s.refusal_count, at, place, reason,
                why);
}

static status on_warn(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    importer *im = ctx;
    im->s.warned++;
    return note(im, im->warnings, IMPORT_WARNED_LISTED, &im->s.warning_count, at, place, reason,
                why);
}

static bool is_too_long(const importer *im, node_ref n)
{
    size_t most = im->o.observable_bytes_max;
    return most && kind_is_observable(n.kind) && n.text.len > most;
}

static status on_claim(void *ctx, const fact_claim *c, err *why)
{
    importer *im = ctx;
    if (is_too_long(im, c->subject) || is_too_long(im, c->object)) {
        im->left_out++;
        return on_warn(ctx, im->record_at, S(""), S("a value is over limit.observable-bytes"), why);
    }
    return writer_claim(im->w, c, why);
}

/* --- bytes ---------------------------------------------------------------------------------- */

static status store_bytes(importer *im, int fd, err *why)
{
    blob_writer *b = NULL;
    enum { READ_SIZE = 1 << 17 };
    uint8_t sha[SHA256_BYTES];
    uint64_t at = 0, bytes;
    char *room = malloc(READ_SIZE);
    status st = room ? blob_begin(store_blobs(im->o.store), &b, why)
                     : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    while (st == OK) {
        ssize_t n = pread(fd, room, READ_SIZE, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            err_os(why, errno, "reading");
            st = ERR_INPUT; /* the document's trouble: the others go on */
        }
        if (n <= 0)
            break;
        st = blob_put(b, slice_of(room, (size_t)n), why);
        at += (uint64_t)n;
    }
    free(room);
    if (st != OK) {
        blob_drop(b);
        return st;
    }
    if ((st = blob_end(b, sha, &bytes, why)) == OK && memcmp(sha, im->sha256, SHA256_BYTES) != 0)
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "the file changed while it was read");
    if (st == OK)
        writer_blob(im->w, sha);
    return st;
}

/* --- summaries ------------------------------------------------------------------------------ */

static void start_summary(importer *im, const import_place *place)
{
    arena_reset(&im->texts);
    im->place = place;
    im->head = (fact_head){0};
    im->begun = im->snapshot = im->said_other = false;
    im->left_out = 0;
    im->s =
        (import_summary){.path = place->path, .refusals = im->refusals, .warnings = im->warnings};
}

static void name_summary(importer *im, const uint8_t *sha256)
{
    im->sha256 = sha256;
    im->s.has_document = true;
    memcpy(im->s.sha256, sha256, SHA256_BYTES);
}

status import_problem(importer *im, const import_place *place, status failed, const err *cause,
                      err *why)
{
    import_summary s = {.path = place->path, .failed = failed, .skipped = failed == OK};
    if (failed != OK)
        s.why = *cause;
    status st = importer_catch_up(im, why); /* they are told of in their order */
    return st == OK ? importer_wait(im, &s, why) : st;
}

/* --- one document ---------------------------------------------------------------------------- */

/* What the worker or the sink said, told apart: a document's fault is a summary, ours stops. */
static bool documents_fault(status st)
{
    return st == ERR_INPUT || st == ERR_LIMIT;
}

sandbox_document import_question(const importer *im, const import_place *place)
{
    sandbox_document d = {
        .path = place->path,
        .format = im->o.format,
        .mapping = im->o.mapping,
        .limits = im->o.limits,
    };
    if (im->o.mode == IMPORT_SNAPSHOT) /* what a line lacks would be withdrawn */
        d.limits.broken_max = FORMAT_NONE_BROKEN;
    return d;
}

static status read_facts(importer *im, int fd, err *cause)
{
    fact_sink sink = {
        .ctx = im,
        .head = on_head,
        .begin = on_begin,
        .claim = on_claim,
        .end = on_end,
        .refuse = on_refuse,
        .warn = on_warn,
    };
    sandbox_document d = import_question(im, im->place);
    sandbox_reading *r = im->reading;
    im->reading = NULL;
    memset(&im->report, 0, sizeof im->report);
    status st = r ? OK : sandbox_begin_document(im->o.sandbox, fd, &d, &r, cause);
    if (st == OK)
        st = sandbox_end_document(r, &sink, &im->report, cause);
    return st == OK && im->begun && im->said_by.len ? still_his(im, cause) : st;
}

/* A document without a single record is a delivery too: it may withdraw everything. */
static status finish_document(importer *im, int fd, err *why)
{
    document_result r;
    status st = im->begun ? OK : begin_document(im, NULL, why);
    if (st == OK && im->o.dry_run) {
        st = writer_document_try(im->w, &r, why);
    } else if (st == OK) {
        st = store_bytes(im, fd, why);
        if (st == OK)
            st = writer_document_end(im->w, im->head.format, im->s.refused + im->left_out, &r, why);
    }
    if (st != OK)
        return st;
    im->s.records = r.records + im->s.refused;
    im->s.fresh = r.fresh;
    im->s.known = r.records - r.fresh;
    im->s.withdrawn = r.withdrawn;
    return OK;
}

static status give_up(importer *im, err *why)
{
    return im->begun ? writer_document_abort(im->w, why) : OK;
}

/* The source that was tried does not say all of the document. Who says the record that he does not?
 * He is tried next; in the end the path decides. */
static status next_sayer(importer *im, err *why)
{
    slice before = im->said_by, next;
    status st = writer_document_abort(im->w, why);
    if (st == OK)
        st = writer_record_source(im->w, &im->other, &im->guesses, &next, why);
    if (st != OK && st != ERR_NOT_FOUND)
        return st;
    bool another = st == OK && im->said_tried++ < IMPORT_GUESSES_MAX && !slice_eq(next, before);
    im->said_by = another ? next : S("");
    start_summary(im, im->place);
    name_summary(im, im->sha256);
    return OK;
}

static status read_document(importer *im, int fd, err *why)
{
    err cause = {0};
    int64_t from = clock_now_us(im->o.clock);
    status st, gone;
    arena_reset(&im->guesses);
    im->said_by = S("");
    im->said_tried = 0;
    while ((st = read_facts(im, fd, &cause)) != OK && im->said_other)
        if ((gone = next_sayer(im, why)) != OK)
            return gone;
    if (st == OK)
        st = finish_document(im, fd, &cause);
    im->s.elapsed_us = clock_now_us(im->o.clock) - from;
    if (st == OK)
        return importer_wait(im, &im->s, why);
    gone = give_up(im, why);
    if (!documents_fault(st)) { /* what came first is what to tell */
        if (why)
            *why = cause;
        return err_wrap(why, st, "%.*s", SLICE_FMT(im->place->path));
    }
    if (gone != OK)
        return gone;
    im->members_ok = false;
    if (!im->place->given && !im->report.format[0] &&
        !im->o.format.len) { /* a README among feeds */
        im->s = (import_summary){.path = im->place->path, .skipped = true};
        return importer_wait(im, &im->s, why);
    }
    im->s = (import_summary){
        .path = im->place->path, .format = im->head.format, .failed = st, .why = cause};
    return importer_wait(im, &im->s, why);
}

static void list_member(importer *im, const uint8_t *sha256)
{
    char hex[HASH_HEX_MAX];
    if (!im->members)
        return;
    json_writer w = json_writer_on(im->members);
    if (im->members->len)
        buf_byte(im->members, ',');
    json_open(&w, '[');
    json_put_text(&w, im->place->path);
    json_put_text(&w, slice_str(hash_hex(sha256, SHA256_BYTES, hex)));
    json_close(&w, ']');
}

/* Over the limit: said before anything is read. */
status import_too_large(importer *im, const import_place *place, err *why)
{
    err cause = {0};
    im->members_ok = false;
    err_set(&cause, ERR_LIMIT, im->o.document_bytes_max, "document over %llu bytes",
            (unsigned long long)im->o.document_bytes_max);
    return import_problem(im, place, ERR_LIMIT, &cause, why);
}

status import_in_turn(importer *im, next_document *d, err *why)
{
    bool known;
    start_summary(im, &d->place);
    im->bytes = d->bytes;
    list_member(im, d->sha256);
    status st = import_known(im, d->sha256, &d->place, &known, why);
    if (st != OK || known)
        return st;
    name_summary(im, d->sha256);
    im->reading = d->reading;
    d->reading = NULL;
    st = read_document(im, d->fd, why);
    im->reading = sandbox_drop_document(im->reading); /* it was not even looked at */
    return st;
}
