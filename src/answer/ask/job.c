/* job.c - memory and phrases of a question under way: see job.h. */
#include "answer/ask/job.h"

#include <stdio.h>

void *job_alloc(job *j, size_t size)
{
    void *p = arena_alloc(j->a, size);
    j->spent |= !p;
    return p;
}

/* Arrays grow at 8, 16, 32 ... elements; what was there before stays in the arena. */
void *job_more(job *j, void *at, size_t count, size_t size)
{
    bool full = count == 0 || (count >= 8 && (count & (count - 1)) == 0);
    if (!full)
        return at;
    void *p = arena_array(j->a, count ? count * 2 : 8, size);
    j->spent |= !p;
    if (p && count)
        memcpy(p, at, count * size);
    return p;
}

slice job_text(job *j, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *p = n < 0 ? NULL : job_alloc(j, (size_t)n + 1);
    if (!p)
        return S("");
    va_start(args, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, args);
    va_end(args);
    return slice_of(p, (size_t)n);
}

status job_status(const job *j, err *why)
{
    return j->spent ? ARENA_SPENT(j->a, why) : OK;
}

msg_message job_message(job *j, message m)
{
    message *p = job_alloc(j, sizeof *p);
    if (p)
        *p = m;
    return p;
}

phrase phrase_one(job *j, message m)
{
    phrase p = {.part = job_message(j, m)};
    p.count = p.part != NULL;
    return p;
}

void phrase_add(phrase_builder *b, message m)
{
    if (b->count < PHRASE_PARTS)
        b->part[b->count++] = m;
}

phrase phrase_end(job *j, const phrase_builder *b, phrase_join join)
{
    message *parts = b->count ? job_alloc(j, b->count * sizeof *parts) : NULL;
    if (!parts)
        return (phrase){0};
    memcpy(parts, b->part, b->count * sizeof *parts);
    return (phrase){parts, b->count, join};
}
