/* feed.c - one run of a feed, and whose turn it is: see feed.h.
 *
 * Order: lock, read the rights, fetch into a file, compare with what is there, try, judge, import,
 * note. The state is noted last: a run that was killed is simply made again, and importing again
 * adds nothing. */
#include "intake/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RUN_MEMORY = 8 << 20, DETAIL_ROOM = 300, BUSY_WAIT_MS = 60000 };

static const view operator_view = {
    .clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE};

/* What an import of the delivery came to, or would. */
typedef struct delivery {
    uint64_t documents, failed, records, fresh, withdrawn;
    char detail[DETAIL_ROOM]; /* of the first that failed */
} delivery;

typedef struct pulling {
    const feed_runner *r;
    lens *l;
    writer *w;
    arena a;
    const char *part, *held; /* paths */
    int fd;                  /* of `part`, locked; -1 */
    feed_info f;
    feed_runs history;
    feed_state s; /* what it becomes */
    when began;
    int64_t began_us;
    /* the fetch */
    hash_state *hash;
    char sha256[HASH_HEX_MAX];
    slice etag, modified; /* of what came */
    int64_t retry_after_s;
} pulling;

/* --- a run's beginning and end ---------------------------------------------------------------- */

static status out_of_memory(err *why)
{
    return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
}

static status make_paths(pulling *p, err *why)
{
    slice name = p->f.d.name;
    slice dir = arena_printf(&p->a, "%s/feeds", store_dir(p->r->store));
    slice part = arena_printf(&p->a, "%.*s/%.*s.part", SLICE_FMT(dir), SLICE_FMT(name));
    slice held = arena_printf(&p->a, "%.*s/%.*s.held", SLICE_FMT(dir), SLICE_FMT(name));
    if (!dir.ptr || !part.ptr || !held.ptr)
        return ARENA_SPENT(&p->a, why);
    p->part = part.ptr;
    p->held = held.ptr;
    return mkdir(dir.ptr, 0700) == 0 || errno == EEXIST ? OK : err_os(why, errno, "%s", dir.ptr);
}

/* The file of what is coming is the feed's lock as well. */
static status lock(pulling *p, err *why)
{
    p->fd = open(p->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (p->fd < 0)
        return err_os(why, errno, "%s", p->part);
    if (flock(p->fd, LOCK_EX | LOCK_NB) != 0) {
        close(p->fd);
        p->fd = -1; /* it is somebody else's */
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "feed %.*s is being pulled already",
                       SLICE_FMT(p->f.d.name));
    }
    return ftruncate(p->fd, 0) == 0 ? OK : err_os(why, errno, "%s", p->part);
}

static status look_at(pulling *p, slice name, err *why)
{
    feed_info f;
    status st = feed_get(p->l, &p->a, name, &f, why);
    if (st == OK)
        st = feed_history(p->l, &p->a, name, FEED_HISTORY, &p->history, why);
    if (st != OK)
        return st;
    p->f = f;
    p->s = f.s;
    return OK;
}

/* The lock comes before the second look: who had it may have changed what there is to know. */
static status pull_open(pulling *p, const feed_runner *r, slice name, err *why)
{
    *p = (pulling){
        .r = r, .fd = -1, .began = clock_now(r->clock), .began_us = clock_now_us(r->ticks)};
    arena_init(&p->a, RUN_MEMORY);
    p->hash = hash_new(HASH_SHA256);
    status st = p->hash ? lens_new(r->store, &p->l, why) : out_of_memory(why);
    if (st == OK)
        st = lens_look(p->l, &operator_view, why);
    if (st == OK)
        st = look_at(p, name, why);
    if (st == OK)
        st = make_paths(p, why);
    if (st == OK)
        st = lock(p, why);
    if (st == OK)
        st = lens_look(p->l, &operator_view, why);
    if (st == OK)
        st = look_at(p, name, why);
    return st == OK ? writer_new(r->store, r->actor, &p->w, why) : st;
}

