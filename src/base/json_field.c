/* json_field.c - see json_field.h. */
#include "base/json_field.h"

void json_field_text(json_writer *w, const char *key, slice text)
{
    json_key(w, key);
    if (text.len)
        json_put_text(w, text);
    else
        json_put_null(w);
}

void json_field_int(json_writer *w, const char *key, int64_t n)
{
    json_key(w, key);
    json_put_int(w, n);
}

void json_field_count(json_writer *w, const char *key, uint64_t n)
{
    json_field_int(w, key, n < INT64_MAX ? (int64_t)n : INT64_MAX);
}

void json_field_bool(json_writer *w, const char *key, bool yes)
{
    json_key(w, key);
    json_put_bool(w, yes);
}

void json_field_when(json_writer *w, const char *key, when t)
{
    char text[WHEN_TEXT_MAX];
    json_field_text(w, key, t == WHEN_NONE ? S("") : slice_str(when_iso(t, text)));
}
