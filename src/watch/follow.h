/* follow.h - where telemetry comes from, continuously: bytes in, with their positions.
 *
 *     st = follow_new(&(follow_options){.clock = clock_system(), .random = random_system(),
 *                                       .stop_fd = stop_fd}, &f, why);
 *     st = follow_resume(f, checkpoint_of_the_store, why);          // when there is one
 *     st = follow_add_files(f, S("/var/log/suricata/eve.json"), 0, why);
 *     st = follow_add_listener(f, &(follow_listener){FOLLOW_UDP, S("5514")}, NULL, why);
 *     while ((st = follow_next(f, 1000, &e, why)) == OK && e.kind != FOLLOW_STOPPED) {
 *         if (e.kind == FOLLOW_DATA && (st = take(e.bytes, why)) == OK)
 *             st = follow_done(f, e.stream, e.offset + e.bytes.len, why);
 *         ... now and then: follow_checkpoint(f, &buf, why), stored in the same transaction
 *     }                                                             // as what take() found
 *     follow_free(f);
 *
 * Uses: base (address, hash, tls, when). Used by: cmd (noroshi watch).
 *
 * A *stream* is one file from its first byte to its last, or one connection, descriptor or UDP
 * listener. A file that is cut to nothing and begins again is another stream, so (stream, offset)
 * names a byte once. A *log* is a path: the streams of a log are delivered one after another, each
 * to its end before the next begins, as the writer wrote them: rotated by renaming or by copying
 * and cutting, once or several times between two looks, also while nobody looked. A file is known
 * by device, inode and what it begins with, never by its name alone.
 *
 * Bytes are whole lines. The last line of a file without a newline is held back until the newline
 * comes or the file has ended. What is not a whole line is said by FOLLOW_CUT and FOLLOW_REST.
 * Messages of syslog are made lines: one each, a newline inside one becomes a blank, so that all
 * parsers and the matcher see one kind of text; offsets of network streams count these bytes.
 *
 * Every descriptor is read a bounded piece at a time, all in turn; nothing is read that nobody
 * asked for, so TCP senders wait, and what the kernel drops of UDP is counted and said.
 * Bounds: the constants below. One thread; no child; it waits only in follow_next.
 * Sources: RFC 6587 (framing over TCP), RFC 5425 (TLS), RFC 5426 (UDP), inotify(7). */
#ifndef NOROSHI_WATCH_FOLLOW_H
#define NOROSHI_WATCH_FOLLOW_H

#include "base/address.h"
#include "base/hash.h"
#include "base/when.h"

enum {
    FOLLOW_LINE_MAX = 16 << 20,      /* bytes of a line, its newline included; longer is cut */
    FOLLOW_LINE_LEAST = 512,         /* and the lowest that the limit can be set to */
    FOLLOW_CHUNK_MAX = 256 << 10,    /* bytes of a chunk, unless one line is longer */
    FOLLOW_HEAD_MAX = 4096,          /* bytes of a file's beginning, given when it is taken up */
    FOLLOW_FILES_MAX = 8192,         /* files known at a time, read ones among them */
    FOLLOW_FILES_OPEN_MAX = 256,     /* of them open */
    FOLLOW_ENTRIES_MAX = 65536,      /* names in a directory */
    FOLLOW_DIRECTORIES_MAX = 1024,   /* that one pattern reaches */
    FOLLOW_DEPTH_MAX = 16,           /* directories below one that is followed recursively */
    FOLLOW_SOURCES_MAX = 256,        /* calls of follow_add_*, of each kind */
    FOLLOW_CONNECTIONS = 256,        /* of a listener, unless it says otherwise */
    FOLLOW_CONNECTIONS_MAX = 4096,   /* of all listeners */
    FOLLOW_BUFFERS_MAX = 64 << 20,   /* bytes of all connections; over it lines are cut early */
    FOLLOW_IDLE_MS = 3600 * 1000,    /* silence on a connection */
    FOLLOW_GREETING_MS = 10 * 1000,  /* a TLS handshake */
    FOLLOW_POLL_MS = 250,            /* between two looks at files, without inotify */
    FOLLOW_RECHECK_MS = 2000,        /* the same with inotify, which remote files do not reach */
    FOLLOW_SETTLE_MS = 2000,         /* a rotated file's last line may take so long to end */
    FOLLOW_CHECKPOINT_MAX = 1 << 20, /* bytes */
    FOLLOW_PATH_MAX = 4096
};

