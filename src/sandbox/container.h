/* container.h - which wrapping is this? Looks at the first bytes only, so it needs no jail.
 *
 *     switch (container_sniff(head)) { case CONTAINER_GZIP: ... }
 *
 * Uses: base, base/utf16, format/capture. Used by: sandbox (both sides), intake.
 * A recording of traffic is one, too: what is in it is a log (format/capture.h). So is text in
 * UTF-16, which is nothing around it: its name, and that it is no member of anything, stay.
 * Sources: RFC 1952 (gzip), RFC 8878 (zstd), the .xz file format 1.2.1, bzip2's "BZh1".."BZh9",
 * APPNOTE 6.3.10 (zip), POSIX.1-2017 pax (ustar), 7zFormat.txt. Pure. */
#ifndef NOROSHI_CONTAINER_H
#define NOROSHI_CONTAINER_H

#include "base/base.h"

typedef enum container {
    CONTAINER_NONE, /* a document, as far as anybody can tell */
    CONTAINER_GZIP,
    CONTAINER_ZSTD,
    CONTAINER_XZ,
    CONTAINER_BZIP2,
    CONTAINER_ZIP,
    CONTAINER_TAR,
    CONTAINER_7Z,
    CONTAINER_CAPTURE, /* PCAP, PCAPNG */
    CONTAINER_UTF16,   /* text with a byte order mark: what is in it is the same in UTF-8 */
    CONTAINER_COUNT_
} container;

enum { CONTAINER_SNIFF_BYTES = 512 }; /* a tar header; the others need 6 bytes */

/* The wrapping of the file that begins with `head` (at least CONTAINER_SNIFF_BYTES of it, or all).
 * A tar is known by its header's check sum, so that text that looks like one is no tar. */
container container_sniff(slice head);

/* "gzip", "zip", ...; "none" for CONTAINER_NONE. */
const char *container_name(container c);

/* One compressed stream (gzip, zstd, xz, bzip2), not a collection of members. */
bool container_is_stream(container c);

/* The name of what is inside a compressed stream: "feed.csv.gz" gives "feed.csv", "x.tgz" gives
 * "x.tar" (in `out`, of `out_room` bytes, when it has to be built), a name without a known suffix
 * is returned whole. A name with a suffix to be built that has no room is returned whole too. */
slice container_inner_name(container c, slice path, char *out, size_t out_room);

#endif
