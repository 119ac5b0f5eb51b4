/* scan.c - from patterns to directories, and from directories to files: what is there, which of it
 * is known, which is new. What new and changed files mean for a log is rotate.c's. */
#include "watch/follow/own.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/stat.h>

/* --- places --------------------------------------------------------------------------------- */

static size_t place_head(const follow *f, slice path)
{
    return siphash(f->key, path) & (PLACE_HEADS - 1);
}

static status place_get(follow *f, slice path, place **ret, err *why)
{
    place **head = &f->by_place[place_head(f, path)];
    for (place *p = *head; p; p = p->next) {
        if (slice_eq(slice_str(p->path), path)) {
            *ret = p;
            return OK;
        }
    }
    if (f->place_count == FOLLOW_DIRECTORIES_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "more than %d directories",
                       FOLLOW_DIRECTORIES_MAX);
    place *p = own_alloc(f, sizeof *p);
    if (!p || !(p->path = own_copy(f, path))) {
        free(p);
        return OWN_SPENT(why);
    }
    p->wd = -1;
    p->dirty = true;
    p->at = f->place_count;
    f->places[f->place_count++] = p;
    p->next = *head;
    *head = p;
    *ret = p;
    return OK;
}

static void use_free(use *u)
{
    free(u->names);
    free(u);
}

void place_free(follow *f, place *p)
{
    place **head = &f->by_place[place_head(f, slice_str(p->path))];
    while (*head != p)
        head = &(*head)->next;
    *head = p->next;
    if (p->wd >= 0)
        wake_unwatch(f, p->wd);
    for (trail *l = p->logs; l; l = l->next_here)
        l->place = NULL;
    while (p->uses) {
        use *u = p->uses;
        p->uses = u->next;
        use_free(u);
    }
    f->places[p->at] = f->places[--f->place_count];
    f->places[p->at]->at = p->at;
    free(p->path);
    free(p);
}

place *place_of_wd(const follow *f, int wd)
{
    for (size_t i = 0; i < f->place_count; i++)
        if (f->places[i]->wd == wd)
            return f->places[i];
    return NULL;
}

static status want(follow *f, source *src, slice dir, slice names, bool literal, err *why)
{
    place *p;
    status st = place_get(f, dir, &p, why);
    if (st != OK)
        return st;
    use **last = &p->uses;
    for (; *last; last = &(*last)->next) {
        if ((*last)->source == src && slice_eq(slice_str((*last)->names), names)) {
            (*last)->round = f->round;
            return OK;
        }
    }
    use *u = own_alloc(f, sizeof *u);
    if (!u || !(u->names = own_copy(f, names))) {
        free(u);
        return OWN_SPENT(why);
    }
    u->source = src;
    u->literal = literal;
    u->round = f->round;
    *last = u;
    p->dirty = true;
    return OK;
}

/* --- patterns to places --------------------------------------------------------------------- */

typedef struct walk {
    follow *f;
    source *src;
    unsigned depth;
    char path[FOLLOW_PATH_MAX + 1];
    size_t len;
} walk;

static bool walk_push(walk *w, slice name)
{
    size_t slash = w->len && w->path[w->len - 1] != '/';
    if (w->len + slash + name.len > FOLLOW_PATH_MAX)
        return false;
    if (slash)
        w->path[w->len++] = '/';
    memcpy(w->path + w->len, name.ptr, name.len);
    w->len += name.len;
    w->path[w->len] = 0;
    return true;
}

static void walk_back(walk *w, size_t len)
{
    w->len = len;
    w->path[len] = 0;
}

static const char *walk_path(const walk *w)
{
    return w->len ? w->path : ".";
}