typedef enum follow_transport {
    FOLLOW_FILE,
    FOLLOW_DESCRIPTOR,
    FOLLOW_UDP, /* who sent it is what the datagram says: no evidence */
    FOLLOW_TCP,
    FOLLOW_TLS
} follow_transport;

/* Times of 0 are 0; fields that end in _max: 0 is the constant. */
typedef struct follow_options {
    clock_source clock;
    random_source random;
    int stop_fd; /* readable: time to stop (a signalfd, an eventfd); -1: none */
    size_t line_bytes_max;
    bool no_inotify;    /* look every poll_ms instead; also when the kernel has no more watches */
    bool poll_always;   /* tests: look at files in every turn, whatever the clock says */
    uint32_t settle_ms; /* 0: FOLLOW_SETTLE_MS */
    /* What a compressed file on `fd` holds, `most` bytes of it at most, as a regular file for
     * reading, which is f's to close. The caller's, because such bytes belong into a sandbox. NULL:
     * what became of a followed file by compression is not read, but said to be lost. */
    status (*unpack)(void *ctx, int fd, uint64_t most, int *ret_fd, err *why);
    void *ctx;
    bool settle_never; /* tests: a rotated file's last line is as it is */
    long fail_at;      /* tests: this allocation fails, counted from 1; 0: none */
} follow_options;

typedef struct follow follow;

status follow_new(const follow_options *options, follow **ret, err *why) NODISCARD;
follow *follow_free(follow *f); /* closes everything; NULL is fine */

enum {
    FOLLOW_RECURSIVE = 1, /* a directory with all below it, links aside */
    FOLLOW_FROM_END = 2,  /* what is there at the first look is not read, unless resumed */
    FOLLOW_ONCE = 4       /* read what is there to its end, then it is over */
};
/* A file, a directory (each file in it) or a pattern (* ? [ ] in any part of the path). What is not
 * there is waited for, and said once (FOLLOW_TROUBLE). Links are followed where the path names
 * them, not where a pattern or a directory finds them. Other instances of the same log (app.log.1,
 * app.log-20261201, app.log.old) are read when a rotation made them; a pattern that names them,
 * too, reads those that are there at the first look, the oldest first. Compressed ones
 * (app.log.2.gz, .zst, .xz, .bz2) that are there at the first look are passed over; later they are
 * read on where the file that they were was left, or from their beginning when nobody had seen that
 * file.
 *   ERR_INPUT  empty, with a NUL, a compressed file (unpack it, then follow_add_descriptor)
 *   ERR_LIMIT  FOLLOW_PATH_MAX, FOLLOW_SOURCES_MAX */
status follow_add_files(follow *f, slice pattern, unsigned flags, err *why) NODISCARD;
/* Standard input, a pipe, an unpacked file: read to its end, once. `fd` stays the caller's, must
 * outlive f and may block: it is read when poll says so. No position of it is kept. */
status follow_add_descriptor(follow *f, int fd, slice name, err *why) NODISCARD;

typedef struct follow_listener {
    follow_transport transport;    /* FOLLOW_UDP, FOLLOW_TCP, FOLLOW_TLS */
    slice address;                 /* "192.0.2.1:514", "[::]:6514"; a port alone is 127.0.0.1's */
    const char *certificate, *key; /* TLS: PEM files */
    const char *client_ca;         /* TLS: who may connect; NULL: anyone */
    size_t line_bytes_max;         /* 0: that of the options */
    uint32_t connections_max;      /* 0: FOLLOW_CONNECTIONS */
    uint32_t idle_ms;              /* 0: FOLLOW_IDLE_MS */
} follow_listener;
/* Over TCP and TLS the first bytes of a connection decide how messages are framed: a number, a
 * blank and "<" is octet counting; anything else is lines that end in LF or NUL. When all
 * connections are taken, the one that has been silent longest goes, of the address that has most.
 * ret_address may be NULL: with the port that was found.
 *   ERR_INPUT, ERR_NOT_FOUND, ERR_FORBIDDEN  address or files are wrong (tls.h);  ERR_IO  taken */
