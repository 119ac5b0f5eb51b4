/* sightings.h - has this site ever seen this? When, how often, where. Asked without the logs.
 *
 *     sightings *s; sightings_open("var/sightings", &s, why);
 *     sightings_probe p[2] = {{KIND_DOMAIN, S("evil.example")}, {KIND_IPV4, S("198.51.100.7")}};
 *     sightings_found f[2];
 *     sightings_find(s, p, 2, &a, f, why);      // f[0].itself.count, f[0].within.samples ...
 *     sightings_refresh(s, &changed, why);      // what was committed since
 *
 * Uses: base, model, sightings/. Used by: answer, cmd, watch. Written by: sightings_write.h.
 * docs/formats/sightings.md has the bytes, docs/decisions/0140 to 0142 why.
 *
 * For every value and day: how often, first and last to the second, from which sources, and where:
 * of up to 8 sightings a day all positions, of more the first two and the last two. Values are
 * hashed under a secret of the store and not kept: who asks must know the value.
 * Seen *within* a value: names below a domain (for each name the 8 shortest of the domains above
 * it, down to the registrable one), URLs and mail addresses at a host, addresses in a network.
 * IPv4 networks are asked address by address, from /16 up by remembered /16s; IPv6 ones by
 * addresses from /112 on, by remembered /64, /48, /32 above; narrower ones than /64 give what was
 * seen in the /64 around, wider ones than /16 cannot be asked.
 * A position (source and offset) counts once for each value, whatever it says how often; of a
 * network, once for each of the keys it is asked by.
 * "No" means: not in what was read. What that was says sightings_coverage.
 * While a day lies in several files, of more than 8 sightings more positions may be shown.
 * What is opened stays as it is, also while others write. Any number of processes; any number of
 * threads may ask while none refreshes. */
#ifndef NOROSHI_KNOW_SIGHTINGS_H
#define NOROSHI_KNOW_SIGHTINGS_H

#include "base/base.h"
#include "base/when.h"
#include "model/kind.h"
#include "model/marking.h"

enum {
    SIGHTINGS_PROBES_MAX = 65536,  /* in one call; */
    SIGHTINGS_KEYS_MAX = 1 << 22,  /* what they ask: a network is up to 65,536 */
    SIGHTINGS_SAMPLES = 16,        /* positions of one answer: if there are more, half of them
                                       * the first, half the last */
    SIGHTINGS_DAYS = 400,          /* days of one answer, the newest */
    SIGHTINGS_SOURCES = 16,        /* sources of one answer, the lowest numbers */
    SIGHTINGS_SEGMENTS_MAX = 512,  /* files */
    SIGHTINGS_SOURCES_MAX = 16384, /* logs that are remembered */
    SIGHTINGS_NAME_MAX = 4096,     /* bytes of a log's name or format */
    SIGHTINGS_CHECKPOINT_MAX = 1 << 20,
    SIGHTINGS_EXPECT_MAX = 64, /* values whose reads are fetched ahead */
    SIGHTINGS_DAY_NONE = INT32_MIN
};

typedef struct sightings sightings;

/* ERR_NOT_FOUND  nothing was ever committed there; ERR_INPUT  damaged, or of another layout;
 * ERR_LIMIT  memory */
status sightings_open(const char *folder, sightings **ret, err *why) NODISCARD;
sightings *sightings_close(sightings *s);
/* Opens what was committed since, when there is any, and files that are not whole any more:
 * microseconds if there is nothing. On an error it stays as
 * it was. */
status sightings_refresh(sightings *s, bool *ret_changed, err *why) NODISCARD;
/* Reads all and compares every check sum. ERR_INPUT: damaged. */
status sightings_verify(const sightings *s, err *why) NODISCARD;

/* The files that it lies in, as they are, with their names in the folder; also when they were
 * removed meanwhile. Valid until it is refreshed or closed. For backups. */
status sightings_files(const sightings *s,
                       status (*on_file)(void *ctx, const char *name, slice bytes, err *why),
                       void *ctx, err *why) NODISCARD;

/* --- asking --------------------------------------------------------------------------------- */

/* A value as observable_parse gives it. KIND_CIDR: a network. */
typedef struct sightings_probe {
    kind kind;
    slice value;
} sightings_probe;

typedef struct sightings_sample {
    uint64_t offset; /* in the source, as its reader counts */
    when at;         /* to the second */
    uint32_t source;
} sightings_sample;

typedef struct sightings_day {
    int32_t day; /* since 1970-01-01 */
    uint64_t count;
} sightings_day;