static bool is_directory(const char *path, bool follow_links)
{
    struct stat st;
    return (follow_links ? stat : lstat)(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Each directory in the walk's whose name fits; `next` is called with it pushed. */
static status each_directory(walk *w, const char *names, void *ctx,
                             status (*next)(walk *w, void *ctx, err *why), err *why)
{
    DIR *d = opendir(walk_path(w));
    status st = OK;
    const size_t len = w->len;
    size_t seen = 0;
    if (!d)
        return OK;
    for (struct dirent *e; st == OK && (e = readdir(d)) && seen++ < FOLLOW_ENTRIES_MAX;) {
        if (e->d_name[0] == '.' && names[0] != '.')
            continue;
        if (fnmatch(names, e->d_name, FNM_PERIOD) != 0 || !walk_push(w, slice_str(e->d_name)))
            continue;
        if (is_directory(w->path, false))
            st = next(w, ctx, why);
        walk_back(w, len);
    }
    closedir(d);
    return st;
}

static status everything(walk *w, void *ctx, err *why)
{
    status st = want(w->f, w->src, slice_str(walk_path(w)), S("*"), false, why);
    if (st != OK || !(w->src->flags & FOLLOW_RECURSIVE) || w->depth == FOLLOW_DEPTH_MAX)
        return st;
    w->depth++;
    st = each_directory(w, "*", ctx, everything, why);
    w->depth--;
    return st;
}

static status parts(walk *w, void *ctx, err *why)
{
    slice rest = *(slice *)ctx, name;
    char names[NAME_MAX + 1];
    if (rest.len == 0)
        return OK;
    slice_cut(&rest, '/', &name);
    if (name.len > NAME_MAX || w->depth == PATTERN_PARTS)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "a pattern of too many or too long names");
    memcpy(names, name.ptr, name.len);
    names[name.len] = 0;
    if (!rest.len)
        return want(w->f, w->src, slice_str(walk_path(w)), name, !name_pattern(name), why);
    const size_t len = w->len;
    status st = OK;
    w->depth++;
    if (!name.len || slice_eq(name, S("."))) {
        st = parts(w, &rest, why);
    } else if (name_pattern(name)) {
        st = each_directory(w, names, &rest, parts, why);
    } else if (walk_push(w, name)) {
        st = parts(w, &rest, why);
        walk_back(w, len);
    }
    w->depth--;
    return st;
}

static status expand(follow *f, source *src, err *why)
{
    walk w = {.f = f, .src = src};
    slice pattern = slice_str(src->pattern);
    if (is_directory(src->pattern, true)) {
        if (!walk_push(&w, pattern))
            return OK;
        return everything(&w, NULL, why);
    }
    if (slice_starts(pattern, S("/")) && !walk_push(&w, S("/")))
        return OK;
    struct stat st;
    size_t slash = pattern.len;
    while (slash && pattern.ptr[slash - 1] != '/')
        slash--;
    if (lstat(src->pattern, &st) == 0) { /* it is what it says, whatever characters are in it */
        slice dir = slice_sub(pattern, 0, slash > 1 ? slash - 1 : slash);
        return want(f, src, dir.len ? dir : S("."), slice_from(pattern, slash), true, why);
    }
    return parts(&w, &pattern, why);
}

static void forget_uses(follow *f)
{
    for (size_t i = f->place_count; i-- > 0;) {
        place *p = f->places[i];
        for (use **u = &p->uses; *u;) {
            use *gone = *u;
            if (gone->round == f->round) {
                u = &gone->next;
                continue;
            }
            *u = gone->next;
            use_free(gone);
        }
        if (!p->uses && !p->logs)
            place_free(f, p);
    }
}

/* A limit of one source is that source's trouble; without memory all of it is tried again. */
static status expand_one(follow *f, source *src, err *why)
{
    err what = {0};
    status st = expand(f, src, &what);
    if (st == OK)
        return OK;
    if (slice_eq(slice_str(what.msg), S("out of memory")))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "%s", what.msg);
    if (!src->said)
        trouble(f, slice_str(src->pattern), &what);
    src->said = true;
    return OK;
}

status scan_expand(follow *f, err *why)
{
    f->round++;
    for (size_t i = 0; i < f->source_count; i++) {
        status st = OK;
        if (!(f->sources[i]->flags & FOLLOW_ONCE) || !f->sources[i]->looked)
            st = expand_one(f, f->sources[i], why);
        if (st != OK)
            return st;
    }
    forget_uses(f);
    f->expand = false;
    f->dirty = true;
    return OK;
}

/* --- a look into a place -------------------------------------------------------------------- */

typedef struct listing {
    entry *entries;
    size_t n, cap;
    uint64_t sum; /* of all names and inodes, in any order */
    bool whole, sure;
} listing;

static use *use_of(const place *p, slice name, const char *text)
{
    for (use *u = p->uses; u; u = u->next)
        if (u->literal ? slice_eq(slice_str(u->names), name)
                       : fnmatch(u->names, text, FNM_PERIOD) == 0)
            return u;
    return NULL;
}

static use *use_of_base(const place *p, slice base)
{
    char text[NAME_MAX + 1];
    if (!base.len || base.len > NAME_MAX)
        return NULL;
    memcpy(text, base.ptr, base.len);
    text[base.len] = 0;
    return use_of(p, base, text);
}

