/* file.h - the bytes of a table, for those that know them: slots.c, slots_build.c, slots_fold.c.
 * docs/formats/slots.md says the same in words. Everything is little endian.
 * Uses: slots, slots_hash. */
#ifndef NOROSHI_KNOW_SLOTS_FILE_H
#define NOROSHI_KNOW_SLOTS_FILE_H

#include "know/slots_hash.h"

enum {
    SLOTS_LINE = 64,       /* bytes of a line: */
    SLOTS_PER_LINE = 4,    /* slots */
    SLOTS_BLOCK = 1 << 16, /* bytes under one check sum */
    SLOTS_TRAILER = 4096,
    SLOTS_VERSION = 2,
    SLOTS_ALIGN = 64, /* where sections begin */
    SLOTS_RECORD_BITS = 26
};

/* A key of a table. Tables are in the order of (place, rest), so a merge reads them from front to
 * back, and needs no key. */
typedef struct slot {
    uint64_t place;  /* says the line */
    uint32_t rest;   /* more of the hash */
    uint32_t record; /* 0: empty. The kind in the upper six bits */
} slot;

static inline uint32_t slot_record(uint32_t word)
{
    return word & (((uint32_t)1 << SLOTS_RECORD_BITS) - 1);
}

static inline unsigned slot_kind(uint32_t word)
{
    return word >> SLOTS_RECORD_BITS;
}

static inline uint32_t slot_word(unsigned k, uint32_t record)
{
    return (uint32_t)k << SLOTS_RECORD_BITS | record;
}

typedef struct slots_profile_row {
    uint32_t text_at, text_len;
    int32_t first, last, until;
    uint32_t zero;
} slots_profile_row;

/* The end of the file: 4096 bytes, of which these are the first and a check sum the last. */
typedef struct slots_trailer {
    char magic[8]; /* "NRSLOTS2" */
    uint32_t version, block_bytes;
    uint8_t seed[SLOTS_SEED];
    uint64_t keys, lines, filter_blocks;
    uint32_t spill; /* the farthest any key stands behind its own line */
    uint32_t profiles, lists, list_ids;
    uint64_t text_bytes;
    uint64_t file_bytes;
    uint64_t block_sums;  /* how many */
    uint64_t sums_sum;    /* of the table of check sums */
    uint64_t prefixes[3]; /* bit n: a network of length n occurs */
    uint64_t kinds[SLOTS_KINDS];
    uint64_t removed;  /* keys that only say that they are gone */
    int32_t until_min; /* of the profiles that have one; INT32_MAX */
    uint32_t zero;
} slots_trailer;

_Static_assert(sizeof(slot) * SLOTS_PER_LINE == SLOTS_LINE, "four slots a line");
_Static_assert(sizeof(slots_profile_row) == 24, "rows are the file's bytes");
_Static_assert(sizeof(slots_trailer) == 144 + 8 * SLOTS_KINDS, "no holes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the file is mapped as it is");

static inline uint64_t slots_pad(uint64_t at)
{
    return (at + SLOTS_ALIGN - 1) & ~(uint64_t)(SLOTS_ALIGN - 1);
}

/* Lines that are written: a key of the last line may spill behind it. */
static inline uint64_t slots_lines_written(uint64_t lines)
{
    return lines + SLOTS_SPILL_MAX;
}

/* Offsets of the sections, computed from the trailer alone. */
typedef struct slots_layout {
    uint64_t filter, profiles, lists, list_ids, texts, sums, end;
} slots_layout;

static inline slots_layout slots_place(const slots_trailer *t)
{
    slots_layout l;
    l.filter = slots_lines_written(t->lines) * SLOTS_LINE;
    l.profiles = slots_pad(l.filter + t->filter_blocks * SLOTS_FILTER);
    l.lists = slots_pad(l.profiles + (uint64_t)t->profiles * sizeof(slots_profile_row));
    l.list_ids = slots_pad(l.lists + ((uint64_t)t->lists + 1) * 4);
    l.texts = slots_pad(l.list_ids + (uint64_t)t->list_ids * 4);
    l.sums = slots_pad(l.texts + t->text_bytes);
    l.end = slots_pad(l.sums + t->block_sums * 8);
    return l;
}

/* Bits of the filter a key: a small table costs little and is asked as often as a large one. */
static inline unsigned slots_filter_bits(uint64_t keys)
{
    return keys < (uint64_t)1 << 20 ? 20 : keys < (uint64_t)1 << 27 ? 16 : 12;
}

#endif