typedef struct sighting {
    uint64_t count;            /* 0: not seen; then nothing else is said */
    when first, last;          /* of the sightings that are remembered still, to the second */
    sightings_day *days;       /* ascending */
    sightings_sample *samples; /* by time */
    uint32_t sources[SIGHTINGS_SOURCES]; /* ascending */
    uint32_t day_count, sample_count, source_count;
    bool more_days, more_samples, more_sources;
} sighting;

typedef enum sightings_scope {
    SIGHTINGS_EXACT,  /* what is said is said of the value asked */
    SIGHTINGS_AROUND, /* `within` is of the /64 around an IPv6 network */
    SIGHTINGS_UNKNOWN /* an IPv6 network wider than /16: `within` says nothing */
} sightings_scope;

typedef struct sightings_found {
    sighting itself; /* the value */
    sighting within; /* below it, at it, in it */
    sightings_scope scope;
} sightings_found;

/* Is a value of this kind looked for in telemetry? Of others nothing can be said. */
static inline bool sightings_can_have(kind k)
{
    return k == KIND_IPV4 || k == KIND_IPV6 || k == KIND_CIDR || k == KIND_DOMAIN ||
           k == KIND_EMAIL || k == KIND_MD5 || k == KIND_SHA1 || k == KIND_SHA256 ||
           k == KIND_SHA512;
}

/* Sightings are the site's own, at TLP:AMBER, and of now: others, and questions as of an earlier
 * time, are told that nothing can be said. */
static inline bool sightings_are_for(const view *v)
{
    return !v->organisation.len && v->clearance >= TLP_AMBER && v->known_at == WHEN_NONE;
}

/* ret[i] is of probes[i]; lists are in `a`.
 *   ERR_INPUT  an address or network that is none; the file is damaged there
 *   ERR_LIMIT  over SIGHTINGS_PROBES_MAX or _KEYS_MAX, or the budget
 *   ERR_IO     a file was cut off since it was opened, or cannot be read: refresh
 * A value that was never seen costs a cache line a file, also where it is a network; there are at
 * most some 15 files and one more for each 32 million values and days. */
status sightings_find(const sightings *s, const sightings_probe *probes, size_t count, arena *a,
                      sightings_found *ret, err *why) NODISCARD;

/* Before sightings_find of a few values, when nobody has asked for long: what the answer reads of
 * the disk is fetched at the same time in three steps, not one after the other in as many as four
 * a file. Costs some microseconds a file and value that is in memory. Of networks, and over
 * SIGHTINGS_EXPECT_MAX, nothing is fetched. */
void sightings_expect(const sightings *s, const sightings_probe *probes, size_t count);

/* May the value have been seen, or something within it? false is certain; of values that never were
 * it is true for a few in a hundred. Reads filters alone: for millions of values (0.1 to 0.3 us
 * each), of which sightings_find is asked those that are left. What is no address is false; what is
 * no network, or one that may be too wide to say, is true. Any count. */
void sightings_maybe(const sightings *s, const sightings_probe *probes, size_t count, bool *ret);

/* --- what was read -------------------------------------------------------------------------- */

typedef struct sightings_source {
    uint32_t id;
    slice name, format;
    when from, to;   /* of the times it says; WHEN_NONE: nothing was read of it */
    uint64_t events; /* sightings */
} sightings_source;

typedef struct sightings_gap {
    int32_t first, last; /* days */
} sightings_gap;

enum { SIGHTINGS_GAPS = 64 };

/* Before `from`, after `to` and in the gaps nothing can be said. */
typedef struct sightings_coverage {
    when from, to; /* WHEN_NONE: nothing was read. `from` is not before the oldest day kept */
    const sightings_source *sources; /* by id */
    size_t source_count;
    sightings_gap
        gaps[SIGHTINGS_GAPS]; /* days between of which nothing is remembered; the newest */
    size_t gap_count;
    bool more_gaps;
    int32_t expired;  /* days before it are forgotten; SIGHTINGS_DAY_NONE: none is */
    uint64_t events;  /* sightings that were counted, ever */
    uint64_t redated; /* of those, with an impossible time: they count when they were read */
    uint64_t too_old; /* not remembered: of days that are forgotten */
    uint64_t keys, buckets, bytes, segments; /* values (again in each file), values and days */
} sightings_coverage;

/* Slices are of `s` and last until it is refreshed or closed; the list is in `a`. */
status sightings_covered(const sightings *s, arena *a, sightings_coverage *ret, err *why) NODISCARD;
/* The source a sample names. ERR_NOT_FOUND. */
status sightings_source_of(const sightings *s, uint32_t id, sightings_source *ret,
                           err *why) NODISCARD;

#endif
