/* sandbox.c - the parent's side: jobs for workers, and their answers: see sandbox.h. */
#include "sandbox/sandbox.h"
#include "sandbox/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define MIB ((uint64_t)1 << 20)

enum {
    POLL_MS = 250,
    ANSWER_ROOM = 2 * WIRE_FRAME_MAX, /* a frame and what is read behind its beginning */
    ANSWER_FREE_BYTES = 64 << 20,     /* of a document's facts, */
    ANSWER_RATIO = 256                /* and so many times the document: a line of 8 bytes is a
                                         record of 100 and a few claims of 100 */
};

static const struct {
    const char *name;
} classes[] = {
    [WORKER_DOC] = {"doc"},
    [WORKER_ARCHIVE] = {"archive"},
};
_Static_assert(COUNT_OF(classes) == WORKER_CLASS_COUNT_, "a class without a row");

struct sandbox {
    sandbox_options options;
    zygote *workers[WORKER_CLASS_COUNT_];
    sandbox_health health[WORKER_CLASS_COUNT_];
};

const char *worker_class_name(worker_class c)
{
    assert(c < WORKER_CLASS_COUNT_);
    return classes[c].name;
}

status worker_class_parse(slice name, worker_class *ret)
{
    for (unsigned c = 0; c < WORKER_CLASS_COUNT_; c++) {
        if (slice_eq(name, slice_str(classes[c].name))) {
            *ret = (worker_class)c;
            return OK;
        }
    }
    return ERR_INPUT;
}

sandbox_options sandbox_defaults(clock_source clock)
{
    return (sandbox_options){.clock = clock,
                             .limits = {.memory_bytes = 2048 * MIB, .cpu_s = 120, .wait_s = 120}};
}

status sandbox_new(const sandbox_options *options, sandbox **ret, err *why)
{
    sandbox *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    sandbox_limits given = options->limits;
    s->options = sandbox_defaults(options->clock);
    sandbox_limits usual = s->options.limits;
    s->options = *options;
    s->options.limits = (sandbox_limits){
        .memory_bytes = given.memory_bytes ? given.memory_bytes : usual.memory_bytes,
        .cpu_s = given.cpu_s ? given.cpu_s : usual.cpu_s,
        .wait_s = given.wait_s ? given.wait_s : usual.wait_s,
        .answer_bytes = given.answer_bytes,
    };
    *ret = s;
    return OK;
}

sandbox *sandbox_free(sandbox *s)
{
    if (s)
        for (unsigned c = 0; c < WORKER_CLASS_COUNT_; c++)
            zygote_end(s->workers[c]);
    free(s);
    return NULL;
}

sandbox_health sandbox_ask_health(const sandbox *s, worker_class c)
{
    return s->health[c];
}

void sandbox_resume(sandbox *s, worker_class c)
{
    s->health[c].stopped = false;
    s->health[c].crashes_in_a_row = 0;
}

/* --- the worker of a class ------------------------------------------------------------------- */

/* It has done enough, or too badly. With jobs still running, it ends with the last of them. */
static void retire(sandbox *s, worker_class c)
{
    zygote *z = s->workers[c];
    s->workers[c] = NULL;
    if (z && z->active)
        z->retired = true;
    else
        zygote_end(z);
}

static status worker_of(sandbox *s, worker_class c, zygote **ret, err *why)
{
    zygote *z = s->workers[c];
    if (z) {
        int64_t age_us = clock_now_us(s->options.clock) - z->born_us;
        if (z->dead || z->crashes >= SANDBOX_CRASHES_MAX || z->jobs >= SANDBOX_JOBS_MAX ||
            age_us > SANDBOX_AGE_MAX_S * (int64_t)1000000)
            retire(s, c);
    }
    if (!s->workers[c]) {
        status st = zygote_start(&s->options, c, &s->workers[c], why);
        if (st != OK)
            return st;
        s->health[c].started++;
    }
    *ret = s->workers[c];
    return OK;
}