static void pull_close(pulling *p)
{
    if (p->fd >= 0) {
        int kept = ftruncate(p->fd, 0); /* nobody reads it again: all it costs is room */
        (void)kept;
        close(p->fd);
    }
    writer_free(p->w);
    lens_free(p->l);
    hash_free(p->hash);
    arena_done(&p->a);
}

/* --- fetching --------------------------------------------------------------------------------- */

static status put_bytes(void *ctx, slice bytes, err *why)
{
    pulling *p = ctx;
    hash_update(p->hash, bytes);
    while (bytes.len) {
        ssize_t n = write(p->fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(why, errno, "%s", p->part);
        bytes = slice_from(bytes, (size_t)n);
    }
    return OK;
}

static bool should_stop(void *ctx)
{
    const pulling *p = ctx;
    return p->r->stop && p->r->stop(p->r->ctx);
}

static outbound_options options_of(const pulling *p, const feed_rights *rights)
{
    outbound_options o = {.ticks = p->r->ticks,
                          .limits = p->r->limits,
                          .exceptions = rights->exceptions,
                          .exception_count = rights->exception_count,
                          .proxy = rights->proxy,
                          .proxy_hosts = rights->proxy_hosts,
                          .proxy_host_count = rights->proxy_host_count,
                          .ca = rights->ca,
                          .pin = rights->pin};
    if (p->f.d.bytes_max && p->f.d.bytes_max < o.limits.bytes_max)
        o.limits.bytes_max = p->f.d.bytes_max;
    return o;
}

static status fetch(pulling *p, const feed_rights *rights, outbound_reply *ret, err *why)
{
    outbound *o = NULL;
    outbound_options options = options_of(p, rights);
    uint8_t digest[SHA256_BYTES];
    bool whole = !p->s.sha256.len || p->s.held.len; /* there is nothing to be the same as */
    outbound_request q = {.url = p->f.d.url,
                          .headers = rights->headers,
                          .header_count = rights->header_count,
                          .etag = whole ? S("") : p->s.etag,
                          .modified = whole ? S("") : p->s.modified,
                          .packed = true,
                          .bytes = put_bytes,
                          .stop = should_stop,
                          .ctx = p};
    status st = outbound_new(&options, &o, why);
    if (st == OK)
        st = outbound_fetch(o, &p->a, &q, p->began, ret, why);
    outbound_free(o);
    hash_final(p->hash, digest);
    hash_hex(digest, sizeof digest, p->sha256);
    return st;
}

static bool is_page(slice type)
{
    return slice_eq(type, S("text/html")) || slice_eq(type, S("application/xhtml+xml"));
}

/* --- importing -------------------------------------------------------------------------------- */

static status count_document(void *ctx, const import_summary *s, err *why)
{
    delivery *d = ctx;
    (void)why;
    d->documents += s->failed == OK && !s->skipped;
    d->records += s->records;
    d->fresh += s->fresh;
    d->withdrawn += s->withdrawn;
    if (s->failed != OK && !d->failed++)
        snprintf(d->detail, sizeof d->detail, "%s", s->why.msg);
    return OK;
}

/* What the last part of the URL's path calls it: some formats look at names. */
static slice file_name(pulling *p)
{
    outbound_url u;
    slice name = S("");
    if (outbound_url_read(&p->a, p->f.d.url, &u, NULL) == OK) {
        slice rest = slice_sub(u.path, 0, slice_find_byte(u.path, '?', 0)), part;
        while (slice_cut(&rest, '/', &part))
            name = part.len ? part : name;
    }
    return arena_printf(&p->a, "%.*s/%.*s", SLICE_FMT(p->f.d.name),
                        SLICE_FMT(name.len ? name : S("feed")));
}

/* The importer, and so a worker, gets the file for reading only. */
static status import(pulling *p, const char *path, bool try, delivery *ret, err *why)
{
    importer *im = NULL;
    import_options o = *p->r->import;
    const feed_definition *d = &p->f.d;
    slice name = file_name(p);
    *ret = (delivery){0};
    o.store = p->r->store;
    o.sandbox = p->r->sandbox;
    o.clock = p->r->ticks;
    o.actor = p->r->actor;
    o.format = d->format;
    o.source = d->source;
    o.reliability = d->reliability;
    o.floor = d->marking;
    o.mode = (import_mode)d->mode;
    o.dry_run = try;
    o.on_summary = count_document;
    o.ctx = ret;
    if (!name.ptr)
        return ARENA_SPENT(&p->a, why);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return err_os(why, errno, "%s", path);
    status st = importer_new(&o, &im, why);
    if (st == OK)
        st = import_open_file(im, name, fd, why);
    if (st == OK)
        st = importer_finish(im, why);
    importer_free(im);
    close(fd);
    return st;
}

/* --- what became of it ------------------------------------------------------------------------ */

static status note(pulling *p, const char *outcome, slice detail, const feed_run *run, err *why)
{
    when now = clock_now(p->r->clock);
    uint32_t dice;
    bool well = feed_went_well(slice_str(outcome)) || strcmp(outcome, FEED_HELD) == 0;
    p->r->random.fill(p->r->random.ctx, &dice, sizeof dice);
    p->s.tried = p->began;
    p->s.outcome = slice_str(outcome);
    p->s.detail = detail;
    p->s.failures = well ? 0 : p->s.failures + 1;
    p->s.due = feed_next(&p->f.d, p->s.failures, p->retry_after_s, now, dice);
    if (feed_went_well(p->s.outcome))
        p->s.ok = p->began;
    p->f.s = p->s;
    status st = feed_note(p->w, p->f.d.name, &p->s, run, why);
    return st == OK && p->r->ran ? p->r->ran(p->r->ctx, &p->f, why) : st;
}

/* Of outages the first failure is history; the others would push the rest out of it. */
static status note_failure(pulling *p, const char *outcome, slice detail, err *why)
{
    const feed_run run = {.at = p->began,
                          .outcome = slice_str(outcome),
                          .busy_ms = (clock_now_us(p->r->ticks) - p->began_us) / 1000};
    return note(p, outcome, detail, p->s.failures ? NULL : &run, why);
}

static feed_run run_of(const pulling *p, const char *outcome, const delivery *d, uint64_t bytes)
{
    return (feed_run){.at = p->began,
                      .outcome = slice_str(outcome),
                      .bytes = bytes,
                      .records = d->records,
                      .fresh = d->fresh,
                      .withdrawn = d->withdrawn,
                      .busy_ms = (clock_now_us(p->r->ticks) - p->began_us) / 1000};
}

static uint64_t size_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && info.st_size > 0 ? (uint64_t)info.st_size : 0;
}

