/* What extract_text finds lies in the text, in order, and is what observable_parse reads there; the
 * size of the pieces does not matter where they are cut at line ends. */
#include "base/text.h"
#include "model/extract.h"

#include <stdio.h>
#include <stdlib.h>

#define must(yes) ((yes) ? (void)0 : broken(__LINE__))

static void broken(int line)
{
    fprintf(stderr, "the property in line %d does not hold\n", line);
    abort();
}

typedef struct seen {
    slice text;
    uint64_t last_at, last_end;
    uint64_t sum; /* of everything that was found, in order */
    size_t count;
} seen;

static void mix(seen *s, uint64_t n)
{
    s->sum = (s->sum ^ n) * 0x100000001b3u;
}

static status on_find(void *ctx, const found *f, err *why)
{
    CLEANUP(arena_done) arena a;
    seen *s = ctx;
    observable again;
    kind k;
    slice id;
    (void)why;
    arena_init(&a, 1 << 20);
    must(f->length > 0 && f->at <= s->text.len && f->length <= s->text.len - f->at);
    must(f->inside ? f->at >= s->last_at && f->at + f->length <= s->last_end
                   : s->count == 0 || f->at >= s->last_end);
    slice value = f->is_identifier ? f->value : f->what.value;
    if (f->is_identifier) {
        must(kind_is_entity(f->id_kind));
        must(identifier_parse(f->value, &a, &k, &id, NULL) == OK);
        must(k == f->id_kind && slice_eq(id, f->value));
    } else {
        must(kind_is_observable(f->what.kind) && utf8_check(value) == SIZE_MAX);
        must(observable_parse(&a, value, f->what.kind, &again, NULL) == OK);
        must(again.kind == f->what.kind && slice_eq(again.value, value) && again.steps == 0);
        must(f->what.defanged == ((f->what.steps & STEP_REFANG) != 0));
    }
    if (!f->inside) {
        s->last_at = f->at;
        s->last_end = f->at + f->length;
    }
    s->count++;
    mix(s, f->at);
    mix(s, f->length);
    mix(s, f->is_identifier ? (uint64_t)f->id_kind : (uint64_t)f->what.kind);
    for (size_t i = 0; i < value.len; i++)
        mix(s, (unsigned char)value.ptr[i]);
    return OK;
}

static seen extract(slice text, size_t piece)
{
    CLEANUP(arena_done) arena a;
    seen s = {.text = text};
    extract_options o = {.piece = piece};
    arena_init(&a, EXTRACT_BUDGET);
    must(extract_text(&a, text, &o, on_find, &s, NULL) == OK);
    return s;
}

static size_t longest_line(slice text)
{
    size_t longest = 0, line = 0;
    for (size_t i = 0; i < text.len; i++) {
        line++;
        longest = line > longest ? line : longest;
        if (text.ptr[i] == '\n')
            line = 0;
    }
    return longest;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    slice text = slice_of((const char *)data, size);
    seen whole = extract(text, 0);
    size_t longest = longest_line(text);
    seen pieces = extract(text, longest + 1);
    must(whole.count == pieces.count && whole.sum == pieces.sum);
    return 0;
}
