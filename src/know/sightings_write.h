/* sightings_write.h - remembering what telemetry says, and where its readers are. One writer.
 *
 *     sightings_writer *w; sightings_writer_new(&options, &w, why);
 *     resume_from(sightings_checkpoint(w));                 // as it was committed last
 *     sightings_source_add(w, S("/var/log/dns.log"), S("zeek-dns"), &id, why);
 *     sightings_add(w, KIND_DOMAIN, S("a.evil.example"), time, id, offset, why); ...
 *     sightings_commit(w, positions, why);                  // all since the last one, or nothing
 *     sightings_fold(w, why);                               // fewer files, the same
 *
 * Uses: base, model, sightings/. Used by: watch, cmd. Read by: sightings.h.
 * Sightings gather in memory; full memory is written as a file that counts when it is committed.
 * A commit replaces one small file, the manifest, which names everything: files, sources and the
 * caller's checkpoint. Killed, out of power or disk at any moment, what is found is the last commit
 * that was acknowledged, or one that was under way, whole. So who reads logs on from the
 * checkpoint counts nothing twice and loses nothing.
 * Times: each sighting is of the day it says. One that is over a day ahead of the clock, before
 * 2000-01-01, or not said counts when it was read, and is counted as such (`redated`).
 * After an error nothing is lost: it can be tried again, or the writer be given up.
 * A commit costs a file, a manifest and their syncs: one each second or each 100,000 lines, not
 * each line, and a fold after some of them.
 * One thread at a time, but for sightings_fold_run. */
#ifndef NOROSHI_KNOW_SIGHTINGS_WRITE_H
#define NOROSHI_KNOW_SIGHTINGS_WRITE_H

#include "base/file.h"
#include "base/hash.h"
#include "know/sightings.h"

enum {
    SIGHTINGS_PENDING_MAX = 64,      /* files between two commits */
    SIGHTINGS_POSITION_VALUES = 512, /* values of one position that count once for certain */
    SIGHTINGS_VALUE_MAX = 65536,     /* bytes of a value */
    SIGHTINGS_AHEAD_DAYS = 1
};

typedef struct sightings_writer_options {
    const fs *disk;     /* NULL: the system's */
    const char *folder; /* made if it is not there; its parent is */
    random_source random;
    clock_source clock;
    size_t memory_bytes; /* of sightings that gather; 0: 64 MiB. The next power of two below */
} sightings_writer_options;

typedef struct sightings_writer sightings_writer;

/*   ERR_BUSY   another process writes
 *   ERR_INPUT  the manifest is damaged, or of another layout: nothing is touched */
status sightings_writer_new(const sightings_writer_options *options, sightings_writer **ret,
                            err *why) NODISCARD;
/* What was not committed is lost. NULL is fine. */
sightings_writer *sightings_writer_free(sightings_writer *w);
/* Of the last commit; empty: there was none. Until the next commit. */
slice sightings_checkpoint(const sightings_writer *w);

/* The number of a log: the same name and format, the same number, also after a restart.
 *   ERR_LIMIT  SIGHTINGS_SOURCES_MAX, SIGHTINGS_NAME_MAX */
status sightings_source_add(sightings_writer *w, slice name, slice format, uint32_t *ret,
                            err *why) NODISCARD;
/* `value` as observable_parse gives it; `at` WHEN_NONE: not said. Sightings of one position
 * (source and offset) come one after the other: each value of them counts once.
 *   ERR_INPUT  an address that is none; no such source; a value over SIGHTINGS_VALUE_MAX
 *   ERR_LIMIT  SIGHTINGS_PENDING_MAX: commit first
 *   ERR_IO     memory was full and could not be written; this one was not added */
status sightings_add(sightings_writer *w, kind k, slice value, when at, uint32_t source,
                     uint64_t offset, err *why) NODISCARD;
/* Lines of those times were read, whether or not they said anything. */
status sightings_read(sightings_writer *w, uint32_t source, when from, when to, err *why) NODISCARD;
/* Everything since the last commit and the checkpoint, in one step. Durable on return.
 *   ERR_LIMIT  over SIGHTINGS_CHECKPOINT_MAX; ERR_IO */
status sightings_commit(sightings_writer *w, slice checkpoint, err *why) NODISCARD;
/* Days before that one are forgotten, at once and for good; so are sources that said nothing
 * since. Space comes back with the files that are all of such days, else when a third of a file
 * is and it is folded. A step of its own: what is not committed stays so. */
status sightings_expire(sightings_writer *w, int32_t before_day, err *why) NODISCARD;

/* --- fewer files ---------------------------------------------------------------------------- */

/* Folds what should be, a file after the other. What is not committed stays so. Takes up to some
 * 110 MiB while the largest are folded. */
status sightings_fold(sightings_writer *w, err *why) NODISCARD;

/* The same, with the long part beside the writer: plan, run in another thread, end. One job at a
 * time. *ret NULL: nothing is due. */
typedef struct sightings_job sightings_job;
status sightings_fold_plan(sightings_writer *w, sightings_job **ret, err *why) NODISCARD;
/* Any thread. ERR_INPUT: a file is damaged; ERR_IO, ERR_LIMIT. Goes to fold_end in any case. */
status sightings_fold_run(sightings_job *j, err *why) NODISCARD;
/* Puts the result in place, and frees the job. What did not go well leaves things as they were. */
status sightings_fold_end(sightings_writer *w, sightings_job *j, err *why) NODISCARD;

typedef struct sightings_totals {
    uint64_t events, redated, too_old;       /* of this writer, committed or not */
    uint64_t flushed, folded, written_bytes; /* files written; folds; bytes of both */
    size_t waiting;                          /* values and days in memory */
} sightings_totals;
sightings_totals sightings_writer_totals(const sightings_writer *w);

#endif
