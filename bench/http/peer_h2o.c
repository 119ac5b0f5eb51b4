/* libh2o with its own event loop, HTTP/1 alone. */
#include "peers.h"

#define H2O_USE_LIBUV 0
#include <stdlib.h>
#include <string.h>
#include <h2o.h>
#include <h2o/http1.h>
#include <netinet/in.h>

static h2o_accept_ctx_t accepting;

static int answer(h2o_handler_t *self, h2o_req_t *r)
{
    static h2o_generator_t nothing;
    static char text[] = "hello\n";
    h2o_iovec_t body = {text, sizeof text - 1};
    (void)self;
    r->res.status = 200;
    r->res.reason = "OK";
    r->res.content_length = body.len;
    h2o_add_header(&r->pool, &r->res.headers, H2O_TOKEN_CONTENT_TYPE, NULL,
                   H2O_STRLIT("text/plain"));
    h2o_start_response(r, &nothing);
    h2o_send(r, &body, 1, H2O_SEND_STATE_FINAL);
    return 0;
}

static void took(h2o_socket_t *listening, const char *trouble)
{
    h2o_socket_t *s = trouble ? NULL : h2o_evloop_socket_accept(listening);
    if (s)
        h2o_accept(&accepting, s);
}

int peer_h2o(int port)
{
    static h2o_globalconf_t config;
    static h2o_context_t context;
    const int on = 1;
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    h2o_config_init(&config);
    h2o_hostconf_t *host =
        h2o_config_register_host(&config, h2o_iovec_init(H2O_STRLIT("default")), 65535);
    h2o_pathconf_t *path = h2o_config_register_path(host, "/", 0);
    h2o_create_handler(path, sizeof(h2o_handler_t))->on_req = answer;
    h2o_context_init(&context, h2o_evloop_create(), &config);
    accepting.ctx = &context;
    accepting.hosts = config.hosts;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
        bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, SOMAXCONN))
        return 1;
    h2o_socket_read_start(h2o_evloop_socket_create(context.loop, fd, H2O_SOCKET_FLAG_DONT_READ),
                          took);
    while (h2o_evloop_run(context.loop, INT32_MAX) == 0)
        continue;
    return 1;
}
