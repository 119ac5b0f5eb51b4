/* write.h - what the JSON files of answer/render share. Private to answer/render. */
#ifndef NOROSHI_ANSWER_RENDER_WRITE_H
#define NOROSHI_ANSWER_RENDER_WRITE_H

#include "answer/render.h"
#include "base/hash.h"
#include "base/json.h"

enum { MORE_MAX = 32 };

struct renderer {
    hash_state *h;
    buf scratch;
    arena kept;     /* of: */
    slice *phrases; /* messages without arguments as JSON, by id, once they were met; NULL: none is
                       kept */
    struct short_tail *tails; /* NULL, or what short answers end with: json.c */
};

typedef struct json_out {
    json_writer w;
    render_amount how;
    renderer *r;
    struct {
        const char *key;
        size_t count;
    } more[MORE_MAX]; /* lists that were cut */
    size_t more_count;
} json_out;

void put_member(json_out *o, const char *key, slice text);       /* empty: null */
void put_string(json_out *o, const char *key, const char *text); /* NULL: null */
void put_when(json_out *o, const char *key, when t);             /* WHEN_NONE: null */
void put_day(json_out *o, const char *key, when t);
void put_int(json_out *o, const char *key, int64_t n);
void put_maybe(json_out *o, const char *key, int64_t n, bool some); /* else null */
void put_bool(json_out *o, const char *key, bool yes);
void put_phrase(json_out *o, const char *key, const phrase *p); /* no parts: null */
void put_texts(json_out *o, const char *key, const slice *list, size_t n);
/* How many of `count` elements are written; what is left out of `total` is noted under `key`. */
size_t put_some(json_out *o, const char *key, size_t count, size_t total);

/* Members of an answer that are about an entity or a vulnerability: json_entity.c. */
void put_named(json_out *o, const answer *w);
/* Shared by all types: json.c */
void put_techniques(json_out *o, const answer *w);
void put_entities(json_out *o, const char *key, const answer_entity *list, size_t n, size_t total);

#endif
