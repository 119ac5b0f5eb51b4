/* Logs as they are in the world: what the quick matcher finds in them is what the slow one finds.
 * The indicators are values of the logs themselves, and those of the scene. Of each file the first
 * part is read; all of it with NOROSHI_TEST_LONG. */
#include "base/test.h"
#include "watch/match_scene.h"

#include <dirent.h>
#include <zlib.h>

enum { FILES_MAX = 512, TAKEN_MAX = 400, PART = 200 << 10, WHOLE = 64 << 20 };

typedef struct logs {
    arena a;
    slice files[FILES_MAX]; /* what is in them */
    size_t count, part;
    char *scratch; /* of `part` bytes */
    slow_indicator *all;
    size_t indicators;
    uint64_t turn; /* of the values that are seen */
} logs;

static void logs_done(logs *l)
{
    free(l->all);
    free(l->scratch);
    arena_done(&l->a);
}

/* gzip or not. */
static void read_file(logs *l, const char *path)
{
    gzFile f = gzopen(path, "rb");
    int n = f ? gzread(f, l->scratch, (unsigned)l->part) : 0;
    if (f)
        gzclose(f);
    if (n > 0)
        l->count += arena_copy(&l->a, slice_of(l->scratch, (size_t)n), &l->files[l->count]);
}

static void read_folder(logs *l, const char *path, int depth)
{
    char inner[2048];
    DIR *d = depth < 12 ? opendir(path) : NULL;
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
        if (e->d_type == DT_DIR)
            read_folder(l, inner, depth + 1);
        else if (l->count < FILES_MAX)
            read_file(l, inner);
    }
    if (d)
        closedir(d);
}

static status ignore(void *ctx, const match_hit *hits, size_t count, err *why)
{
    (void)ctx;
    (void)hits;
    (void)count;
    (void)why;
    return OK;
}

/* Some of what is seen becomes an indicator; each only once. */
static status take(void *ctx, const match_seen *seen, err *why)
{
    logs *l = ctx;
    char text[MATCH_SEEN_VALUE];
    slice value = seen->value;
    (void)why;
    if (++l->turn % 41 || l->indicators == TAKEN_MAX)
        return OK;
    if (seen->kind == KIND_IPV4 || seen->kind == KIND_IPV6) {
        ip a = {{0}};
        if (seen->kind == KIND_IPV4)
            a = ip4_make((uint32_t)(uint8_t)value.ptr[0] << 24 |
                         (uint32_t)(uint8_t)value.ptr[1] << 16 |
                         (uint32_t)(uint8_t)value.ptr[2] << 8 | (uint8_t)value.ptr[3]);
        else
            memcpy(a.b, value.ptr, sizeof a.b);
        value = slice_of(text, ip_print(&a, text));
    } else if (seen->kind >= KIND_MD5 && seen->kind <= KIND_SHA512) {
        for (size_t i = 0; i < value.len; i++)
            snprintf(text + 2 * i, 3, "%02x", (unsigned char)value.ptr[i]);
        value = slice_of(text, 2 * value.len);
    }
    for (size_t i = 0; i < l->indicators; i++)
        if (l->all[i].kind == seen->kind && slice_eq(l->all[i].value, value))
            return OK;
    slow_indicator *one = &l->all[l->indicators];
    one->kind = seen->kind;
    one->id = 1000 + l->indicators;
    l->indicators += arena_copy(&l->a, value, &one->value);
    return OK;
}

/* From every file the same number, so that no large one is all that is looked for. */
static void choose(logs *l, const match_table *empty)
{
    for (size_t i = 0; i < l->count; i++) {
        matcher *m = matcher_new(&(match_sink){.hits = ignore, .seen = take, .ctx = l});
        slice head = slice_sub(l->files[i], 0, 20000);
        if (!m || match_feed(m, empty, head, NULL) != OK || match_end(m, empty, NULL) != OK)
            abort();
        matcher_free(m);
    }
    for (size_t i = 0; i < SCENE_COUNT; i++) {
        slow_indicator *one = &l->all[l->indicators];
        one->kind = scene_values[i].kind;
        one->value = scene_values[i].value;
        one->id = 1000 + l->indicators++;
    }
    slow_prepare(l->all, l->indicators);
}

static match_table *table_of(const slow_indicator *all, size_t count)
{
    match_builder *b = match_builder_new(scene_key);
    match_table *t = NULL;
    for (size_t i = 0; i < count; i++)
        if (!b || match_builder_add(b, all[i].kind, all[i].value, all[i].id, NULL) != OK)
            abort();
    if (match_builder_done(b, &t, NULL) != OK)
        abort();
    return t;
}

TEST(logs_are_matched_as_the_slow_matcher_does)
{
    CLEANUP(logs_done) logs l = {.part = getenv("NOROSHI_TEST_LONG") ? WHOLE : PART};
    arena_init(&l.a, (size_t)8 << 30);
    l.all = calloc(TAKEN_MAX + SCENE_COUNT, sizeof *l.all);
    l.scratch = malloc(l.part);
    REQUIRE(l.all && l.scratch);
    read_folder(&l, "../shared/data/logs", 0);
    if (l.count == 0)
        TEST_SKIP("../shared/data/logs is not there");
    match_table *empty = table_of(NULL, 0);
    choose(&l, empty);
    match_table *t = table_of(l.all, l.indicators);
    size_t bytes = 0, hits = 0;
    for (size_t i = 0; i < l.count && !test_bad; i++) {
        size_t count;
        match_hit *want = slow_match(l.all, l.indicators, l.files[i], &count);
        for (unsigned level = 0; level < 3; level++) {
            scene_hits got = {0};
            if (scene_match(t, l.files[i], level, 1 + i * 13 % 999, level ? 50000 : 777, &got) &&
                !scene_same(want, count, got.at, got.count))
                TEST_FAIL("file %zu level %u: %zu hits, want %zu", i, level, got.count, count);
            free(got.at);
        }
        bytes += l.files[i].len;
        hits += count;
        free(want);
    }
    fprintf(stderr, "%zu files, %zu bytes, %zu indicators, %zu hits\n", l.count, bytes,
            l.indicators, hits);
    CHECK(hits > 0);
    match_table_free(t);
    match_table_free(empty);
}
