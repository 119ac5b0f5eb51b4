/* address_test.c - addresses with ports, read and written. */
#include "base/address.h"

#include "base/test.h"

TEST(addresses_are_read_and_written)
{
    static const struct {
        slice text;
        const char *want; /* NULL: refused */
        bool loopback, any;
    } rows[] = {
        {S_INIT("127.0.0.1:5353"), "127.0.0.1:5353", true, false},
        {S_INIT("127.9.8.7:0"), "127.9.8.7:0", true, false},
        {S_INIT("192.0.2.1:65535"), "192.0.2.1:65535", false, false},
        {S_INIT("0.0.0.0:514"), "0.0.0.0:514", false, true},
        {S_INIT("[::1]:53"), "[::1]:53", true, false},
        {S_INIT("[::]:53"), "[::]:53", false, true},
        {S_INIT("[2001:DB8::0:1]:53"), "[2001:db8::1]:53", false, false},
        {S_INIT("192.0.2.1:65536"), NULL},
        {S_INIT("192.0.2.1:"), NULL},
        {S_INIT("192.0.2.1"), NULL},
        {S_INIT(":53"), NULL},
        {S_INIT("::1:53"), NULL},
        {S_INIT("[::1:53"), NULL},
        {S_INIT("[192.0.2.1]:53"), NULL},
        {S_INIT("localhost:53"), NULL},
        {S_INIT("192.0.2.1\0x:53"), NULL},
        {S_INIT("1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1"), NULL},
        {S_INIT(""), NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        address at = {.len = 77};
        char out[ADDRESS_TEXT_MAX];
        status st = address_read(rows[i].text, &at, NULL);
        if (!rows[i].want) {
            CHECK_EQ(st, ERR_INPUT);
            CHECK_EQ(at.len, 77);
            continue;
        }
        CHECK_OK(st);
        CHECK_SLICE(slice_str(address_text(&at, out)), slice_str(rows[i].want));
        CHECK_EQ(at.loopback, rows[i].loopback);
        CHECK_EQ(at.any, rows[i].any);
    }
}

TEST(what_is_no_ip_address_is_local)
{
    const struct sockaddr_storage at = {.ss_family = AF_UNIX};
    address a = address_of(&at, sizeof at);
    char out[ADDRESS_TEXT_MAX];
    CHECK(!a.loopback && !a.any);
    CHECK_SLICE(slice_str(address_text(&a, out)), S("local"));
}
