/* What observable_parse accepts is a fixed point, defanging is undone by it, and every kind holds
 * to the same. The first byte picks the kind. */
#include "model/observable.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

#define must(yes) ((yes) ? (void)0 : broken(__LINE__))

static void broken(int line)
{
    fprintf(stderr, "the property in line %d does not hold\n", line);
    abort();
}

static void check(arena *a, const observable *o)
{
    observable again;
    slice fanged;
    bool same_kind;
    must(kind_is_observable(o->kind));
    must(o->value.len > 0 && o->value.len <= OBSERVABLE_TEXT_MAX);
    must(utf8_check(o->value) == SIZE_MAX && !memchr(o->value.ptr, 0, o->value.len));
    must(observable_parse(a, o->value, o->kind, &again, NULL) == OK);
    must(again.kind == o->kind && slice_eq(again.value, o->value) && again.steps == 0);
    must(again.special == o->special && again.unknown_tld == o->unknown_tld);
    must(observable_defang(a, o->kind, o->value, &fanged, NULL) == OK);
    if (fanged.len > OBSERVABLE_TEXT_MAX)
        return;
    must(observable_parse(a, fanged, o->kind, &again, NULL) == OK);
    same_kind = again.kind == o->kind;
    must(same_kind && slice_eq(again.value, o->value));
    observable_key keys[16];
    size_t count = 0;
    must(observable_keys(a, o->kind, o->value, keys, 16, &count, NULL) == OK);
    for (size_t i = 0; i < count; i++) {
        must(observable_parse(a, keys[i].value, keys[i].kind, &again, NULL) == OK);
        must(again.kind == keys[i].kind && slice_eq(again.value, keys[i].value));
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(arena_done) arena a;
    observable o;
    arena_init(&a, 4 << 20); /* before any return: it is done at each */
    if (size == 0)
        return 0;
    kind want = (kind)(data[0] % KIND_OBSERVABLE_END_);
    slice text = slice_of((const char *)data + 1, size - 1);
    if (observable_parse(&a, text, want, &o, NULL) == OK)
        check(&a, &o);
    return 0;
}