status sandbox_check(sandbox *s, worker_class c, const char **ret_jail, err *why)
{
    zygote *z;
    status st = worker_of(s, c, &z, why);
    if (st == OK)
        *ret_jail = z->line;
    return st;
}

/* --- one job --------------------------------------------------------------------------------- */

typedef struct job {
    sandbox *s;
    worker_class class;
    zygote *worker;
    zygote_child child;
    wire_reader *wire;
    int64_t waited_us;
    bool late; /* waited too long */
} job;

/* A document that somebody could change while the child has it, by the descriptor that the child
 * has, would be a way out of the jail. So it must be for reading, or sealed. */
static status check_input(int fd, uint64_t *ret_size, err *why)
{
    struct stat st;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fstat(fd, &st) != 0)
        return err_os(why, errno, "looking at the input");
    if (!S_ISREG(st.st_mode))
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "the input is no regular file");
    int seals = (flags & O_ACCMODE) == O_RDONLY ? F_SEAL_WRITE : fcntl(fd, F_GET_SEALS);
    if (seals < 0 || !(seals & F_SEAL_WRITE))
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "the input is open for writing");
    *ret_size = (uint64_t)st.st_size;
    return OK;
}

/* A worker may have been killed between two jobs (by the kernel, for memory): once again then. */
static status start(job *j, const job_request *request, size_t text_len, int input, err *why)
{
    sandbox_health *health = &j->s->health[j->class];
    status st = ERR_IO;
    if (health->stopped)
        return err_set(why, ERR_BUSY, ERR_NOWHERE,
                       "parsing of class %s stopped: %d jobs crashed in a row",
                       worker_class_name(j->class), SANDBOX_CRASHES_IN_A_ROW);
    for (int attempt = 0; attempt < 2; attempt++) {
        if ((st = worker_of(j->s, j->class, &j->worker, why)) != OK)
            return st;
        st = zygote_job(j->worker, request, text_len, input, &j->child, why);
        if (st == OK) {
            j->worker->active++;
            j->worker->jobs++;
            health->jobs++;
            return OK;
        }
        if (!j->worker->dead)
            return st;
    }
    return st;
}

/* Waits for bytes. The clock may jump; one wait is never counted for more than it can have been. */
static bool wait_for_bytes(job *j)
{
    const int64_t most_us = 2 * POLL_MS * 1000;
    clock_source clock = j->s->options.clock;
    struct pollfd p = {.fd = j->child.answer, .events = POLLIN};
    int64_t before = clock_now_us(clock);
    int n = poll(&p, 1, POLL_MS);
    int64_t took = clock_now_us(clock) - before;
    took = took < 0 ? 0 : took > most_us ? most_us : took;
    if (n == 0 && took < POLL_MS * 1000)
        took = POLL_MS * 1000;
    j->waited_us += took;
    j->late = j->waited_us > (int64_t)j->s->options.limits.wait_s * 1000000;
    return !j->late;
}

/* Reads and decodes until the last word, the end of the pipe, a lie, or the sink's no. */
static status pump(job *j, char *room, err *why)
{
    size_t have = 0;
    while (!wire_end_of(j->wire)) {
        ssize_t n = read(j->child.answer, room + have, ANSWER_ROOM - have);
        if (n == 0)
            return OK;
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return err_os(why, errno, "reading an answer");
        if (n < 0) {
            if (!wait_for_bytes(j))
                return OK;
            continue;
        }
        have += (size_t)n;
        size_t used;
        status st = wire_feed(j->wire, slice_of(room, have), &used, why);
        if (st != OK)
            return st;
        have -= used;
        if (used && have)
            memmove(room, room + used, have);
    }
    return OK;
}

