/* address.c - see address.h. */
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

address address_of(const struct sockaddr_storage *at, socklen_t len)
{
    address a = {.at = *at, .len = len};
    if (at->ss_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, at, sizeof v4);
        a.loopback = ntohl(v4.sin_addr.s_addr) >> 24 == 127;
        a.any = v4.sin_addr.s_addr == INADDR_ANY;
    } else if (at->ss_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, at, sizeof v6);
        a.loopback = IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
        a.any = IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr);
    }
    return a;
}

static bool read_host(const char *host, bool six, uint16_t port, address *ret)
{
    struct sockaddr_storage at = {0};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (six ? inet_pton(AF_INET6, host, &v6.sin6_addr) != 1
            : inet_pton(AF_INET, host, &v4.sin_addr) != 1)
        return false;
    memcpy(&at, six ? (const void *)&v6 : &v4, six ? sizeof v6 : sizeof v4);
    *ret = address_of(&at, six ? sizeof v6 : sizeof v4);
    return true;
}

status address_read(slice text, address *ret, err *why)
{
    char host[INET6_ADDRSTRLEN];
    size_t colon = text.len;
    uint64_t port;
    bool six = slice_starts(text, S("["));
    while (colon && text.ptr[colon - 1] != ':')
        colon--;
    slice name = slice_sub(text, 0, colon ? colon - 1 : 0);
    if (six && slice_ends(name, S("]")))
        name = slice_sub(name, 1, name.len - 1);
    else
        six = false;
    if (!slice_u64(slice_from(text, colon), &port) || port > UINT16_MAX || !name.len ||
        name.len >= sizeof host || memchr(name.ptr, 0, name.len))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no address with a port");
    memcpy(host, name.ptr, name.len);
    host[name.len] = 0;
    if (!read_host(host, six, (uint16_t)port, ret))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no address with a port");
    return OK;
}

static char *put_number(char *p, unsigned n)
{
    char digits[8];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    memcpy(p, digits + at, sizeof digits - at);
    return p + sizeof digits - at;
}

const char *address_text(const address *a, char out[ADDRESS_TEXT_MAX])
{
    char host[INET6_ADDRSTRLEN] = "";
    if (a->at.ss_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, &a->at, sizeof v6);
        inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof host);
        snprintf(out, ADDRESS_TEXT_MAX, "[%s]:%u", host, ntohs(v6.sin6_port));
    } else if (a->at.ss_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, &a->at, sizeof v4);
        uint32_t n = ntohl(v4.sin_addr.s_addr);
        char *p = out; /* for each request, and without printf, which inet_ntop uses, too */
        for (int shift = 24; shift >= 0; shift -= 8) {
            p = put_number(p, n >> shift & 255);
            *p++ = shift ? '.' : ':';
        }
        *put_number(p, ntohs(v4.sin_port)) = 0;
    } else {
        snprintf(out, ADDRESS_TEXT_MAX, "local");
    }
    return out;
}
