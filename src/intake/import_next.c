/* import_next.c - the document that comes next: its child reads it while the one before is written.
 *
 * Starting a child and waiting for its first facts takes longer than writing a small document does.
 * So a document is hashed and its child started when it is met, and it is written when the one
 * after it was met, or when somebody needs to know (importer_catch_up). Whether it is known
 * already is decided then, since the one before may be the same; before, that is only guessed. */
#include "intake/import_private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static bool keep_place(next_document *d, const import_place *place)
{
    d->place = *place;
    return arena_copy(&d->texts, place->path, &d->place.path) &&
           arena_copy(&d->texts, place->root, &d->place.root) &&
           arena_copy(&d->texts, place->feed, &d->place.feed);
}

static void release(next_document *d)
{
    d->reading = sandbox_drop_document(d->reading);
    if (d->fd >= 0)
        close(d->fd);
    d->fd = -1;
    arena_reset(&d->texts);
}

void importer_drop_next(importer *im)
{
    if (im->next)
        release(im->next);
    im->next = NULL;
}

status importer_catch_up(importer *im, err *why)
{
    next_document *d = im->next;
    if (!d)
        return OK;
    im->next = NULL;
    status st = import_in_turn(im, d, why);
    release(d);
    return st;
}

/* What goes wrong here goes wrong in its turn as well, and is told of then. */
static status begin_reading(importer *im, next_document *d, err *why)
{
    bool met;
    sandbox_document question = import_question(im, &d->place);
    status st = import_met(im, d->sha256, &met, why);
    if (st == OK && !met &&
        sandbox_begin_document(im->o.sandbox, d->fd, &question, &d->reading, NULL) != OK)
        d->reading = NULL;
    return st;
}

status import_document(importer *im, int fd, uint64_t size, const import_place *place, err *why)
{
    next_document *d = im->next == &im->documents[0] ? &im->documents[1] : &im->documents[0];
    err cause = {0};
    if (im->o.document_bytes_max && size > im->o.document_bytes_max)
        return import_too_large(im, place, why);
    status st = hash_descriptor(im, fd, d->sha256, &d->bytes, &cause);
    if (st != OK)
        return import_problem(im, place, st, &cause, why);
    if (!keep_place(d, place)) {
        st = ARENA_SPENT(&d->texts, why);
    } else if ((d->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3)) < 0) {
        st = err_os(why, errno, "keeping a document");
    } else if ((st = begin_reading(im, d, why)) == OK) {
        st = importer_catch_up(im, why);
    }
    if (st != OK) {
        release(d);
        return st;
    }
    im->next = d;
    return size > IMPORT_NEXT_MAX ? importer_catch_up(im, why) : OK;
}