/* What a child died of. */
static status died(const job *j, const job_reply *end, int *ret_signal, err *why)
{
    const sandbox_limits *limits = &j->s->options.limits;
    if (j->late)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "parser gave up: over %u s", limits->wait_s);
    if (!WIFSIGNALED(end->how)) {
        if (WEXITSTATUS(end->how) == JOB_EXIT_NO_JAIL)
            return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE,
                           "no jail on this kernel: a child could not lock itself up");
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "parser gave up: ended with code %d",
                       WEXITSTATUS(end->how));
    }
    int number = WTERMSIG(end->how);
    const char *name = sigabbrev_np(number);
    *ret_signal = number;
    if (number == SIGXCPU || (number == SIGKILL && end->cpu_ms >= limits->cpu_s * 1000))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "parser gave up: over %u s CPU", limits->cpu_s);
    /* A parser that does not look what malloc returned dies of it; that it was the memory shows
     * in what it held. */
    if (number != SIGSYS && end->memory_kib >= limits->memory_bytes / 1024 / 4 * 3)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "parser gave up: memory limit of %llu MiB",
                       (unsigned long long)(limits->memory_bytes / MIB));
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "parser gave up: killed by signal %d (SIG%s)",
                   number, name ? name : "?");
}

static void count_crash(job *j, bool crashed)
{
    sandbox_health *health = &j->s->health[j->class];
    if (!crashed) {
        health->crashes_in_a_row = 0;
        return;
    }
    j->worker->crashes++;
    health->crashes++;
    health->crashes_in_a_row++;
    health->stopped = health->crashes_in_a_row >= SANDBOX_CRASHES_IN_A_ROW;
}

static void fill(sandbox_report *report, const job *j, const job_reply *end, int number)
{
    const wire_end *sum = wire_counts(j->wire);
    size_t n = sum->format.len < WIRE_SPEC_MAX ? sum->format.len : WIRE_SPEC_MAX;
    memcpy(report->format, sum->format.len ? sum->format.ptr : "", n);
    report->format[n] = 0;
    report->format_version = sum->format_version;
    report->records = sum->records;
    report->claims = sum->claims;
    report->refused = sum->refused;
    report->members = sum->members;
    report->answer_bytes = sum->bytes;
    report->cpu_ms = end->cpu_ms;
    report->memory_kib = end->memory_kib;
    report->signal = number;
}

/* The worker has one child less. */
static void leave(const job *j)
{
    zygote *z = j->worker;
    z->active--;
    if (z->retired && !z->active)
        zygote_end(z);
}

/* The child has been read: how did it go? `st` is what pump said. */
static status judge(job *j, status st, sandbox_report *report, err *why)
{
    job_reply end = {0};
    err lost = {0};
    int number = 0;
    const wire_end *last = wire_end_of(j->wire);
    bool stopped_by_sink = st != OK && !wire_lied(j->wire);
    status reaped = zygote_reap(j->worker, &j->child, &end, &lost);

    if (st == OK && last) {
        st = last->result;
        if (st != OK && why)
            *why = last->why;
    } else if (wire_lied(j->wire)) {
        st = err_wrap(why, st, "parser gave up: its answer was not valid");
    } else if (st == OK && reaped != OK) {
        st = reaped;
        if (why)
            *why = lost;
    } else if (st == OK) {
        st = died(j, &end, &number, why);
    }
    count_crash(j, !last && !stopped_by_sink);
    if (report)
        fill(report, j, &end, number);
    leave(j);
    return st;
}

/* Nobody wants to know any more. */
static void give_up(job *j)
{
    job_reply end;
    status reaped = zygote_reap(j->worker, &j->child, &end, NULL);
    (void)reaped;
    leave(j);
}

static status begin(job *j, int input, job_request *request, size_t text_len, err *why)
{
    request->magic = JOB_MAGIC;
    request->wish = JOB_START;
    request->jail = (jail_limits){.memory_bytes = j->s->options.limits.memory_bytes,
                                  .cpu_s = j->s->options.limits.cpu_s};
    return start(j, request, text_len, input, why);
}

