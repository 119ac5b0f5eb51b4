/* Properties, whatever a client sends in the header that a proxy then appends to: the client is who
 * the proxy says, or, where the client broke the syntax of the line, the proxy; nobody else. And in
 * a line of its own what the proxy says always counts. */
#include "serve/http/forwarded.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static ip address_named(const char *text)
{
    ip a;
    if (ip_parse(slice_str(text), &a, NULL) != OK)
        abort();
    return a;
}

static bool same(const ip *a, const ip *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static ip client_of(const forwarded_trust *t, const http_pair *headers, size_t count)
{
    const ip peer = address_named("10.0.0.1");
    forwarded_said said;
    forwarded_read(t, headers, count, &peer, &said);
    return said.client;
}

static void try(const forwarded_trust *t, slice sent, slice appended)
{
    CLEANUP(buf_done) buf line;
    const slice name = t->standard ? S("Forwarded") : S("X-Forwarded-For");
    const ip real = address_named("198.51.100.9"), peer = address_named("10.0.0.1");
    buf_init(&line, sent.len + 100);
    buf_put(&line, sent);
    buf_put(&line, S(", "));
    buf_put(&line, appended);
    const http_pair one = {name, buf_slice(&line)};
    ip got = client_of(t, &one, 1);
    if (!same(&got, &real) && !(t->standard && same(&got, &peer)))
        abort();
    const http_pair two[] = {{name, sent}, {name, appended}};
    got = client_of(t, two, 2);
    if (!same(&got, &real))
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const ip proxies = address_named("10.0.0.0");
    const ip_net net = ip_net_of(&proxies, 96 + 8);
    const slice in = slice_of((const char *)data, size);
    const forwarded_trust list = {&net, 1, false}, standard = {&net, 1, true};
    for (size_t i = 0; i < size; i++)
        if (data[i] == '\r' || data[i] == '\n' || !data[i])
            return 0; /* no value of a header has these */
    try(&list, in, S("198.51.100.9"));
    try(&standard, in, S("for=198.51.100.9"));
    try(&standard, in, S("for=\"198.51.100.9:80\";by=\"10.0.0.1\";proto=https"));
    return 0;
}
