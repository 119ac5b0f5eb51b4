/* ledger.h - which logs were read to their end: the checkpoint of sightings that are not followed.
 *
 *     ledger l; ledger_read(&l, sightings_checkpoint(w), why);
 *     if (!ledger_has(&l, identity)) { ...; ledger_add(&l, identity); }
 *     sightings_commit(w, ledger_bytes(&l, &out), why);
 *
 * Uses: base. Used by: cmd (watch).
 * Bytes: "nrl1", then 16 bytes a log, the oldest first; of more than LEDGER_LOGS_MAX the oldest
 * are forgotten, and would be remembered twice when they are read again. */
#ifndef NOROSHI_WATCH_LEDGER_H
#define NOROSHI_WATCH_LEDGER_H

#include "base/base.h"

enum { LEDGER_ID = 16, LEDGER_LOGS_MAX = 16384 };

typedef struct ledger {
    uint8_t (*at)[LEDGER_ID];
    size_t count;
} ledger;

/* Empty bytes: an empty one. ERR_INPUT: they are no ledger; ERR_LIMIT: memory. */
status ledger_read(ledger *l, slice bytes, err *why) NODISCARD;
void ledger_done(ledger *l);
bool ledger_has(const ledger *l, const uint8_t id[LEDGER_ID]);
void ledger_add(ledger *l, const uint8_t id[LEDGER_ID]);
void ledger_write(const ledger *l, buf *out);

#endif