/* Ends the job, whatever comes of it. */
static status finish(job *j, wire_reader *wire, sandbox_report *report, err *why)
{
    char *room = malloc(ANSWER_ROOM);
    if (!wire || !room) {
        free(room);
        give_up(j);
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    }
    j->wire = wire;
    status st = judge(j, pump(j, room, why), report, why);
    free(room);
    return st;
}

/* --- documents ------------------------------------------------------------------------------- */

struct sandbox_reading {
    job job;
    wire_limits limits;
};

static status request_of(int fd, const sandbox_document *document, job_request *request,
                         size_t *ret_len, err *why)
{
    const slice texts[] = {document->format, document->path, document->mapping};
    size_t n = 0;
    if (document->format.len > WIRE_SPEC_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no format of that name");
    if (document->path.len > SANDBOX_PATH_MAX || document->mapping.len > SANDBOX_MAPPING_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "path over %d or mapping over %d bytes",
                       SANDBOX_PATH_MAX, SANDBOX_MAPPING_MAX);
    status st = check_input(fd, &request->input_bytes, why);
    if (st != OK)
        return st;
    request->limits = document->limits;
    request->format_len = (uint32_t)document->format.len;
    request->path_len = (uint32_t)document->path.len;
    request->mapping_len = (uint32_t)document->mapping.len;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (texts[i].len)
            memcpy(request->text + n, texts[i].ptr, texts[i].len);
        n += texts[i].len;
    }
    *ret_len = n;
    return OK;
}

static uint64_t answer_bytes_max(const sandbox *s, uint64_t input_bytes)
{
    uint64_t most = s->options.limits.answer_bytes;
    if (!most && (__builtin_mul_overflow(input_bytes, (uint64_t)ANSWER_RATIO, &most) ||
                  __builtin_add_overflow(most, (uint64_t)ANSWER_FREE_BYTES, &most)))
        most = UINT64_MAX;
    return most;
}

status sandbox_begin_document(sandbox *s, int fd, const sandbox_document *document,
                              sandbox_reading **ret, err *why)
{
    job_request request = {0};
    size_t text_len;
    status st = request_of(fd, document, &request, &text_len, why);
    if (st != OK)
        return st;
    sandbox_reading *r = calloc(1, sizeof *r);
    if (!r)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    r->job = (job){.s = s, .class = WORKER_DOC};
    r->limits = (wire_limits){.document_bytes = request.input_bytes,
                              .answer_bytes_max = answer_bytes_max(s, request.input_bytes)};
    if ((st = begin(&r->job, fd, &request, text_len, why)) != OK) {
        free(r);
        return st;
    }
    *ret = r;
    return OK;
}

status sandbox_end_document(sandbox_reading *r, const fact_sink *sink, sandbox_report *report,
                            err *why)
{
    if (report)
        *report = (sandbox_report){0};
    wire_reader *wire = wire_reader_new(&r->limits, sink, NULL);
    status st = finish(&r->job, wire, report, why);
    wire_reader_free(wire);
    free(r);
    return st;
}

sandbox_reading *sandbox_drop_document(sandbox_reading *r)
{
    if (r)
        give_up(&r->job);
    free(r);
    return NULL;
}

status sandbox_read_document(sandbox *s, int fd, const sandbox_document *document,
                             const fact_sink *sink, sandbox_report *report, err *why)
{
    sandbox_reading *r;
    if (report)
        *report = (sandbox_report){0};
    status st = sandbox_begin_document(s, fd, document, &r, why);
    return st == OK ? sandbox_end_document(r, sink, report, why) : st;
}

/* --- archives -------------------------------------------------------------------------------- */

static unpack_limits unpack_limits_of(const unpack_limits *given)
{
    unpack_limits l = given ? *given : (unpack_limits){0};
    return (unpack_limits){
        .ratio_max = l.ratio_max ? l.ratio_max : 100,
        .floor_bytes = l.floor_bytes ? l.floor_bytes : MIB,
        .bytes_max = l.bytes_max ? l.bytes_max : 8192 * MIB,
        .levels_max = l.levels_max ? l.levels_max : 5,
        .members_max = l.members_max ? l.members_max : 100000,
    };
}

