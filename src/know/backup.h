/* backup.h - the whole store in one file, made while others write, and a store out of such a file.
 *
 *     backup_options o = {.path = "/backups/monday.noroshi", .to = public_key, ...};
 *     store_backup(s, &o, &report, why);
 *     restore_options r = {.path = o.path, .into = "/var/lib/noroshi-2", .key = secret_key, ...};
 *     store_restore(&r, &report, why);
 *
 * Uses: store, blob, sets (tiers), sightings, base/seal. Used by: cmd.
 * docs/formats/backup.md has the bytes, docs/decisions/0184 why. In it: the database of a moment,
 * the documents it names, the keys of its sets, what was seen, entries of the audit log that wait
 * (audit.h), which a restore takes into the log. Not in it: the index and what else
 * is made again.
 * All is checked before the file has its name: the copy of the database, each document against its
 * hash, every check sum of sets and sightings, and the bytes that were written, read back. The file
 * is written beside and renamed, so whoever is killed leaves nothing under the name.
 * A store in PostgreSQL has no file: pg_dump, or store_migrate first. */
#ifndef NOROSHI_KNOW_BACKUP_H
#define NOROSHI_KNOW_BACKUP_H

#include "base/seal.h"
#include "know/store.h"

typedef struct backup_report {
    uint64_t files, documents, sets, bytes; /* bytes: of the backup's file */
    bool seen;                              /* there are sightings in it */
    bool sealed;
    when at; /* when it was made */
} backup_report;

typedef struct backup_options {
    const char *path;  /* nothing may be there */
    const uint8_t *to; /* the public key it is sealed to, SEAL_KEY bytes; NULL: check sums only */
    const fs *disk;    /* NULL: the system's */
    clock_source clock;
    void (*on_progress)(void *ctx, const backup_report *so_far); /* NULL: nobody wants to know */
    void *ctx;
} backup_options;

/*   ERR_BUSY   another backup is under way; there is a file of that name
 *   ERR_INPUT  the store is in PostgreSQL; something of it is damaged, *why says what */
status store_backup(store *s, const backup_options *o, backup_report *ret, err *why) NODISCARD;

typedef struct restore_options {
    const char *path, *into; /* nothing may be at `into`, nor at `into`.part */
    const uint8_t *key;      /* NULL: none */
    bool dry_run;            /* all of it, checked, and taken away again */
    const fs *disk;          /* NULL: the system's */
    clock_source clock;
    random_source random;
    void (*on_progress)(void *ctx, const backup_report *so_far);
    void *ctx;
    slice who; /* for the audit log */
    /* Sessions end and tokens are revoked: a backup must not bring back what was taken from
     * somebody since. With this, tokens stay what they were then. */
    bool keep_tokens;
} restore_options;

/* The store is opened, moved to the newest schema and checked as a whole before it has its name.
 *   ERR_BUSY       something is at `into`
 *   ERR_INPUT      no backup, or damaged, cut off, or sealed to another key
 *   ERR_FORBIDDEN  it is sealed, and there is no key */
status store_restore(const restore_options *o, backup_report *ret, err *why) NODISCARD;

#endif
