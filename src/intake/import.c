/* import.c - the importer: its life, summaries that wait for the disk. See import.h. */
#include "intake/import_private.h"

#include <errno.h>
#include <stdlib.h>

enum { TEXTS_MAX = 8 << 20, GUESSES_MAX = 1 << 20, PLACE_MAX = 1 << 20, READ_SIZE = 1 << 17 };

/* Codec and version in one number: a better version reads known documents again. */
uint32_t parser_id(const format *f)
{
    uint32_t h = 2166136261u; /* FNV-1a of the codec's name: ours, so nobody chooses it */
    for (const char *p = f->name; *p; p++)
        h = (h ^ (unsigned char)*p) * 16777619u;
    return (h & 0xffffff00u) ^ (f->version & 0xffu);
}

status importer_new(const import_options *options, importer **ret, err *why)
{
    importer *im = calloc(1, sizeof *im);
    if (!im)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    im->o = *options;
    arena_init(&im->waiting_texts, IMPORT_WAITING_BYTES);
    arena_init(&im->texts, TEXTS_MAX);
    arena_init(&im->guesses, GUESSES_MAX);
    arena_init(&im->record_id, GUESSES_MAX);
    for (size_t i = 0; i < COUNT_OF(im->documents); i++) {
        arena_init(&im->documents[i].texts, PLACE_MAX);
        im->documents[i].fd = -1;
    }
    assert(format_count() <= IMPORT_PARSERS_MAX);
    for (size_t i = 0; i < format_count(); i++)
        im->parsers[im->parser_count++] = parser_id(format_at(i));
    im->hash = hash_new(HASH_SHA256);
    status st = im->hash ? writer_new(options->store, options->actor, &im->w, why)
                         : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st != OK) {
        importer_free(im);
        return st;
    }
    *ret = im;
    return OK;
}

importer *importer_free(importer *im)
{
    if (im) {
        importer_drop_next(im);
        for (size_t i = 0; i < COUNT_OF(im->documents); i++)
            arena_done(&im->documents[i].texts);
        writer_free(im->w);
        hash_free(im->hash);
        arena_done(&im->waiting_texts);
        arena_done(&im->texts);
        arena_done(&im->guesses);
        arena_done(&im->record_id);
        free(im);
    }
    return NULL;
}

/* --- summaries ------------------------------------------------------------------------------ */

static bool copy_refusals(arena *a, const import_refusal *from, size_t n,
                          const import_refusal **ret)
{
    import_refusal *list = arena_array(a, n + 1, sizeof *list);
    for (size_t i = 0; list && i < n; i++) {
        list[i] = from[i];
        if (!arena_copy(a, from[i].place, &list[i].place) ||
            !arena_copy(a, from[i].why, &list[i].why))
            return false;
    }
    *ret = list;
    return list != NULL;
}

static bool copy_summary(arena *a, const import_summary *s, import_summary *ret)
{
    *ret = *s;
    return arena_copy(a, s->path, &ret->path) && arena_copy(a, s->format, &ret->format) &&
           arena_copy(a, s->source, &ret->source) &&
           copy_refusals(a, s->refusals, s->refusal_count, &ret->refusals) &&
           copy_refusals(a, s->warnings, s->warning_count, &ret->warnings);
}

/* Makes everything written so far durable and gives out what was waiting for that. */
status importer_flush(importer *im, err *why)
{
    status st = writer_sync(im->w, why);
    for (size_t i = 0; st == OK && i < im->waiting_count; i++)
        st = im->o.on_summary(im->o.ctx, &im->waiting[i], why);
    im->waiting_count = 0;
    arena_reset(&im->waiting_texts);
    return st;
}

/* Acknowledgement waits for the disk; small documents wait together. */
status importer_wait(importer *im, const import_summary *s, err *why)
{
    status st = OK;
    if (im->waiting_count == IMPORT_WAITING_MAX)
        st = importer_flush(im, why);
    if (st == OK && !copy_summary(&im->waiting_texts, s, &im->waiting[im->waiting_count])) {
        st = importer_flush(im, why);
        if (st == OK && !copy_summary(&im->waiting_texts, s, &im->waiting[0]))
            return ARENA_SPENT(&im->waiting_texts, why);
    }
    if (st != OK)
        return st;
    int64_t now = clock_now_us(im->o.clock);
    if (im->waiting_count++ == 0)
        im->waiting_since = now;
    bool due = writer_full(im->w) || now - im->waiting_since > IMPORT_WAITING_US;
    return due ? importer_flush(im, why) : OK;
}

status importer_finish(importer *im, err *why)
{
    status st = importer_catch_up(im, why);
    return st == OK ? importer_flush(im, why) : st;
}

/* --- bytes ---------------------------------------------------------------------------------- */

status hash_descriptor(importer *im, int fd, uint8_t ret[SHA256_BYTES], uint64_t *ret_bytes,
                       err *why)
{
    char *room = malloc(READ_SIZE);
    uint64_t at = 0;
    status st = room ? OK : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    while (st == OK) {
        ssize_t n = pread(fd, room, READ_SIZE, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            st = err_os(why, errno, "reading");
        if (n <= 0)
            break;
        hash_update(im->hash, slice_of(room, (size_t)n));
        at += (uint64_t)n;
    }
    hash_final(im->hash, ret);
    free(room);
    if (st == OK)
        *ret_bytes = at;
    return st;
}

static known_question question_of(const importer *im, const uint8_t *sha256)
{
    return (known_question){
        .sha256 = sha256,
        .floor = im->o.floor,
        .source = im->o.source,
        .parsers = im->parsers,
        .parser_count = im->parser_count,
        .snapshot = im->o.mode != IMPORT_DELTA,
        .superseded_too = im->o.mode == IMPORT_AUTO,
    };
}

/* Is it asked of the whole document whether it is known? */
static bool may_be_known(const importer *im)
{
    return !im->o.dry_run && !im->o.mapping.len && !im->o.reliability;
}

status import_met(importer *im, const uint8_t *sha256, bool *ret, err *why)
{
    known_question asked = question_of(im, sha256);
    *ret = false;
    return may_be_known(im) ? writer_met(im->w, &asked, ret, why) : OK;
}

status import_known(importer *im, const uint8_t *sha256, const import_place *place, bool *ret_known,
                    err *why)
{
    document_known known;
    known_question asked = question_of(im, sha256);
    *ret_known = false;
    if (!may_be_known(im))
        return OK;
    status st = writer_known(im->w, &asked, &known, why);
    if (st == ERR_NOT_FOUND)
        return OK;
    if (st != OK)
        return st;
    const format *f = known.superseded ? format_named(known.format) : NULL;
    if (known.superseded && (!f || !f->editions))
        return OK; /* what a feed said before, it may say again */
    *ret_known = true;
    import_summary s = {.path = place->path,
                        .format = known.format,
                        .source = known.source,
                        .has_document = true,
                        .records = known.records,
                        .known = known.records};
    memcpy(s.sha256, sha256, SHA256_BYTES);
    return importer_wait(im, &s, why);
}
