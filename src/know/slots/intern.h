/* intern.h - the profiles and lists of profiles of a table under construction, each once.
 * Private to know/slots.
 * Uses: slots_build, slots/file. Used by: slots_build.c, slots/write.c. */
#ifndef NOROSHI_KNOW_SLOTS_INTERN_H
#define NOROSHI_KNOW_SLOTS_INTERN_H

#include "know/slots_build.h"
#include "know/slots/file.h"

/* Numbers 1..count by a hash of what they stand for. */
typedef struct slots_ids {
    uint32_t *at;
    size_t room; /* a power of two */
} slots_ids;

typedef struct slots_intern {
    uint8_t key[16];
    slots_ids by_profile, by_text, by_list;
    slots_profile_row *profiles;
    size_t profile_count, profile_room;
    slots_profile_row *texts; /* only text_at and text_len */
    size_t text_count, text_room;
    buf bytes;       /* of texts */
    uint32_t *lists; /* lists[i]..lists[i + 1] of ids */
    size_t list_count, list_room;
    uint32_t *ids;
    size_t id_count, id_room;
} slots_intern;

void slots_intern_init(slots_intern *n, const uint8_t key[16]);
void slots_intern_done(slots_intern *n);
status slots_intern_profile(slots_intern *n, const slots_profile *p, uint32_t *ret,
                            err *why) NODISCARD;
/* `ids` in ascending order; *ret is the list's record. */
status slots_intern_list(slots_intern *n, const uint32_t *ids, size_t count, uint32_t *ret,
                         err *why) NODISCARD;

#endif
