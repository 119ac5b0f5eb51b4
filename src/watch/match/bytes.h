/* bytes.h - what a byte can be part of, and what an escape stands for. Private to watch/match.
 * Uses: base. Used by: block.h, scan.c, odd.c, find.c, url.c, literal.c.
 * docs/watch.md says which escapes are undone. */
#ifndef NOROSHI_WATCH_MATCH_BYTES_H
#define NOROSHI_WATCH_MATCH_BYTES_H

#include "base/base.h"

enum {
    BYTE_WORD = 1,   /* letters and digits */
    BYTE_NAME = 2,   /* those and . _ - */
    BYTE_HEX = 4,    /* hexadecimal digits */
    BYTE_LEAD = 8,   /* begins an escape: % \ [ ( { */
    BYTE_LEFT = 16,  /* in front of a run it may be the end of an escape, or of a U-label */
    BYTE_RIGHT = 32, /* behind a run it may be the begin of one */
    BYTE_TOKEN = 64, /* may be part of a token or of an escape in it */
    BYTE_LOCAL = 128 /* of the local part of a mail address: those of a name and + */
};

extern const uint8_t byte_class[256];

/* 16 bytes 0xff, then 16 zeros: from 16 - n on, a mask of n bytes. */
extern const uint8_t full_then_zero[32];

/* In the innermost loops, and filled before it is read: not zeroed first as all else is. */
#define RAW __attribute__((uninitialized))

/* What may be an escape, by its first two bytes: both have a bit in common. */
extern const uint8_t lead_first[256], lead_second[256];

static inline bool byte_is(uint8_t c, unsigned what)
{
    return (byte_class[c] & what) != 0;
}

static inline uint8_t byte_fold(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

enum { UNIT_VALUE_MAX = 4, UNIT_MAX = 11 /* bytes as written */ };

/* One byte or one escape of a text. */
typedef struct unit {
    uint8_t length; /* bytes as written, 1..UNIT_MAX */
    uint8_t count;  /* bytes of the value, 1..UNIT_VALUE_MAX */
    bool escape;
    bool letter; /* a backslash and a letter: a line end or the like, or a folder and a name */
    uint8_t value[UNIT_VALUE_MAX];
} unit;

/* The unit at p < end; the text ends at `end`. */
unit unit_at(const uint8_t *p, const uint8_t *end);

/* A piece of text with its escapes undone, and where each byte of it stood. */
enum { VIEW_MAX = 2048 };
typedef struct view {
    uint8_t text[VIEW_MAX + 64];   /* zeros behind the last byte */
    uint32_t from[VIEW_MAX + 1];   /* first byte as written */
    uint32_t to[VIEW_MAX + 1];     /* behind the last */
    uint8_t escaped[VIEW_MAX + 1]; /* out of an escape */
    uint8_t letter[VIEW_MAX + 1];  /* the blank that a backslash and a letter stand for */
    size_t len;
} view;

/* [from, to) of text, at most VIEW_MAX bytes, becomes a view; `text` ends at `end`. Positions in
 * the view are those in text. */
void view_make(view *v, const uint8_t *text, size_t from, size_t to);

#endif
