/* sightings_model_test.c - sightings against a plain array of all that was added: commits, folds,
 * expiry, writers that are given up, disks that are full, in any order. */
#include "know/sightings_fixture.h"

enum { EVENTS_MAX = 1 << 15, HOSTS = 40, SOURCES = 6, SPAN_DAYS = 12 };

typedef struct event {
    uint32_t host; /* which value; see value_of */
    uint32_t source;
    uint64_t offset;
    when at;
} event;

typedef struct model {
    event *all;
    size_t count, committed; /* events */
    int32_t expired;
    uint32_t sources[SOURCES];
    uint64_t line, committed_line;
    bool any; /* a commit was acknowledged */
} model;

/* Names in groups of five below one domain; addresses in a /24. */
static kind value_of(uint32_t host, char out[64])
{
    if (host % 4 == 3) {
        snprintf(out, 64, "192.0.2.%u", host);
        return KIND_IPV4;
    }
    snprintf(out, 64, "h%u.g%u.example", host, host / 5);
    return KIND_DOMAIN;
}

/* --- what should be found ------------------------------------------------------------------- */

typedef struct expected {
    event e[EVENTS_MAX];
    size_t n;
} expected;

static int by_time(const void *a, const void *b)
{
    const event *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

/* Events of a host, or of what is within a group or network; each position once. */
static void gather(const model *m, uint32_t host, int group, bool net, expected *ret)
{
    ret->n = 0;
    for (size_t i = 0; i < m->committed; i++) {
        const event *e = &m->all[i];
        bool ip = e->host % 4 == 3;
        bool in = net ? ip : group >= 0 ? !ip && (int)(e->host / 5) == group : e->host == host;
        bool again = false;
        if (!in || e->at / WHEN_DAY < m->expired)
            continue;
        for (size_t k = ret->n; !net && k-- > 0 && !again && k + 8 > ret->n;)
            again = ret->e[k].source == e->source && ret->e[k].offset == e->offset;
        if (!again)
            ret->e[ret->n++] = *e;
    }
    if (ret->n)
        qsort(ret->e, ret->n, sizeof *ret->e, by_time);
}

/* Of one day: all of up to eight, else the ends. */
static size_t keep_day(const event *e, size_t n, event *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (n <= 8 || i < 2 || i >= n - 2)
            out[kept++] = e[i];
    return kept;
}

static bool is_at(const sightings_sample *g, const event *e)
{
    return g->at == e->at && g->source == e->source && g->offset == e->offset;
}

/* Exactly these, or their ends. */
static size_t wrong_kept(const event *kept, size_t n, const sighting *s)
{
    size_t show = n < SIGHTINGS_SAMPLES ? n : SIGHTINGS_SAMPLES, wrong = 0;
    if (s->sample_count != show)
        return 1;
    for (size_t i = 0; i < show; i++)
        wrong += !is_at(&s->samples[i], &kept[i < show / 2 || n <= show ? i : n - show + i]);
    return wrong;
}

/* As long as a day lies in several files more of its positions are there: what is shown happened,
 * in order, and the first two and last two of all are among it. */
static size_t wrong_shown(const expected *x, const sighting *s)
{
    size_t at = 0, wrong = s->more_samples != (x->n > s->sample_count);
    for (size_t i = 0; i < s->sample_count; i++, at++)
        while (at < x->n && !is_at(&s->samples[i], &x->e[at]))
            at++;
    wrong += at > x->n;
    size_t most = x->n < SIGHTINGS_SAMPLES ? x->n : SIGHTINGS_SAMPLES;
    if (s->sample_count < (most < 4 ? most : 4) || s->sample_count > most)
        return wrong + 1;
    for (size_t i = 0; i < 2 && i < x->n; i++)
        wrong += !is_at(&s->samples[i], &x->e[i]) ||
                 !is_at(&s->samples[s->sample_count - 1 - i], &x->e[x->n - 1 - i]);
    return wrong;
}

static size_t wrong_samples(const expected *x, const sighting *s, bool one_file)
{
    static event kept[EVENTS_MAX];
    size_t n = 0, wrong = 0, days = 0;
    for (size_t i = 0, k; i < x->n; i = k, days++) {
        for (k = i; k < x->n && x->e[k].at / WHEN_DAY == x->e[i].at / WHEN_DAY; k++)
            continue;
        n += keep_day(x->e + i, k - i, kept + n);
        wrong += days >= s->day_count || s->days[days].day != x->e[i].at / WHEN_DAY ||
                 s->days[days].count != k - i;
    }
    wrong += days != s->day_count;
    return wrong + (one_file ? wrong_kept(kept, n, s) : wrong_shown(x, s));
}

static size_t wrong_sighting(const expected *x, const sighting *s, bool one_file)
{
    uint32_t sources[SOURCES], n = 0;
    if (s->count != x->n)
        return 1;
    if (x->n == 0)
        return 0;
    for (size_t i = 0; i < x->n; i++) {
        uint32_t k = 0;
        while (k < n && sources[k] != x->e[i].source)
            k++;
        sources[k] = x->e[i].source;
        n += k == n;
    }
    size_t wrong = s->first != x->e[0].at || s->last != x->e[x->n - 1].at || s->source_count != n ||
                   s->more_sources;
    return wrong + wrong_samples(x, s, one_file);
}

static size_t check(site *t, const model *m)
{
    static expected x;
    CLEANUP(arena_done) arena a;
    char text[HOSTS + HOSTS / 5 + 1][64];
    sightings_probe p[HOSTS + HOSTS / 5 + 1];
    sightings_found f[COUNT_OF(p)];
    sightings *s = NULL;
    sightings_coverage c;
    size_t n = 0, wrong = 0;
    arena_init(&a, 16 << 20);
    for (uint32_t h = 0; h < HOSTS; h++, n++)
        p[n].kind = value_of(h, text[n]);
    for (uint32_t g = 0; g < HOSTS / 5; g++, n++) {
        snprintf(text[n], sizeof text[n], "g%u.example", g);
        p[n].kind = KIND_DOMAIN;
    }
    snprintf(text[n], sizeof text[n], "192.0.2.0/24");
    p[n++].kind = KIND_CIDR;
    for (size_t i = 0; i < n; i++)
        p[i].value = slice_str(text[i]);
    status st = sightings_open(t->folder, &s, &t->why);
    if (st == ERR_NOT_FOUND && !m->any)
        return 0;
    if (st != OK || sightings_find(s, p, n, &a, f, &t->why) != OK ||
        sightings_verify(s, &t->why) != OK || sightings_covered(s, &a, &c, &t->why) != OK) {
        TEST_FAIL("%s", t->why.msg);
        sightings_close(s);
        return 1;
    }
    for (uint32_t i = 0; i < n; i++) {
        gather(m, i, i < HOSTS ? -1 : (int)i - HOSTS, i == n - 1, &x);
        /* of addresses added up each keeps its own positions */
        wrong += wrong_sighting(&x, i < HOSTS ? &f[i].itself : &f[i].within,
                                c.segments == 1 && i < n - 1);
    }
    sightings_close(s);
    return wrong;
}

/* --- what happens --------------------------------------------------------------------------- */

static bool open_writer(site *t, model *m)
{
    t->left = LONG_MAX;
    if (!site_write(t, 1 << 13))
        return false;
    for (uint32_t i = 0; i < SOURCES; i++) {
        char name[16];
        snprintf(name, sizeof name, "log%u", i);
        if (sightings_source_add(t->w, slice_str(name), S("json"), &m->sources[i], &t->why) != OK)
            return false;
    }
    slice at = sightings_checkpoint(t->w);
    CHECK_EQ(at.len, m->any ? sizeof m->line : 0);
    if (at.len == sizeof m->line) {
        memcpy(&m->line, at.ptr, sizeof m->line);
        CHECK_EQ(m->line, m->committed_line);
    }
    m->line = m->committed_line;
    m->count = m->committed;
    return true;
}

/* A line of some values, with one time and place; again until it is in. */
static void add_line(site *t, model *m)
{
    uint32_t n = 1 + site_roll(t, 4), host = site_roll(t, site_roll(t, HOSTS) + 1);
    int32_t day = SITE_TODAY - (int32_t)site_roll(t, site_roll(t, SPAN_DAYS) + 1);
    event e = {.source = m->sources[site_roll(t, SOURCES)],
               .offset = m->line * 100,
               .at = site_time(day, site_roll(t, 86400))};
    bool old = day < m->expired;
    for (uint32_t i = 0; i < n; i++) {
        char value[64];
        e.host = (host + i * i) % HOSTS;
        kind k = value_of(e.host, value);
        status st = ERR_IO;
        for (int again = 0; again < 2 && st == ERR_IO; again++) {
            st = sightings_add(t->w, k, slice_str(value), e.at, e.source, e.offset, &t->why);
            t->left = st == OK ? t->left : LONG_MAX; /* room again */
        }
        CHECK_OK(st);
        bool twice = false;
        for (size_t c = m->count; c-- > 0 && m->all[c].offset == e.offset;)
            twice = twice || m->all[c].host == e.host;
        if (!old && !twice && m->count < EVENTS_MAX)
            m->all[m->count++] = e;
    }
    m->line++;
}

/* false: it was not acknowledged, and may have happened. */
static bool commit(site *t, model *m)
{
    status st = sightings_commit(t->w, slice_of((const char *)&m->line, sizeof m->line), &t->why);
    if (st == OK) {
        m->committed = m->count;
        m->committed_line = m->line;
        m->any = true;
    }
    return st == OK;
}

/* Errors leave things as they were, and so do retries. */
static void step(site *t, model *m)
{
    uint32_t what = site_roll(t, 100);
    status st = OK;
    if (what < 55) {
        for (uint32_t i = site_roll(t, 60); i; i--)
            add_line(t, m);
    } else if (what < 75) {
        while (!commit(t, m))
            t->left = LONG_MAX;
    } else if (what < 85) {
        while ((st = sightings_fold(t->w, &t->why)) == ERR_IO)
            t->left = LONG_MAX;
        CHECK_OK(st);
    } else if (what < 88) {
        int32_t day = SITE_TODAY - (int32_t)site_roll(t, SPAN_DAYS);
        while ((st = sightings_expire(t->w, day, &t->why)) == ERR_IO)
            t->left = LONG_MAX;
        CHECK_OK(st);
        m->expired = day > m->expired ? day : m->expired;
    } else if (what < 94) {
        t->left = site_roll(t, 30); /* the disk fills up */
    } else {
        REQUIRE(open_writer(t, m)); /* as if it had been killed */
    }
}

static void play(uint64_t seed, int steps)
{
    CLEANUP(site_done) site t;
    model m = {.expired = SIGHTINGS_DAY_NONE};
    REQUIRE(site_make(&t, seed));
    m.all = calloc(EVENTS_MAX, sizeof *m.all);
    REQUIRE(m.all && open_writer(&t, &m));
    for (int i = 0; i < steps && m.count + 400 < EVENTS_MAX; i++) {
        step(&t, &m);
        if (i % 5 && i + 1 < steps)
            continue;
        size_t wrong = check(&t, &m);
        if (wrong) {
            TEST_FAIL("seed %llu, step %d: %zu of the answers are wrong", (unsigned long long)seed,
                      i, wrong);
            break;
        }
    }
    free(m.all);
}

TEST(as_a_plain_array_says)
{
    for (uint64_t seed = 1; seed <= 25; seed++)
        play(seed, 100);
}
