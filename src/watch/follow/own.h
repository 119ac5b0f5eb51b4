/* own.h - what the files of follow share: the object, its streams, logs, places and listeners.
 * Uses: follow.h. Used by: follow.c and follow/ alone. */
#ifndef NOROSHI_WATCH_FOLLOW_OWN_H
#define NOROSHI_WATCH_FOLLOW_OWN_H

#include "base/tls.h"
#include "watch/follow.h"
#include "watch/follow/frame.h"

enum {
    HEAD_BYTES = 1024, /* a file is known by what it begins with, */
    TAIL_BYTES = 64,   /* and by what stands before the place that was reached */
    ADOPT_BYTES =
        256,        /* a head as short as this is no proof that another inode is the same trail */
    KEY_BYTES = 16, /* of SipHash, and of what it makes */
    HASH_HEADS = 4096,  /* a power of two */
    PLACE_HEADS = 256,  /* likewise */
    PATTERN_PARTS = 64, /* names in a pattern */
    TROUBLES = 64,      /* that wait to be told */
    RECEIVE_BYTES = 64 << 10,
    DATAGRAMS = 16,                      /* received at once */
    DATAGRAM_ROOM = (64 << 10) + 64,     /* the longest there is, and a newline */
    SILENT_US = 60 * 1000 * 1000,        /* a file that was read to its end is closed after it */
    WINDOW_KEEP = HEAD_BYTES + (1 << 20) /* a window grown for a long line goes back to this */
};

/* What an epoll event points at. First in its struct. */
typedef enum hook { HOOK_STOP, HOOK_INOTIFY, HOOK_LISTENER, HOOK_STREAM } hook;

typedef struct print {
    uint64_t half[2];
} print;

typedef struct stream {
    hook hook;
    uint64_t id;
    follow_transport transport;
    size_t at; /* in follow.streams */
    struct stream *next_id, *next_inode, *next_wd, *next_ready;
    bool queued;
    int fd;                   /* -1: closed, or a file that is closed for now */
    uint64_t pos, line;       /* delivered so far; line 0 is not known */
    uint64_t done, done_line; /* of that, taken care of */
    bool cut, done_cut;       /* the place is inside a line */
    bool started;             /* something was delivered, now or before the checkpoint */
    bool shown;               /* something was delivered by this object */
    bool ending;              /* nothing more is read: what is left, then the end */
    bool ended;               /* the end was delivered */
    bool has_lost;
    uint64_t lost;
    unsigned begin; /* flags of its first event */
    int64_t heard_us;

    /* files */
    struct trail *log;
    struct stream *older, *newer; /* in the order in which the log was written */
    char *path;                   /* where it was seen last; NULL: not since follow_resume */
    int wd;                       /* -1: none */
    uint64_t dev, ino, size;
    int64_t mtime_ns;
    uint64_t sure;     /* its size when what was read was still in it */
    uint64_t listed;   /* its size when a directory was looked into last, */
    int64_t listed_ns; /* and, of a compressed file, when it was written */
    uint64_t scanned;  /* bytes behind pos that hold no newline */
    uint64_t look;     /* the look that saw it last */
    uint32_t head_len;
    print head, tail, done_tail; /* tail: of the TAIL_BYTES before pos, when pos > HEAD_BYTES */
    bool ignored;                /* was there before its log was followed */
    bool away;                   /* open, and not in its directory any more */
    unsigned missed;             /* looks in a row that did not see it */
    bool found;                  /* its place in this object is known (false after resume) */
    bool verified;               /* head and tail were compared since it was opened */
    bool truncated;              /* it no longer holds what was read: rotate.c decides */
    bool drained;                /* a newer one may begin */
    bool passed;                 /* all before it were */
    bool asked;                  /* deleted: whether it became a compressed one was looked for */
    bool nowhere;                /* no file stands for it any more: dropped when it ends */
    bool last;                   /* nothing more will be written to it: a copy */
    bool once;                   /* its end is the end */
    bool broken;                 /* could not be opened; said */
    bool linked;                 /* its name may be a symbolic link */
    bool packed; /* path, dev and ino are those of a compressed file; fd is what is in it */

    /* descriptors and connections: bytes[start, end) are lines that wait */
    struct listener *listener;
    char *bytes;
    size_t start, end, cap;
    bool eof, ready;
    bool early; /* no room for the rest of a line: give what there is */
    framer framer;
    tls *tls;
    address from;
    char *name;
    char peer[ADDRESS_TEXT_MAX];
} stream;

/* A path that is followed, and the files that it was, the oldest first. */
typedef struct trail {
    struct trail *next;      /* of those with the same hash */
    struct trail *next_here; /* of the same place */
    print key;               /* of the path */
    char *path;              /* NULL: known from a checkpoint only */
    struct place *place;
    stream *oldest, *newest;
    /* during a look: what the path names now, and all that are or may be its files */
    struct entry *entry, *entries;
    bool linked;
    unsigned flags; /* of the source */
    bool had;       /* streams, in this object */
    bool known;     /* looked at before, perhaps by another process */
} trail;

