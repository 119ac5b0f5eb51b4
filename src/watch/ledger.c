/* ledger.c - see ledger.h. */
#include "watch/ledger.h"

#include <stdlib.h>

static const slice magic = S_INIT("nrl1");

status ledger_read(ledger *l, slice bytes, err *why)
{
    slice ids = slice_from(bytes, magic.len);
    if (bytes.len && (!slice_starts(bytes, magic) || ids.len % LEDGER_ID ||
                      ids.len / LEDGER_ID > LEDGER_LOGS_MAX))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the sightings are of another reader of logs");
    *l = (ledger){.at = calloc(LEDGER_LOGS_MAX, LEDGER_ID), .count = ids.len / LEDGER_ID};
    if (!l->at)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    if (ids.len)
        memcpy(l->at, ids.ptr, ids.len);
    return OK;
}

void ledger_done(ledger *l)
{
    free(l->at);
    *l = (ledger){0};
}

bool ledger_has(const ledger *l, const uint8_t id[LEDGER_ID])
{
    for (size_t i = 0; i < l->count; i++)
        if (memcmp(l->at[i], id, LEDGER_ID) == 0)
            return true;
    return false;
}

void ledger_add(ledger *l, const uint8_t id[LEDGER_ID])
{
    if (l->count == LEDGER_LOGS_MAX)
        memmove(l->at, l->at + 1, --l->count * sizeof *l->at);
    memcpy(l->at[l->count++], id, LEDGER_ID);
}

void ledger_write(const ledger *l, buf *out)
{
    buf_put(out, magic);
    buf_put(out, slice_of((const char *)l->at, l->count * LEDGER_ID));
}
