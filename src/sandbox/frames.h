/* frames.h - the frames of wire.h, for its two halves only: wire_write.c and wire_read.c.
 *
 * Which frames may come when is the state table in wire_read.c; the meaning of each payload is
 * read best in the pair put_x / take_x.
 * Uses: wire. Used by: wire_write.c, wire_read.c. */
#ifndef NOROSHI_SANDBOX_FRAMES_H
#define NOROSHI_SANDBOX_FRAMES_H

#include "sandbox/wire.h"

enum {
    FRAME_LENGTH_BYTES = 4,
    END_MESSAGE_MAX = ERR_MESSAGE_MAX - 1,
    KEYS_BYTES_MAX = WIRE_FRAME_MAX - 2048, /* of the keys of a frame, each with KEY_EXTRA */
    KEY_EXTRA = 4                           /* its kind and length at most */
};

typedef enum frame {
    FRAME_END = 1, /* status, [errno, at, message] */
    FRAME_FORMAT,  /* name, version */
    FRAME_HEAD,
    FRAME_BEGIN,
    FRAME_PART, /* of the value of the next claim */
    FRAME_CLAIM,
    FRAME_RECORD_END,
    FRAME_REFUSE,
    FRAME_WARN,
    FRAME_MEMBER,
    FRAME_DATA,
    FRAME_MEMBER_END,
    FRAME_MEMBER_REFUSE,
    FRAME_KEYS, /* a label, then keys to the end of the frame */
    FRAME_COUNT_
} frame;

/* Which optional fields follow: a bit is set exactly when the field is not its default. */
enum {
    HEAD_SNAPSHOT = 1,
    HEAD_MARKED = 2,
    HEAD_FLAGS = 3,

    RECORD_REVOKED = 1,
    RECORD_MARKED = 2,
    RECORD_MODIFIED = 4,
    RECORD_FLAGS = 7,

    LABEL_FIRST_SEEN = 1,
    LABEL_LAST_SEEN = 2,
    LABEL_VALID_UNTIL = 4,
    LABEL_FLAGS = 7,

    CLAIM_OBJECT = 1,
    CLAIM_VALUE = 2,
    CLAIM_PARTS = 4, /* the value came in parts */
    CLAIM_DETAIL = 8,
    CLAIM_CONFIDENCE = 16,
    CLAIM_FIRST_SEEN = 32,
    CLAIM_LAST_SEEN = 64,
    CLAIM_VALID_FROM = 128,
    CLAIM_VALID_UNTIL = 256,
    CLAIM_MARKED = 512,
    CLAIM_ORIGINS = 1024,
    CLAIM_FLAGS = 2047
};

#endif
