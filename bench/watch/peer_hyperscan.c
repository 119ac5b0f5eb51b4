/* peer_hyperscan.c - Hyperscan with a set of literals: see peers.h. */
#include "peers.h"

#include <hs/hs.h>
#include <stdlib.h>

struct peer_literals {
    hs_database_t *db;
    hs_scratch_t *scratch;
};

/* As it is fastest: case matters, every place is reported (with HS_FLAG_SINGLEMATCH it is as fast
 * with 10,000 and slower with 100,000), and blocks, which are no slower than a stream. */
peer_literals *hyperscan_make(const char *const *texts, const size_t *lengths, size_t count)
{
    peer_literals *p = calloc(1, sizeof *p);
    unsigned *flags = calloc(count, sizeof *flags), *ids = calloc(count, sizeof *ids);
    hs_compile_error_t *error = NULL;
    hs_error_t st = HS_NOMEM;
    for (size_t i = 0; ids && i < count; i++)
        ids[i] = (unsigned)i;
    if (p && flags && ids)
        st = hs_compile_lit_multi(texts, flags, ids, lengths, (unsigned)count, HS_MODE_BLOCK, NULL,
                                  &p->db, &error);
    free(flags);
    free(ids);
    if (st == HS_SUCCESS && hs_alloc_scratch(p->db, &p->scratch) == HS_SUCCESS)
        return p;
    hs_free_compile_error(error);
    hyperscan_free(p);
    return NULL;
}

static int count_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                       void *ctx)
{
    (void)id;
    (void)from;
    (void)to;
    (void)flags;
    ++*(size_t *)ctx;
    return 0;
}

size_t hyperscan_scan(peer_literals *p, const char *text, size_t len)
{
    size_t found = 0, step = 1 << 20;
    for (size_t at = 0; at < len; at += step) {
        size_t n = len - at < step ? len - at : step;
        hs_scan(p->db, text + at, (unsigned)n, 0, p->scratch, count_match, &found);
    }
    return found;
}

void hyperscan_free(peer_literals *p)
{
    if (p) {
        hs_free_scratch(p->scratch);
        hs_free_database(p->db);
    }
    free(p);
}
