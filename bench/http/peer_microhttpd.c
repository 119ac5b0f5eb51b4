/* libmicrohttpd: epoll, one thread of its own, the strictest of its settings. */
#include "peers.h"

#include <microhttpd.h>
#include <unistd.h>

static enum MHD_Result answer(void *ctx, struct MHD_Connection *c, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *len, void **state)
{
    (void)url, (void)method, (void)version, (void)data;
    if (!*state) {
        *state = ctx;
        return MHD_YES;
    }
    if (*len) {
        *len = 0;
        return MHD_YES;
    }
    return MHD_queue_response(c, MHD_HTTP_OK, ctx);
}

int peer_microhttpd(int port)
{
    static char text[] = "hello\n";
    struct MHD_Response *r =
        MHD_create_response_from_buffer(sizeof text - 1, text, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(r, "Content-Type", "text/plain");
    struct MHD_Daemon *d = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO, (uint16_t)port, NULL, NULL, answer, r,
        MHD_OPTION_CONNECTION_LIMIT, 20000U, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_CONNECTION_TIMEOUT, 600U, MHD_OPTION_END);
    if (d)
        pause();
    return 1;
}
