/* table.h - an open table, for those that read it as a whole. Private to know/slots.
 * Uses: base/mapping, slots_file. Used by: slots.c, slots_fold.c, slots_front.c. */
#ifndef NOROSHI_KNOW_SLOTS_TABLE_H
#define NOROSHI_KNOW_SLOTS_TABLE_H

#include "base/mapping.h"
#include "know/slots/file.h"

struct slots {
    mapping *map;
    slots_trailer t;
    slots_secret secret;
    const slot *lines;
    const uint32_t *filter;
    const slots_profile_row *profiles;
    const uint32_t *lists, *list_ids;
    const char *texts;
    const uint64_t *sums;
};

/* slots_find_first for keys that are hashed: what stands in one table, asked of others. */
void slots_find_hashes(const slots *const *tables, size_t table_count, const slots_hash *h,
                       size_t count, slots_found *ret);

/* What the filter alone says: false is certain. */
bool slots_filter_has(const slots *t, slots_hash h);

/* The slots of a table in their order. */
static inline const slot *slots_next(const slots *t, uint64_t *at)
{
    uint64_t end = slots_lines_written(t->t.lines) * SLOTS_PER_LINE;
    while (*at < end) {
        const slot *e = &t->lines[(*at)++];
        if (e->record)
            return e;
    }
    return NULL;
}

/* Numbers of the profiles of a record, those that there are; at most SLOTS_LIST_MAX. */
size_t slots_profile_ids(const slots *t, uint32_t record, uint32_t ret[SLOTS_LIST_MAX]);
bool slots_profile_at(const slots *t, uint32_t id, slots_profile *ret);

#endif
