/* cmd_version.c - noroshi version */
#include "cmd/app.h"

status cmd_version(app *a, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, 4096);
    if (a->json) {
        json_writer w = json_writer_on(&b);
        json_open(&w, '{');
        json_key(&w, "schema");
        json_put_text(&w, S("noroshi.version/1"));
        json_key(&w, "version");
        json_put_text(&w, S(NOROSHI_VERSION));
        json_close(&w, '}');
        sink_json(&a->out, buf_slice(&b));
    } else {
        sink_words(&a->out, S("noroshi " NOROSHI_VERSION));
        sink_line(&a->out);
    }
    return sink_flush(&a->out, why);
}