static void drop_held(pulling *p)
{
    unlink(p->held); /* what cannot be removed waits for nobody any more */
    p->s.held = S("");
    p->s.held_records = p->s.held_fresh = p->s.held_withdrawn = 0;
}

/* The file becomes what waits; a later delivery takes its place. */
static status hold(pulling *p, feed_gate g, const delivery *d, err *why)
{
    feed_run run = run_of(p, FEED_HELD, d, size_of(p->part));
    if (fsync(p->fd) != 0 || rename(p->part, p->held) != 0)
        return err_os(why, errno, "%s", p->held);
    bool again = p->s.held.len > 0;
    close(p->fd); /* or the end would empty it */
    p->fd = -1;
    p->s.held = slice_str(feed_gate_word(g));
    p->s.held_records = d->records;
    p->s.held_fresh = d->fresh;
    p->s.held_withdrawn = d->withdrawn;
    return note(p, FEED_HELD, S(""), again ? NULL : &run, why);
}

/* Takes a delivery into the store. */
static status take(pulling *p, const char *path, err *why)
{
    delivery d;
    status st = import(p, path, false, &d, why);
    if (st != OK)
        return st;
    if (!d.documents)
        return note_failure(p, FEED_REFUSED, slice_str(d.failed ? d.detail : "no document in it"),
                            why);
    bool news = d.fresh || d.withdrawn || !p->history.count;
    p->s.sha256 = slice_str(p->sha256);
    p->s.etag = p->etag;
    p->s.modified = p->modified;
    p->s.bytes = size_of(path);
    p->s.records = d.records;
    p->s.fresh = d.fresh;
    p->s.withdrawn = d.withdrawn;
    if (news)
        p->s.changed = p->began;
    drop_held(p);
    feed_run run = run_of(p, FEED_DONE, &d, p->s.bytes);
    return note(p, news ? FEED_DONE : FEED_SAME, slice_str(d.detail), news ? &run : NULL, why);
}