typedef struct source {
    char *pattern;
    unsigned flags;
    bool looked; /* once, completely */
    bool missing, said;
} source;

/* A name (or pattern of names) that a source wants in a place. */
typedef struct use {
    source *source;
    char *names;
    bool literal;
    uint64_t round; /* of the expansion that wanted it last */
    struct use *next;
} use;

typedef struct place {
    struct place *next; /* of those with the same hash */
    size_t at;          /* in follow.places */
    char *path;
    int wd;
    bool dirty, said, looked;
    unsigned unsure; /* looks in a row in which names moved while they were listed */
    use *uses;
    trail *logs;
} place;

typedef struct entry {
    slice name, plain; /* plain: without the ending that says it is compressed */
    slice base;        /* what it was called before it was rotated, or empty */
    bool packed;
    uint64_t dev, ino, size;
    int64_t mtime_ns;
    stream *s;
    use *use;           /* that wants the name itself */
    struct entry *next; /* of the same log */
} entry;

typedef struct datagrams datagrams;

typedef struct listener {
    hook hook;
    follow_transport transport;
    int fd;
    address address;
    char name[ADDRESS_TEXT_MAX + 8];
    tls_server *tls;
    size_t line_max;
    uint32_t connections_max, connections, idle_ms;
    bool ready;
    datagrams *grams; /* UDP */
} listener;

struct follow {
    follow_options o;
    uint8_t key[KEY_BYTES];
    long allocations;
    hook stop_hook, inotify_hook;
    int epoll, inotify;
    size_t chunk_max;

    uint64_t next_id, look, round;
    stream **streams;
    size_t count, cap, files, open;
    stream *by_id[HASH_HEADS], *by_inode[HASH_HEADS], *by_wd[HASH_HEADS];
    trail *logs[HASH_HEADS];
    size_t log_count;
    stream *first_ready, *last_ready;
    size_t ready, turn; /* turn: how many are served before the others are asked for */

    source *sources[FOLLOW_SOURCES_MAX];
    size_t source_count;
    place *by_place[PLACE_HEADS];
    place *places[FOLLOW_DIRECTORIES_MAX];
    size_t place_count;
    bool expand, dirty, settling, stopped;
    bool full;  /* more files than can be known: said */
    bool moved; /* in this look: names that were listed are other files' by now */
    int64_t looked_us, swept_us;
    arena scratch;
    char *window; /* where files are read */
    size_t window_cap;

    listener *listeners[FOLLOW_SOURCES_MAX];
    size_t listener_count, connections, descriptors;
    size_t buffered; /* bytes of all connections' buffers */

    follow_event troubles[TROUBLES];
    char *trouble_sources[TROUBLES], *told; /* told: of the last event */
    size_t trouble_first, trouble_count;
    stream *leaving;  /* its end was told by the last event: dropped with the next call */
    stream *unpacked; /* the one compressed file that is open */
    char head[FOLLOW_HEAD_MAX];
    follow_counts counts;
};

/* --- memory (table.c): every allocation of the module ---------------------------------------- */

void *own_alloc(follow *f, size_t size) NODISCARD; /* zeroed */
char *own_copy(follow *f, slice s) NODISCARD;      /* with a NUL */
void *own_grow(follow *f, void *p, size_t size) NODISCARD;
void *own_scratch(follow *f, size_t size) NODISCARD; /* until the look is over */
uint64_t own_newlines(slice s);
#define OWN_SPENT(why) err_set((why), ERR_LIMIT, ERR_NOWHERE, "out of memory")

/* --- streams and logs (table.c) ------------------------------------------------------------- */

print print_of(const follow *f, slice bytes);
bool print_eq(print a, print b);
/* ERR_LIMIT: memory, or (files) FOLLOW_FILES_MAX. */
status stream_add(follow *f, follow_transport t, stream **ret, err *why) NODISCARD;
void stream_drop(follow *f, stream *s);
stream *stream_find(const follow *f, uint64_t id);
bool stream_inode_known(const follow *f, uint64_t ino);
/* Of that device; else one that is still looked for since follow_resume. */
stream *stream_inode(const follow *f, uint64_t dev, uint64_t ino);
void stream_inode_set(follow *f, stream *s, uint64_t dev, uint64_t ino);
void stream_inode_clear(follow *f, stream *s);
stream *stream_wd(const follow *f, int wd);
void stream_wd_set(follow *f, stream *s, int wd);
void stream_wd_clear(follow *f, stream *s);
void stream_queue(follow *f, stream *s);
stream *stream_next(follow *f);
void stream_close(follow *f, stream *s);
void stream_rename(follow *f, stream *s, uint64_t id); /* another number */
void streams_forget(follow *f);                        /* all of them, and all logs */
trail *trail_find(const follow *f, print key);
status trail_get(follow *f, slice path, trail **ret, err *why) NODISCARD;
status trail_get_key(follow *f, print key, trail **ret, err *why) NODISCARD;
void trail_free(follow *f, trail *l); /* has no streams, and is in no place */
/* before: NULL is the end. */
void trail_insert(trail *l, stream *s, stream *before);
void trail_remove(stream *s);
/* For a source, or a name that is a slice; never fails: what cannot be kept is counted. */
void trouble(follow *f, slice of, const err *what);

