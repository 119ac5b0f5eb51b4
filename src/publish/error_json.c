/* error_json.c - see error_json.h. */
#include "publish/error_json.h"
#include "base/json_field.h"

void error_json(buf *out, const err *why, slice text, slice where)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_key(&w, "error");
    json_open(&w, '{');
    json_field_text(&w, "code", slice_str(status_name(why->code)));
    json_key(&w, "message");
    json_put_text(&w, text.len ? text : slice_str(why->msg));
    json_key(&w, "at");
    if (why->at <= INT64_MAX)
        json_put_int(&w, (int64_t)why->at);
    else
        json_put_null(&w);
    json_field_text(&w, "where", where);
    json_close(&w, '}');
    json_close(&w, '}');
}