/* Was anything ever taken that this could be compared with? */
static bool has_taken(const pulling *p)
{
    for (size_t i = 0; i < p->history.count; i++)
        if (slice_eq(p->history.at[i].outcome, S(FEED_DONE)))
            return true;
    return false;
}

static status consider(pulling *p, err *why)
{
    delivery d;
    if (!has_taken(p))
        return take(p, p->part, why);
    status st = import(p, p->part, true, &d, why);
    if (st != OK)
        return st;
    if (!d.documents)
        return note_failure(p, FEED_REFUSED, slice_str(d.failed ? d.detail : "no document in it"),
                            why);
    feed_gate g = feed_judge(&p->history, d.records, d.withdrawn);
    return g == FEED_OPEN ? take(p, p->part, why) : hold(p, g, &d, why);
}

/* The bytes are there. */
static status take_reply(pulling *p, const outbound_reply *r, err *why)
{
    if (is_page(r->type))
        return note_failure(p, FEED_WRONG_TYPE, S(""), why);
    if (!r->bytes)
        return note_failure(p, FEED_EMPTY, S(""), why);
    p->etag = r->etag;
    p->modified = r->modified;
    if (!slice_eq(p->s.sha256, slice_str(p->sha256)))
        return consider(p, why);
    p->s.etag = p->etag;
    p->s.modified = p->modified;
    drop_held(p); /* the server thought better of it */
    return note(p, FEED_SAME, S(""), NULL, why);
}

static status pull(pulling *p, err *why)
{
    feed_rights rights;
    outbound_reply reply;
    err cause = {0};
    status st = feed_rights_read(&p->a, p->r->grants, p->f.d.name, &rights, &cause);
    if (st != OK)
        return note_failure(p, FEED_NO_RIGHTS, slice_str(cause.msg), why);
    st = fetch(p, &rights, &reply, &cause);
    feed_rights_done(&rights);
    if (st == ERR_INPUT) /* a secret that is no header's value */
        return note_failure(p, FEED_NO_RIGHTS, slice_str(cause.msg), why);
    if (st != OK && why)
        *why = cause;
    if (st != OK)
        return st;
    p->retry_after_s = reply.retry_after_s;
    if (reply.problem == OUTBOUND_STOPPED)
        return OK; /* the next start makes it again */
    if (reply.problem != OUTBOUND_FINE)
        return note_failure(p, outbound_word(reply.problem), S(""), why);
    return reply.http == 304 ? note(p, FEED_SAME, S(""), NULL, why) : take_reply(p, &reply, why);
}

/* --- who calls -------------------------------------------------------------------------------- */

static status run_feed(const feed_runner *r, slice name, when *ret_due, err *why)
{
    pulling p;
    status st = pull_open(&p, r, name, why);
    if (st == OK)
        st = pull(&p, why);
    if (st == OK)
        *ret_due = p.s.due;
    pull_close(&p);
    return st;
}

status feed_run_named(const feed_runner *r, slice name, err *why)
{
    when due;
    return run_feed(r, name, &due, why);
}

