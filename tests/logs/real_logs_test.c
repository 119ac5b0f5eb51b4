/* real_logs_test.c - every log of the collection in ../shared/data/logs is read: none of its
 * records is raw, cut or without its time, and the sums are what was counted once. */
#include "../security/kit.h"
#include "format/log_text.h"
#include "sandbox/walk.h"

#include <dirent.h>
#include <sys/stat.h>

static const format formats[] = {KIT_LINES};
KIT_FORMATS(formats)

/* Files under a folder are streams of one format, and have so many events. */
typedef struct expected {
    const char *under, *format;
    size_t files, events, fields_min;
    size_t seen_files, seen_events, seen_fields, seen_times;
} expected;

static const expected wanted[] = {
    {"elastic-examples/apache", "web", 1, 10000, 121000},
    {"elastic-examples/auth", "syslog", 1, 7121, 55000},
    {"suricata-eve", "suricata", 2, 251, 6000},
    {"zeek-wrccdc", "zeek", 55, 149141, 2800000},
    {"security-datasets/atomic/aws", "cloudtrail", 1, 103, 2800},
    {"security-datasets/atomic/linux", "auditd", 2, 18, 230},
    {"security-datasets/atomic/windows", "windows", 46, 79025, 2300000},
    {"security-datasets/compound/Log4Shell/securityauditing", "windows", 1, 39, 1400},
    {"security-datasets/compound/Log4Shell", "json", 2, 98, 1400},
    {"security-datasets/compound", "zeek", 108, 12559, 274000},
};

typedef struct sums {
    expected of[COUNT_OF(wanted)];
    log_texts t;
    sandbox *s;
} sums;

static bool is_log(slice path)
{
    return (slice_ends(path, S(".log")) || slice_ends(path, S(".json"))) &&
           slice_find(path, S("__MACOSX"), 0) == SIZE_MAX;
}

static void read_log(sums *x, slice path, slice stream)
{
    expected *w = x->of;
    log_texts *t = &x->t;
    while (!slice_starts(path, slice_str(w->under)))
        w++;
    t->quiet = true;
    log_texts_read(t, stream);
    if (strcmp(log_format_name(t->format), w->format) != 0)
        TEST_FAIL("%.*s is %s, not %s", SLICE_FMT(path), log_format_name(t->format), w->format);
    if (t->raw || t->cut || t->skipped || t->times != t->events)
        TEST_FAIL("%.*s: of %zu events %zu raw, %zu cut, %zu with a time", SLICE_FMT(path),
                  t->events, t->raw, t->cut, t->times);
    w->seen_files++;
    w->seen_events += t->events;
    w->seen_fields += t->count;
    w->seen_times += t->times;
}

static status visit(void *ctx, const walk_document *document, err *why)
{
    buf text;
    if (!is_log(document->path))
        return OK;
    buf_init(&text, 256 << 20);
    char *room = buf_room(&text, document->size + 1);
    ssize_t n = room ? pread(document->fd, room, document->size, 0) : -1;
    if (n < 0 || (uint64_t)n != document->size) {
        buf_done(&text);
        return err_set(why, ERR_IO, 0, "cannot read it");
    }
    text.len = (size_t)n;
    read_log(ctx, document->path, buf_slice(&text));
    buf_done(&text);
    return OK;
}

static void one_file(sums *x, const char *root, const char *path)
{
    char full[4096];
    err why = {0};
    snprintf(full, sizeof full, "%s/%s", root, path);
    int fd = open(full, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (walk(x->s, fd, slice_str(path), &(walk_options){.directory = "/tmp"}, visit, x, &why) != OK)
        TEST_FAIL("%s: %s", path, why.msg);
    close(fd);
}

static void one_folder(sums *x, const char *root, const char *path, unsigned depth)
{
    char full[2048];
    struct dirent *e;
    if (strlen(path) > 900)
        return;
    snprintf(full, sizeof full, "%s/%s", root, path);
    DIR *d = opendir(full);
    if (!d || depth > 12) {
        if (d)
            closedir(d);
        return;
    }
    while ((e = readdir(d)) != NULL) {
        slice name = slice_str(e->d_name);
        if (e->d_name[0] == '.' || slice_eq(name, S("evtx")) || slice_eq(name, S("_metadata")))
            continue;
        snprintf(full, sizeof full, "%s%s%s", path, *path ? "/" : "", e->d_name);
        if (slice_ends(name, S(".gz")) || slice_ends(name, S(".zip")) || is_log(name))
            one_file(x, root, full);
        else
            one_folder(x, root, full, depth + 1);
    }
    closedir(d);
}

TEST(every_log_of_the_collection)
{
    static const char root[] = "../shared/data/logs";
    struct stat st;
    sums *x = calloc(1, sizeof *x);
    REQUIRE(x != NULL);
    memcpy(x->of, wanted, sizeof wanted);
    if (stat(root, &st) != 0) {
        free(x);
        TEST_SKIP("../shared/data/logs is not there");
    }
    log_texts_open(&x->t, NULL);
    x->s = kit_sandbox(NULL);
    one_folder(x, root, "", 0);
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        const expected *w = &x->of[i];
        printf("# %s: %s, %zu files, %zu events, %zu times, %zu fields\n", w->under, w->format,
               w->seen_files, w->seen_events, w->seen_times, w->seen_fields);
        CHECK_EQ(w->seen_files, w->files);
        CHECK_EQ(w->seen_events, w->events);
        CHECK(w->seen_fields >= w->fields_min);
    }
    sandbox_free(x->s);
    log_texts_close(&x->t);
    free(x);
}
