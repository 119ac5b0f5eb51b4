/* host.c - see host.h. */
#include "serve/http/host.h"

static bool same_port(slice port, slice want)
{
    uint64_t a, b;
    if (!port.ptr)
        return slice_eq(want, S("80")) || slice_eq(want, S("443"));
    return slice_u64(port, &a) && slice_u64(want, &b) && a == b;
}

bool host_is_ours(slice name, slice port, const address *local, const slice *hosts, size_t count)
{
    char text[ADDRESS_TEXT_MAX];
    slice own_name, own_port;
    for (size_t i = 0; i < count; i++)
        if (fields_host(hosts[i], &own_name, &own_port) && slice_eq_nocase(name, own_name) &&
            (!own_port.ptr || same_port(port, own_port)))
            return true;
    if (!fields_host(slice_str(address_text(local, text)), &own_name, &own_port))
        return false;
    return same_port(port, own_port) &&
           (slice_eq_nocase(name, S("localhost")) || slice_eq(name, S("127.0.0.1")) ||
            slice_eq(name, S("[::1]")) || slice_eq_nocase(name, own_name));
}
