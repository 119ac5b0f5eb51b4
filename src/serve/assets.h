/* assets.h - the page that the program serves: its files, compressed when it was built.
 *
 *     const asset *f = asset_named(S("/"));
 *     if (f && accepts_brotli && f->br.len)
 *         reply(f->type, f->br, "br", f->etag);
 *
 * The files come from web/ (docs/web.md) and live as long as the program. Where the program was
 * built without node there is one file, "/", that says how to build the page, and no brotli form.
 *
 * Uses: base. Used by: serve/http. */
#ifndef NOROSHI_SERVE_ASSETS_H
#define NOROSHI_SERVE_ASSETS_H

#include "base/base.h"

/* What every reply with a page says: scripts, styles and images only from here, nothing inside the
 * page, no way to make code out of text (Trusted Types), nobody frames it. tests/web/ look at the
 * page under exactly this. */
#define ASSET_POLICY                                                                               \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "                \
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "          \
    "require-trusted-types-for 'script'; trusted-types 'none'"

typedef struct asset {
    slice path;     /* in the URL, from its first "/" */
    slice type;     /* for Content-Type */
    slice etag;     /* SHA-256 of `plain`, in the quotes of an entity tag */
    slice plain;    /* as it is */
    slice br;       /* brotli; empty: there is no such form */
    slice gz;       /* gzip */
    bool immutable; /* its path holds a digest: it may be kept for ever */
} asset;

/* The file with this path, compared byte by byte, or NULL. O(log n), takes no memory. */
const asset *asset_named(slice path);

/* All of them, sorted by path: what tools/embed-web wrote. */
extern const asset asset_table[];
extern const size_t asset_count;

#endif