status follow_add_listener(follow *f, const follow_listener *l, address *ret_address,
                           err *why) NODISCARD;

typedef enum follow_kind {
    FOLLOW_DATA,    /* bytes of a stream, or its end */
    FOLLOW_TROUBLE, /* `trouble` says what is wrong with `source`; all others go on */
    FOLLOW_IDLE,    /* nothing within timeout_ms */
    FOLLOW_STOPPED, /* stop_fd can be read; so it stays */
    FOLLOW_OVER     /* every source has ended: nothing will ever come */
} follow_kind;

enum {
    FOLLOW_STARTED = 1,   /* the first of its stream */
    FOLLOW_RESUMED = 2,   /* the first of its stream in this object, which a checkpoint knew */
    FOLLOW_ROTATED = 4,   /* started: took the place of the log's file before */
    FOLLOW_TRUNCATED = 8, /* started: the file was cut to nothing and begins again */
    FOLLOW_ENDED = 16,    /* nothing more comes of this stream; `bytes` may be empty */
    FOLLOW_CUT = 32,      /* the last line has no newline: over the limit, or the stream ended */
    FOLLOW_REST = 64,     /* the first bytes belong to the line that was cut before */
    FOLLOW_LOST = 128     /* before these bytes something was lost: `lost`, 0 is not known */
};

typedef struct follow_event {
    follow_kind kind;
    follow_transport transport;
    uint64_t stream; /* never used again, also after follow_resume */
    slice source;    /* the log's path, the descriptor's name, the listener's "udp 127.0.0.1:514" */
    slice peer;      /* network: "192.0.2.7:40312" */
    slice bytes;
    uint64_t offset; /* of the first byte in the stream */
    uint64_t line;   /* number of the first line in the stream, from 1; 0 is not known */
    unsigned flags;
    uint64_t lost; /* bytes; UDP: messages */
    /* A file that does not begin here: its first whole lines, when flags has FOLLOW_RESUMED, so
     * that a format that names its fields at the top can be read on. */
    slice head;
    err trouble;
} follow_event;

/* The next thing. Slices live until the next call with f. timeout_ms < 0 waits for ever.
 *   ERR_LIMIT  memory is out: what was there comes with the next call
 *   ERR_IO     the kernel does not wait any more */
status follow_next(follow *f, int timeout_ms, follow_event *ret, err *why) NODISCARD;

/* What lies before `offset` in the stream is taken care of. Offsets of a stream only grow; the end
 * of the newest chunk costs nothing, another place reads the bytes up to it again.
 *   ERR_INPUT      before what was done, or behind what was delivered
 *   ERR_NOT_FOUND  there never was such a stream
 *   ERR_IO         the place is not the end of a chunk, and the file cannot be read any more */
status follow_done(follow *f, uint64_t stream, uint64_t offset, err *why) NODISCARD;

/* Where every file stands, as far as it was done; descriptors and the network have no place to go
 * back to. Appends to out at most FOLLOW_CHECKPOINT_MAX bytes. */
status follow_checkpoint(const follow *f, buf *out, err *why) NODISCARD;
/* Before listeners and descriptors are added, and before the first follow_next. Files of sources
 * that were not added this time stay in the checkpoints to come.
 *   ERR_INPUT  not a checkpoint, damaged, or of another version: f is as it was */
status follow_resume(follow *f, slice checkpoint, err *why) NODISCARD;

typedef struct follow_counts {
    uint64_t bytes, chunks;        /* delivered */
    uint64_t lost_bytes;           /* files cut before they were read, as far as known */
    uint64_t lost_messages;        /* UDP, said by the kernel */
    uint64_t lost_sources;         /* files that went before their end was seen */
    uint64_t connections, dropped; /* taken; of them closed for silence or want of room */
    uint64_t files, open;          /* now */
    uint64_t compressed;           /* names in the last look that fit a pattern */
    uint64_t unpacked;             /* compressed files that were read on */
    uint64_t troubles, untold;     /* raised; of them not delivered, because there were too many */
    bool inotify;                  /* false: files are looked at every FOLLOW_POLL_MS */
} follow_counts;
follow_counts follow_count(const follow *f);

#endif
