/* evhttp, the HTTP of libevent. */
#include "peers.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

static void answer(struct evhttp_request *r, void *ctx)
{
    struct evbuffer *b = evbuffer_new();
    (void)ctx;
    evbuffer_add(b, "hello\n", 6);
    evhttp_add_header(evhttp_request_get_output_headers(r), "Content-Type", "text/plain");
    evhttp_send_reply(r, 200, "OK", b);
    evbuffer_free(b);
}

int peer_evhttp(int port)
{
    struct event_base *base = event_base_new();
    struct evhttp *h = base ? evhttp_new(base) : NULL;
    if (!h || evhttp_bind_socket(h, "127.0.0.1", (uint16_t)port))
        return 1;
    evhttp_set_gencb(h, answer, NULL);
    return event_base_dispatch(base);
}
