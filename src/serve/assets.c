/* assets.c - finds a file of the page: see assets.h. */
#include "serve/assets.h"

#include <stdlib.h>

static int by_path(const void *path, const void *of)
{
    const asset *a = of;
    return slice_cmp(*(const slice *)path, a->path);
}

const asset *asset_named(slice path)
{
    return bsearch(&path, asset_table, asset_count, sizeof asset_table[0], by_path);
}
