/* openapi.c - the OpenAPI 3.1 document, from the table and schemas.json. */
#include "base/json_field.h"
#include "serve/api/route.h"
#include "serve/api/schemas.h"

#include <stdio.h>

static const char *const methods[HTTP_METHOD_COUNT_] = {
    [HTTP_GET] = "get",     [HTTP_POST] = "post",     [HTTP_PUT] = "put",
    [HTTP_PATCH] = "patch", [HTTP_DELETE] = "delete",
};

static void put_words(json_writer *w, const char *words)
{
    slice rest = slice_str(words), word;
    json_key(w, "enum");
    json_open(w, '[');
    while (slice_cut(&rest, ' ', &word))
        json_put_text(w, word);
    json_close(w, ']');
}

static void put_type(json_writer *w, const param *p)
{
    json_key(w, "schema");
    json_open(w, '{');
    json_field_text(w, "type",
                    p->type == PARAM_INT    ? S("integer")
                    : p->type == PARAM_BOOL ? S("boolean")
                                            : S("string"));
    if (p->type == PARAM_INT) {
        json_field_int(w, "minimum", p->least);
        json_field_int(w, "maximum", p->most);
    }
    if (p->type == PARAM_TEXT && p->most)
        json_field_int(w, "maxLength", p->most);
    if (p->type == PARAM_WHEN)
        json_field_text(w, "format", S("date-time"));
    if (p->type == PARAM_WORD)
        put_words(w, p->words);
    json_close(w, '}');
}

static void put_params(json_writer *w, const route *row)
{
    if (row->params[0].type == PARAM_NONE)
        return;
    json_key(w, "parameters");
    json_open(w, '[');
    for (const param *p = row->params; p->type != PARAM_NONE; p++) {
        json_open(w, '{');
        json_field_text(w, "name", slice_str(p->name));
        json_field_text(w, "in", p->in_path ? S("path") : S("query"));
        json_field_bool(w, "required", p->required);
        json_field_text(w, "description", slice_str(p->about));
        put_type(w, p);
        json_close(w, '}');
    }
    json_close(w, ']');
}

/* Several types are parted by '|'. */
static void put_schema(json_writer *w, const char *types, const char *schema)
{
    char name[128];
    int n = snprintf(name, sizeof name, "#/components/schemas/%s", schema);
    assert(n > 0 && (size_t)n < sizeof name);
    json_key(w, "content");
    json_open(w, '{');
    for (size_t len; *types; types += len + (types[len] == '|')) {
        char type[64];
        len = strcspn(types, "|");
        n = snprintf(type, sizeof type, "%.*s", (int)len, types);
        assert(n > 0 && (size_t)n < sizeof type);
        json_key(w, type);
        json_open(w, '{');
        json_key(w, "schema");
        json_open(w, '{');
        json_field_text(w, "$ref", slice_str(name));
        json_close(w, '}');
        json_close(w, '}');
    }
    json_close(w, '}');
}

static void put_body(json_writer *w, const route *row)
{
    if (!row->takes)
        return;
    bool json_body = row->http & HTTP_BODY;
    json_key(w, "requestBody");
    json_open(w, '{');
    json_field_bool(w, "required", true);
    put_schema(w, json_body ? "application/json" : "application/octet-stream", row->takes);
    json_close(w, '}');
}

static void put_response(json_writer *w, const char *number, const char *about, const char *type,
                         const char *schema)
{
    json_key(w, number);
    json_open(w, '{');
    json_field_text(w, "description", slice_str(about));
    if (schema)
        put_schema(w, type, schema);
    json_close(w, '}');
}

static void put_responses(json_writer *w, const route *row)
{
    json_key(w, "responses");
    json_open(w, '{');
    if (row->flags & ROUTE_LEADS)
        put_response(w, "302", "Go on there", NULL, NULL);
    else if (row->gives)
        put_response(w, "200", "As asked", row->type ? row->type : "application/json", row->gives);
    else
        put_response(w, "204", "Done", NULL, NULL);
    put_response(w, "default", "What is wrong, and where", "application/problem+json", "Problem");
    json_close(w, '}');
}

static void put_security(json_writer *w, const route *row)
{
    json_key(w, "security");
    json_open(w, '[');
    if (!(row->flags & ROUTE_OPEN)) {
        static const char *const ways[] = {"token", "session"};
        for (size_t i = 0; i < COUNT_OF(ways); i++) {
            json_open(w, '{');
            json_key(w, ways[i]);
            json_open(w, '[');
            json_close(w, ']');
            json_close(w, '}');
        }
    }
    json_close(w, ']');
    if (!(row->flags & (ROUTE_OPEN | ROUTE_OWN)))
        json_field_text(w, "x-right", slice_str(right_name(row->right)));
}

static void put_route(json_writer *w, const route *row)
{
    json_key(w, methods[row->method]);
    json_open(w, '{');
    json_field_text(w, "operationId", slice_str(row->name));
    json_key(w, "tags");
    json_open(w, '[');
    json_put_text(w, slice_str(row->tag));
    json_close(w, ']');
    json_field_text(w, "summary", slice_str(row->about));
    put_params(w, row);
    put_body(w, row);
    put_responses(w, row);
    put_security(w, row);
    json_close(w, '}');
}

/* Rows of one path stand together under it, wherever they are in the table. */
static void put_paths(json_writer *w)
{
    json_key(w, "paths");
    json_open(w, '{');
    for (size_t i = 0; i < api_table_count; i++) {
        slice path = slice_str(api_table[i].path);
        bool before = false;
        for (size_t k = 0; k < i; k++)
            before |= slice_eq(slice_str(api_table[k].path), path);
        if (before)
            continue;
        json_key_slice(w, path);
        json_open(w, '{');
        for (size_t k = i; k < api_table_count; k++)
            if (slice_eq(slice_str(api_table[k].path), path))
                put_route(w, &api_table[k]);
        json_close(w, '}');
    }
    json_close(w, '}');
}

static void put_ways_in(json_writer *w)
{
    json_key(w, "securitySchemes");
    json_open(w, '{');
    json_key(w, "token");
    json_open(w, '{');
    json_field_text(w, "type", S("http"));
    json_field_text(w, "scheme", S("bearer"));
    json_close(w, '}');
    json_key(w, "session");
    json_open(w, '{');
    json_field_text(w, "type", S("apiKey"));
    json_field_text(w, "in", S("cookie"));
    json_field_text(w, "name", S("noroshi"));
    json_field_text(w, "description",
                    S("__Host-noroshi under TLS; writes carry X-CSRF-Token, too"));
    json_close(w, '}');
    json_close(w, '}');
}

void openapi_json(buf *out)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "openapi", S("3.1.0"));
    json_key(&w, "info");
    json_open(&w, '{');
    json_field_text(&w, "title", S("Noroshi"));
    json_field_text(&w, "version", S(NOROSHI_VERSION));
    json_key(&w, "license");
    json_open(&w, '{');
    json_field_text(&w, "name", S("Apache-2.0"));
    json_close(&w, '}');
    json_close(&w, '}');
    put_paths(&w);
    json_key(&w, "components");
    json_open(&w, '{');
    json_key(&w, "schemas");
    json_put_raw(&w, schemas_json());
    put_ways_in(&w);
    json_close(&w, '}');
    json_close(&w, '}');
}