static status push(follow *f, listing *l, const entry *e, err *why)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        entry *grown = own_scratch(f, cap * sizeof *grown);
        if (!grown)
            return OWN_SPENT(why);
        if (l->n)
            memcpy(grown, l->entries, l->n * sizeof *grown);
        l->entries = grown;
        l->cap = cap;
    }
    l->entries[l->n++] = *e;
    return OK;
}

static status consider(follow *f, place *p, int dir, const struct dirent *d, listing *l, err *why)
{
    struct stat st;
    slice name = slice_str(d->d_name), plain = name_plain(name);
    entry e = {.base = name_base(plain), .packed = plain.len != name.len};
    if (d->d_type != DT_REG && d->d_type != DT_UNKNOWN && d->d_type != DT_LNK)
        return OK;
    e.use = use_of(p, name, d->d_name);
    if (e.packed) { /* never for itself: it is what a followed file became */
        f->counts.compressed += e.use != NULL;
        e.use = NULL;
        e.base = e.base.len ? e.base : plain; /* app.log.gz */
    }
    if (!e.use && !use_of_base(p, e.base) && !stream_inode_known(f, d->d_ino))
        return OK;
    if (e.packed && !f->o.unpack)
        return OK;
    bool named = e.use && e.use->literal;
    if (fstatat(dir, d->d_name, &st, named ? 0 : AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
        return OK;
    char *copy = own_scratch(f, name.len + 1);
    if (!copy)
        return OWN_SPENT(why);
    memcpy(copy, name.ptr, name.len);
    e.name = slice_of(copy, name.len);
    e.plain = slice_of(copy, plain.len);
    e.base = slice_of(copy, e.base.len);
    e.dev = st.st_dev;
    e.ino = st.st_ino;
    e.size = (uint64_t)st.st_size;
    e.mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    return push(f, l, &e, why);
}

static uint64_t name_sum(const follow *f, const struct dirent *d)
{
    return siphash(f->key, slice_str(d->d_name)) * (2 * d->d_ino + 1);
}

/* The directory as it is now. */
static uint64_t sum_of(const follow *f, const place *p)
{
    DIR *d = opendir(p->path);
    uint64_t sum = 0;
    size_t seen = 0;
    for (const struct dirent *e; d && (e = readdir(d)) && seen++ < FOLLOW_ENTRIES_MAX;)
        sum += name_sum(f, e);
    if (d)
        closedir(d);
    return sum;
}

static status list_once(follow *f, place *p, listing *l, err *why)
{
    err what = {0};
    DIR *d = opendir(p->path);
    status st = OK;
    size_t seen = 0;
    *l = (listing){0};
    arena_reset(&f->scratch);
    f->counts.compressed = 0;
    if (!d && errno == ENOENT)
        return OK; /* waited for, as a file is */
    if (!d) {
        (void)err_os(&what, errno, "the directory could not be read");
        if (!p->said)
            trouble(f, slice_str(p->path), &what);
        p->said = true;
        return OK;
    }
    struct dirent *e;
    while (st == OK && (e = readdir(d)) && seen++ < FOLLOW_ENTRIES_MAX) {
        l->sum += name_sum(f, e);
        st = consider(f, p, dirfd(d), e, l, why);
    }
    closedir(d);
    l->whole = st == OK && seen <= FOLLOW_ENTRIES_MAX;
    if (st == OK && !l->whole && !p->said) {
        (void)err_set(&what, ERR_LIMIT, ERR_NOWHERE, "more than %d names in the directory",
                      FOLLOW_ENTRIES_MAX);
        trouble(f, slice_str(p->path), &what);
        p->said = true;
    }
    return st;
}

/* Names that move while they are listed may be passed over, and a rotation moves many: a list is
 * sure when the next one says the same. (The directory's time does not tell: it ticks in
 * milliseconds.) */
static status list(follow *f, place *p, listing *l, err *why)
{
    enum { TRIES = 4 };
    status st = OK;
    bool sure = false;
    for (int i = 0; i < TRIES && st == OK && !sure; i++) {
        st = list_once(f, p, l, why);
        sure = st == OK && l->sum == sum_of(f, p);
    }
    l->sure = sure;
    return st;
}

static status path_of(follow *f, const place *p, slice name, char **ret, err *why)
{
    slice dir = slice_str(p->path);
    bool slash = !slice_ends(dir, S("/"));
    char *path = own_alloc(f, dir.len + name.len + 2);
    if (!path)
        return OWN_SPENT(why);
    memcpy(path, dir.ptr, dir.len);
    if (slash)
        path[dir.len] = '/';
    memcpy(path + dir.len + slash, name.ptr, name.len);
    *ret = path;
    return OK;
}

/* Device numbers may differ after the machine was started again; other devices have the same inode
 * numbers, too. */
static bool moved_device(follow *f, const place *p, stream *s, const entry *e)
{
    char path[FOLLOW_PATH_MAX + NAME_MAX + 2];
    struct stat st;
    snprintf(path, sizeof path, "%s/%.*s", p->path, SLICE_FMT(e->name));
    if (s->packed) /* compared when it is opened */
        return true;
    int fd = s->head_len ? file_open_known(path, true, e->dev, e->ino) : -1;
    if (fd < 0)
        return false;
    bool same = fstat(fd, &st) == 0 && file_same(f, s, fd, (uint64_t)st.st_size);
    close(fd);
    return same;
}

/* What is in a compressed file is compared only when it is opened; until then, and when it is
 * read from what was unpacked, another file may have got its inode. One that is passed over may
 * begin as another does: what was compressed of nothing. */
static bool other_packed(const stream *s, const entry *e)
{
    bool timed = s->packed && (!e->packed || s->listed != e->size || s->listed_ns != e->mtime_ns);
    return s->ignored ? timed : timed || s->packed != e->packed;
}

/* A file that is known: where it is now. */
static status meet(follow *f, const place *p, entry *e, err *why)
{
    stream *s = stream_inode(f, e->dev, e->ino);
    char *path;
    if (s && other_packed(s, e)) {
        if (s->ignored && s->dev == e->dev) /* what was passed over is no more */
            stream_drop(f, s);
        return OK;
    }
    if (!s || (s->dev != e->dev && !moved_device(f, p, s, e)))
        return OK;
    status st = path_of(f, p, e->name, &path, why);
    if (st != OK)
        return st;
    if (!s->path || strcmp(s->path, path) != 0) {
        free(s->path);
        s->path = path;
    } else {
        free(path);
    }
    if (s->dev != e->dev)
        stream_inode_set(f, s, e->dev, e->ino);
    s->look = f->look;
    s->missed = 0;
    s->away = false;
    s->linked = e->use && e->use->literal;
    file_changed(f, s, e);
    s->found = true;
    e->s = s;
    return OK;
}

static void adopt_log(place *p, trail *l)
{
    if (l->place == p)
        return;
    l->place = p;
    l->next_here = p->logs;
    p->logs = l;
}

static status trail_at(follow *f, place *p, slice name, trail **ret, err *why)
{
    char *path;
    status st = path_of(f, p, name, &path, why);
    if (st != OK)
        return st;
    st = trail_get(f, slice_str(path), ret, why);
    free(path);
    if (st == OK && !(*ret)->place)
        adopt_log(p, *ret);
    return st;
}

static void chain(trail *l, entry *e)
{
    e->next = l->entries;
    l->entries = e;
}

static status log_of_name(follow *f, place *p, entry *e, err *why)
{
    trail *found;
    status st = trail_at(f, p, e->name, &found, why);
    if (st != OK)
        return st;
    e->base = slice_sub(e->base, 0, 0);
    found->entry = e;
    found->flags = e->use->source->flags;
    chain(e->s && e->s->log ? e->s->log : found, e);
    return OK;
}

/* An older instance is its log's, when that is followed. */
static status log_of_instance(follow *f, place *p, entry *e, err *why)
{
    char *path;
    trail *found;
    status st = path_of(f, p, e->base, &path, why);
    if (st != OK)
        return st;
    found = trail_find(f, print_of(f, slice_str(path)));
    free(path);
    if (!found)
        return e->use ? log_of_name(f, p, e, why) : OK;
    if ((st = trail_at(f, p, e->base, &found, why)) == OK)
        chain(e->s && e->s->log ? e->s->log : found, e);
    return st;
}

/* The logs that the place holds: first each name that is wanted, then what may be older ones. */
static status find_logs(follow *f, place *p, listing *l, err *why)
{
    status st = OK;
    trail *found;
    for (use *u = p->uses; u && st == OK; u = u->next)
        if (u->literal && (st = trail_at(f, p, slice_str(u->names), &found, why)) == OK) {
            found->linked = true;
            found->flags = u->source->flags;
        }
    for (size_t i = 0; i < l->n && st == OK; i++)
        if (l->entries[i].use && !use_of_base(p, l->entries[i].base))
            st = log_of_name(f, p, &l->entries[i], why);
    for (size_t i = 0; i < l->n && st == OK; i++) {
        entry *e = &l->entries[i];
        if (use_of_base(p, e->base))
            st = log_of_instance(f, p, e, why);
        else if (!e->use && e->s && e->s->log)
            chain(e->s->log, e);
    }
    return st;
}

/* Known, and not in its directory any more. What is open is read to its end all the same. */
static void vanish(follow *f, stream *s)
{
    bool read = s->drained || (s->found && s->sure == s->pos);
    if (s->fd >= 0) {
        s->away = true;
        stream_queue(f, s);
        return;
    }
    if (++s->missed < 2) { /* a name that moves while names are listed may be passed over */
        f->settling = true;
        return;
    }
    s->nowhere = true;
    s->ending = true;
    s->truncated = false;
    if (!read) {
        s->has_lost = true;
        s->lost = s->found && s->sure > s->pos ? s->sure - s->pos : 0;
        f->counts.lost_bytes += s->lost;
        f->counts.lost_sources++;
    }
    stream_queue(f, s);
}

static void look_for_lost(follow *f, const place *p)
{
    for (size_t i = f->count; i-- > 0;) {
        stream *s = f->streams[i];
        if (s->transport != FOLLOW_FILE || !s->log || s->log->place != p || s->look == f->look)
            continue;
        if (s->ignored || s->ended || (s->fd < 0 && s->drained && !s->shown))
            stream_drop(f, s);
        else
            vanish(f, s);
    }
}

static void forget_logs(follow *f, place *p)
{
    for (trail **at = &p->logs; *at;) {
        trail *l = *at;
        /* also while its path names nothing: what the others become is no first look */
        if (l->oldest || l->entries || l->entry || l->linked) {
            l->entry = l->entries = NULL;
            at = &l->next_here;
            continue;
        }
        *at = l->next_here;
        trail_free(f, l);
    }
}

/* No room for more files is a trouble, said once; those that are known go on. */
static status room_or_trouble(follow *f, const place *p, status st, err *what, err *why)
{
    if (st == OK)
        return OK;
    if (f->files < FOLLOW_FILES_MAX && f->log_count < FOLLOW_FILES_MAX)
        return err_set(why, st, ERR_NOWHERE, "%s", what->msg);
    if (!f->full)
        trouble(f, slice_str(p->path), what);
    f->full = true;
    return OK;
}

static status look_into(follow *f, place *p, err *why)
{
    enum { UNSURE_MAX = 32 };
    listing l;
    f->look++;
    f->moved = false;
    status st = list(f, p, &l, why);
    for (size_t i = 0; i < l.n && st == OK; i++)
        st = meet(f, p, &l.entries[i], why);
    /* what an unsure list means is decided soon, unless it is never sure */
    p->unsure = l.sure ? 0 : p->unsure + 1;
    if (st == OK && !l.sure && p->unsure < UNSURE_MAX) {
        p->dirty = f->settling = true;
        return OK;
    }
    err what = {0};
    if (st == OK)
        st = room_or_trouble(f, p, find_logs(f, p, &l, &what), &what, why);
    for (trail *g = p->logs; g && st == OK && !f->moved; g = g->next_here)
        st = room_or_trouble(f, p, rotate_log(f, p, g, &what), &what, why);
    if (f->moved) /* once more, with what there is now */
        p->dirty = f->settling = true;
    else if (st == OK && l.whole)
        look_for_lost(f, p);
    if (st != OK || f->moved)
        for (trail *g = p->logs; g; g = g->next_here)
            g->entry = g->entries = NULL;
    else
        forget_logs(f, p);
    if (st == OK && !f->moved) {
        p->looked = true;
        p->said = p->said && !l.whole;
    }
    return st;
}

static void say_missing(follow *f)
{
    for (size_t i = 0; i < f->source_count; i++) {
        source *src = f->sources[i];
        struct stat st;
        if (src->looked)
            continue;
        src->looked = true;
        if (!name_pattern(slice_str(src->pattern)) && stat(src->pattern, &st) < 0 &&
            errno == ENOENT) {
            err what = {0};
            (void)err_set(&what, ERR_NOT_FOUND, ERR_NOWHERE, "it is not there yet");
            trouble(f, slice_str(src->pattern), &what);
        }
    }
}

status scan_look(follow *f, err *why)
{
    bool sure = true;
    for (size_t i = 0; i < f->place_count; i++) {
        place *p = f->places[i];
        if (!p->dirty)
            continue;
        if (p->wd < 0)
            p->wd = wake_watch_place(f, p->path); /* before looking: nothing falls between */
        p->dirty = false;
        status st = look_into(f, p, why);
        if (st != OK) {
            p->dirty = true;
            return st;
        }
        sure = sure && !p->dirty;
    }
    if (sure)
        say_missing(f);
    return OK;
}
