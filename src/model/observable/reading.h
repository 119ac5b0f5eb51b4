/* reading.h - private to model/observable: what the readers of the kinds share. */
#ifndef NOROSHI_OBSERVABLE_READING_H
#define NOROSHI_OBSERVABLE_READING_H

#include "base/base.h"
#include "model/observable.h"

#if defined(__has_attribute)
#if __has_attribute(uninitialized)
/* A scratch buffer that is written before it is read: do not zero 8 KiB for an address. */
#define SCRATCH __attribute__((uninitialized))
#endif
#endif
#ifndef SCRATCH
#define SCRATCH
#endif

/* One observable in the making. A reader gets `text` prepared (trimmed, and refanged for the kinds
 * of networks), fills `o` and leaves o.value in `text`, in `scratch` or in a literal. */
typedef struct reading {
    slice text;
    observable o;
    char *scratch; /* OBSERVABLE_TEXT_MAX + 1 bytes */
    size_t used;   /* of scratch */
} reading;

/* ERR_INPUT says what does not fit; o is garbage then. */
typedef status (*reader_fn)(reading *r, err *why);

status read_ip(reading *r, err *why); /* ipv4, ipv6 and cidr, each with a port */
status read_domain(reading *r, err *why);
status read_url(reading *r, err *why);
status read_email(reading *r, err *why);
status read_hash(reading *r, err *why); /* md5 .. sha512 by length */
status read_ssdeep(reading *r, err *why);
status read_tlsh(reading *r, err *why);
status read_md5_like(reading *r, err *why); /* imphash, ja3, ja3s, hassh: o.kind is set before */
status read_ja4(reading *r, err *why);
status read_jarm(reading *r, err *why);
status read_asn(reading *r, err *why);
status read_mac(reading *r, err *why);
status read_filename(reading *r, err *why); /* also process names */
status read_path(reading *r, err *why);
status read_registry(reading *r, err *why);
status read_mutex(reading *r, err *why);
status read_pipe(reading *r, err *why);
status read_user_agent(reading *r, err *why);
status read_cert_hash(reading *r, err *why);
status read_cert_serial(reading *r, err *why);
status read_coin(reading *r, err *why);
status read_command_line(reading *r, err *why);
status read_phone(reading *r, err *why);
status read_package(reading *r, err *why);
status read_plain(reading *r, err *why); /* as it is: accounts, subjects */
status read_property(reading *r, err *why);

/* Finds out the kind: see guess.c. */
status read_any(reading *r, err *why);

/* Writes to scratch; false when it is full. */
bool scratch_put(reading *r, slice s);
bool scratch_byte(reading *r, char c);
/* Lower case of ASCII letters into scratch; sets STEP_CASE when some changed. */
bool scratch_lower(reading *r, slice s, slice *ret);

status no_fit(err *why, size_t at, slice text, const char *what);

/* Wrappers, blanks, bullets and trailing punctuation off: see trim.c. `only_quotes` leaves
 * punctuation and brackets, which may belong to a file name. Sets STEP_TRIM in *steps. */
slice trim_value(slice s, bool only_quotes, unsigned *steps);

#endif