/* In the order of their names; another process may add and remove meanwhile. */
static status next_feed(const feed_runner *r, slice after, arena *a, feed_info *ret, err *why)
{
    lens *l = NULL;
    feed_list list = {0};
    status st = lens_new(r->store, &l, why);
    if (st == OK)
        st = lens_look(l, &operator_view, why);
    if (st == OK)
        st = feeds_page(l, a, after, 1, &list, why);
    lens_free(l);
    if (st == OK && !list.count)
        return ERR_NOT_FOUND;
    if (st == OK)
        *ret = list.at[0];
    return st;
}

/* *ret_next comes nearer. What is pulled by somebody else comes again in a minute. */
static status run_if_due(const feed_runner *r, const feed_info *f, uint64_t *ret_ran,
                         when *ret_next, err *why)
{
    when now = clock_now(r->clock), due = f->s.due;
    if (f->d.paused)
        return OK;
    if (due == WHEN_NONE || due <= now) {
        status st = run_feed(r, f->d.name, &due, why);
        if (st == ERR_BUSY || st == ERR_NOT_FOUND)
            due = now + BUSY_WAIT_MS;
        else if (st != OK)
            return st;
        else
            ++*ret_ran;
    }
    if (due != WHEN_NONE && due < *ret_next)
        *ret_next = due;
    return OK;
}

status feed_run_due(const feed_runner *r, uint64_t *ret_ran, when *ret_next, err *why)
{
    char name[FEED_NAME_MAX];
    size_t len = 0;
    uint64_t ran = 0;
    when next = WHEN_LAST;
    status st = OK;
    while (st == OK && !(r->stop && r->stop(r->ctx))) {
        CLEANUP(arena_done) arena a;
        feed_info f;
        arena_init(&a, RUN_MEMORY);
        if ((st = next_feed(r, slice_of(name, len), &a, &f, why)) != OK)
            break;
        len = f.d.name.len < sizeof name ? f.d.name.len : sizeof name;
        memcpy(name, f.d.name.ptr, len);
        st = run_if_due(r, &f, &ran, &next, why);
    }
    if (st != OK && st != ERR_NOT_FOUND)
        return st;
    *ret_ran = ran;
    *ret_next = next;
    return OK;
}

/* --- what waits for a person ------------------------------------------------------------------ */

static status open_held(pulling *p, const feed_runner *r, slice name, err *why)
{
    status st = pull_open(p, r, name, why);
    if (st == OK && !p->s.held.len)
        st = err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "nothing of feed %.*s waits",
                     SLICE_FMT(p->f.d.name));
    return st;
}

static status hash_held(pulling *p, err *why)
{
    char room[1 << 14];
    uint8_t digest[SHA256_BYTES];
    ssize_t n;
    int fd = open(p->held, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return err_os(why, errno, "%s", p->held);
    while ((n = read(fd, room, sizeof room)) > 0 || (n < 0 && errno == EINTR))
        hash_update(p->hash, slice_of(room, n > 0 ? (size_t)n : 0));
    int os = errno;
    close(fd);
    hash_final(p->hash, digest);
    hash_hex(digest, sizeof digest, p->sha256);
    return n < 0 ? err_os(why, os, "%s", p->held) : OK;
}

status feed_approve(const feed_runner *r, slice name, err *why)
{
    pulling p;
    status st = open_held(&p, r, name, why);
    if (st == OK)
        st = hash_held(&p, why);
    if (st == OK)
        st = take(&p, p.held, why);
    pull_close(&p);
    return st;
}

status feed_discard(const feed_runner *r, slice name, err *why)
{
    pulling p;
    status st = open_held(&p, r, name, why);
    if (st == OK) {
        drop_held(&p);
        p.s.outcome = S(FEED_SAME);
        st = feed_note(p.w, name, &p.s, NULL, why);
    }
    pull_close(&p);
    return st;
}

status feed_remove(const feed_runner *r, slice name, err *why)
{
    pulling p;
    status st = pull_open(&p, r, name, why);
    if (st == OK)
        st = feed_drop(p.w, name, why);
    if (st == OK) {
        unlink(p.held);
        unlink(p.part);
    }
    pull_close(&p);
    return st;
}