/* --- names (name.c) -------------------------------------------------------------------------- */

bool name_compressed(slice name);
slice name_plain(slice name);  /* "app.log.2" of "app.log.2.gz" */
bool name_pattern(slice name); /* has wild cards */
/* "app.log" of "app.log.1", "app.log-20261201", "app.log.old"; empty when it is none. */
slice name_base(slice name);
/* < 0 when a was written before b; both are instances of the same log. */
int name_older(const entry *a, const entry *b);

/* --- files (file.c) -------------------------------------------------------------------------- */

status file_open(follow *f, stream *s, err *why) NODISCARD;
void file_park(follow *f, stream *s);
/* Compares head and tail with the file; false: it is no longer what was read, or cannot be read. */
bool file_same(follow *f, stream *s, int fd, uint64_t size);
status file_take_head(follow *f, stream *s, err *why) NODISCARD;
/* Opens the file of that name, if it still is that inode; -1 when not, with errno. */
int file_open_known(const char *path, bool linked, uint64_t dev, uint64_t ino);
/* One event, or none (*ret_event false). */
status file_serve(follow *f, stream *s, follow_event *ret, bool *ret_event, err *why) NODISCARD;
void file_changed(follow *f, stream *s, const entry *e);
status file_done(follow *f, stream *s, uint64_t offset, err *why) NODISCARD;

/* --- directories (scan.c, rotate.c) ---------------------------------------------------------- */

status scan_expand(follow *f, err *why) NODISCARD;
status scan_look(follow *f, err *why) NODISCARD; /* into every place that is dirty */
status rotate_log(follow *f, place *p, trail *l, err *why) NODISCARD;

/* --- compressed files (packed.c) -------------------------------------------------------------- */

/* Those of a log, the oldest first. One whose plain file is still there is being made: not it. */
typedef struct packed {
    entry **at;
    size_t n;
    size_t fresh; /* from here on they are newer, by their names, than every file that is known */
} packed;
status packed_find(follow *f, const trail *l, packed *ret, err *why) NODISCARD;
/* What is in that file, `most` bytes of it at most.
 *   ERR_NOT_FOUND  the name is another file's by now, or gone;  else what f's unpack says */
status packed_open(follow *f, const char *path, uint64_t dev, uint64_t ino, uint64_t most,
                   int *ret_fd, err *why) NODISCARD;
/* The file holds what was read of the stream, and goes on from there. */
bool packed_same(follow *f, const place *p, stream *s, const entry *e);
/* The one that does; NULL: none. */
entry *packed_of(follow *f, const place *p, const packed *all, stream *s);
place *place_of_wd(const follow *f, int wd);
void place_free(follow *f, place *p);

/* --- waiting (wake.c) ------------------------------------------------------------------------ */

status wake_open(follow *f, err *why) NODISCARD;
/* *ret_slept_ms: nothing came for so long. */
status wake(follow *f, int wait_ms, int *ret_slept_ms, err *why) NODISCARD;
bool wake_add(follow *f, int fd, void *hook_of, uint32_t events);
int wake_watch_place(follow *f, const char *path);
void wake_watch_file(follow *f, stream *s);
void wake_unwatch(follow *f, int wd);
bool polling(const follow *f);

/* --- where everything stands (checkpoint.c) --------------------------------------------------- */

/* One file of a checkpoint; a log is known by the hash of its path. A file that held nothing has
 * nothing to be known by, and is as good as new: only its log is remembered (RECORD_LOG, alone). */
typedef struct record {
    print log, head, tail;
    uint64_t id, dev, ino, done, line, size;
    uint64_t listed, listed_ns; /* RECORD_PACKED */
    uint32_t head_len;
    unsigned flags;
} record;
enum { RECORD_DRAINED = 1, RECORD_IGNORED = 2, RECORD_CUT = 4, RECORD_LOG = 8, RECORD_PACKED = 16 };

typedef struct checkpoint {
    uint8_t key[KEY_BYTES];
    uint64_t next_id;
    record *records;
    size_t count;
} checkpoint;

void checkpoint_write(const checkpoint *c, buf *out);
/* records in `a`.  ERR_INPUT: damaged, or another version */
status checkpoint_read(arena *a, slice bytes, checkpoint *ret, err *why) NODISCARD;

/* --- descriptors and the network (net.c) ----------------------------------------------------- */

status net_accept(follow *f, listener *l, err *why) NODISCARD;
status net_serve(follow *f, stream *s, follow_event *ret, bool *ret_event, err *why) NODISCARD;
void net_sweep(follow *f, int64_t now_us);
void net_free(follow *f, listener *l);
void net_done(stream *s); /* frees what only a network stream has */

#endif
