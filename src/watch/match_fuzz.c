/* Whatever the bytes and wherever they are cut, the quick matcher finds what the slow one finds, at
 * every level that the processor has. */
#include "watch/match_scene.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static scene s; /* made once: the indicators do not depend on the input */
    scene_hits got = {0};
    size_t count;
    if (size < 2 || size > 1 << 14)
        return 0;
    if (!s.table && !scene_make(&s))
        abort();
    slice text = slice_of((const char *)data + 2, size - 2);
    match_hit *want = slow_match(s.slow, SCENE_COUNT, text, &count);
    for (unsigned level = 0; level < 3; level++)
        if (scene_match(s.table, text, level, data[0], data[1], &got) &&
            !scene_same(want, count, got.at, got.count))
            abort();
    free(got.at);
    free(want);
    return 0;
}
