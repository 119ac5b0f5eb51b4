/* Property: however a stream arrives its records are the same; they stand in order, where they say,
 * within the limit; and of the stream nothing is left out but what stands between records. */
#include "format/log_split.h"

#include <stdlib.h>

typedef struct sum {
    uint64_t records, hash, next;
} sum;

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Is it what may stand between records? */
static bool between(slice gap)
{
    for (size_t i = 0; i < gap.len; i++)
        if (!is_space(gap.ptr[i]) && !strchr(",[]{}\xef\xbb\xbf", gap.ptr[i]))
            return false;
    return true;
}

static bool envelope(slice gap)
{
    return slice_find(gap, S("ecords\""), 0) != SIZE_MAX ||
           slice_find(gap, S("\"value\""), 0) != SIZE_MAX;
}

static void add(sum *x, slice stream, const log_record *r, size_t max)
{
    must(r->bytes.len <= max && r->at >= x->next);
    must(r->at + r->bytes.len + r->skipped <= stream.len);
    must(slice_eq(slice_sub(stream, r->at, r->at + r->bytes.len), r->bytes));
    slice gap = slice_sub(stream, x->next, r->at);
    must(between(gap) || envelope(gap));
    x->next = r->at + r->bytes.len + r->skipped;
    x->records++;
    x->hash =
        (x->hash ^ r->at ^ r->bytes.len << 20 ^ r->skipped << 40 ^ r->line << 50) * 0x100000001b3u;
}

static sum split(slice stream, log_framing framing, size_t max, size_t step)
{
    CLEANUP(log_split_close) log_splitter s = {0};
    sum x = {0, 14695981039346656037u, 0};
    log_record r;
    bool more;
    log_split_open(&s, framing, max);
    for (size_t at = 0;; at += step) {
        bool over = at >= stream.len;
        char *piece = malloc(step + 1); /* its own: bytes that were taken are not looked at again */
        size_t n = over ? 0 : stream.len - at < step ? stream.len - at : step;
        must(piece != NULL);
        memcpy(piece, stream.ptr + at * !over, n);
        log_split_feed(&s, over ? (slice){NULL, 0} : slice_of(piece, n));
        while (log_split_next(&s, &r, &more, NULL) == OK && more)
            add(&x, stream, &r, max);
        free(piece);
        if (over)
            break;
    }
    slice rest = slice_sub(stream, x.next, stream.len);
    must(between(rest) || envelope(rest));
    return x;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    if (size < 2)
        return 0;
    slice stream = slice_of((const char *)data + 1, size - 1);
    log_framing framing = data[0] & 1 ? LOG_VALUES : LOG_LINES;
    size_t max = data[0] & 2 ? (size_t)(data[0] >> 4) + 8 : LOG_RECORD_MAX;
    sum whole = split(stream, framing, max, size);
    for (size_t step = 1; step < 8; step += 1 + step / 2) {
        sum x = split(stream, framing, max, step);
        must(x.records == whole.records && x.hash == whole.hash && x.next == whole.next);
    }
    return 0;
}
