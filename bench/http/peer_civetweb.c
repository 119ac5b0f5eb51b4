/* civetweb: a thread for each connection that is served. */
#include "peers.h"

#include <civetweb.h>
#include <stdio.h>
#include <unistd.h>

static int answer(struct mg_connection *c, void *ctx)
{
    (void)ctx;
    mg_printf(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n");
    return 200;
}

int peer_civetweb(int port)
{
    char listening[32];
    snprintf(listening, sizeof listening, "127.0.0.1:%d", port);
    const char *options[] = {
        "listening_ports",       listening, "num_threads", "64", "enable_keep_alive", "yes",
        "keep_alive_timeout_ms", "60000",   NULL};
    mg_init_library(0);
    struct mg_context *c = mg_start(NULL, NULL, options);
    if (!c)
        return 1;
    mg_set_request_handler(c, "/", answer, NULL);
    return pause();
}