unpack_budget unpack_budget_of(const unpack_limits *limits, uint64_t archive_bytes)
{
    unpack_budget b = {.limits = unpack_limits_of(limits)};
    if (__builtin_mul_overflow(archive_bytes, (uint64_t)b.limits.ratio_max, &b.bytes_allowed))
        b.bytes_allowed = UINT64_MAX;
    if (b.bytes_allowed < b.limits.floor_bytes)
        b.bytes_allowed = b.limits.floor_bytes;
    if (b.bytes_allowed > b.limits.bytes_max)
        b.bytes_allowed = b.limits.bytes_max;
    return b;
}

/* The caller's sink behind a counter: the child counts too, but only to stop early. */
typedef struct counter {
    unpack_budget *budget;
    const unpack_sink *sink;
    uint64_t bytes;
} counter;

static status count_member(counter *c, err *why)
{
    if (c->budget->members >= c->budget->limits.members_max)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "more than %u members",
                       c->budget->limits.members_max);
    c->budget->members++;
    return OK;
}

static status counted_begin(void *ctx, const unpack_member *member, err *why)
{
    counter *c = ctx;
    status st = count_member(c, why);
    return st == OK ? c->sink->begin(c->sink->ctx, member, why) : st;
}

static status counted_data(void *ctx, slice bytes, err *why)
{
    counter *c = ctx;
    unpack_budget *b = c->budget;
    if (bytes.len > b->bytes_allowed - b->bytes_out)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "expands to more than %llu bytes",
                       (unsigned long long)b->bytes_allowed);
    b->bytes_out += bytes.len;
    c->bytes += bytes.len;
    return c->sink->data(c->sink->ctx, bytes, why);
}

static status counted_end(void *ctx, err *why)
{
    counter *c = ctx;
    return c->sink->end(c->sink->ctx, why);
}

static status counted_refuse(void *ctx, slice path, slice reason, err *why)
{
    counter *c = ctx;
    status st = count_member(c, why);
    return st == OK ? c->sink->refuse(c->sink->ctx, path, reason, why) : st;
}

status sandbox_unpack(sandbox *s, int fd, unsigned level, unpack_budget *budget,
                      const unpack_sink *sink, sandbox_report *report, err *why)
{
    job_request request = {0};
    char head[CONTAINER_SNIFF_BYTES];
    status st;

    if (report)
        *report = (sandbox_report){0};
    if (level > budget->limits.levels_max)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "archives in archives more than %u deep",
                       budget->limits.levels_max);
    if ((st = check_input(fd, &request.input_bytes, why)) != OK)
        return st;
    ssize_t n = pread(fd, head, sizeof head, 0);
    if (n < 0)
        return err_os(why, errno, "reading an archive");
    request.container = container_sniff(slice_of(head, (size_t)n));
    request.bytes_limit = budget->bytes_allowed;
    request.bytes_allowed = budget->bytes_allowed - budget->bytes_out;
    request.members_limit = budget->limits.members_max;
    request.members_allowed = budget->limits.members_max - budget->members;

    counter c = {.budget = budget, .sink = sink};
    const unpack_sink counted = {.ctx = &c,
                                 .begin = counted_begin,
                                 .data = counted_data,
                                 .end = counted_end,
                                 .refuse = counted_refuse};
    /* Bytes are counted by the budget; frames around small or empty members come on top. */
    wire_limits limits = {.document_bytes = request.input_bytes, .answer_bytes_max = UINT64_MAX};
    job j = {.s = s, .class = WORKER_ARCHIVE};
    if ((st = begin(&j, fd, &request, 0, why)) != OK)
        return st;
    wire_reader *wire = wire_reader_new(&limits, NULL, &counted);
    st = finish(&j, wire, report, why);
    wire_reader_free(wire);
    if (report)
        report->bytes_out = c.bytes;
    return st;
}
