#include "base/test.h"
#include "watch/ledger.h"

static void id_of(unsigned n, uint8_t ret[LEDGER_ID])
{
    memset(ret, 0, LEDGER_ID);
    memcpy(ret, &n, sizeof n);
}

TEST(what_was_added_is_there)
{
    ledger l, again;
    err why = {0};
    uint8_t id[LEDGER_ID];
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 20);
    CHECK_OK(ledger_read(&l, S(""), &why));
    for (unsigned n = 0; n < 3; n++) {
        id_of(n, id);
        CHECK(!ledger_has(&l, id));
        ledger_add(&l, id);
        CHECK(ledger_has(&l, id));
    }
    ledger_write(&l, &b);
    CHECK_EQ(b.len, 4 + 3 * LEDGER_ID);
    CHECK_OK(ledger_read(&again, buf_slice(&b), &why));
    id_of(2, id);
    CHECK(ledger_has(&again, id));
    CHECK_EQ(again.count, 3);
    ledger_done(&again);
    ledger_done(&l);
}

TEST(the_oldest_go_first)
{
    ledger l;
    err why = {0};
    uint8_t id[LEDGER_ID];
    CHECK_OK(ledger_read(&l, S(""), &why));
    for (unsigned n = 0; n <= LEDGER_LOGS_MAX; n++) {
        id_of(n, id);
        ledger_add(&l, id);
    }
    CHECK_EQ(l.count, LEDGER_LOGS_MAX);
    id_of(0, id);
    CHECK(!ledger_has(&l, id));
    id_of(1, id);
    CHECK(ledger_has(&l, id));
    id_of(LEDGER_LOGS_MAX, id);
    CHECK(ledger_has(&l, id));
    ledger_done(&l);
}

TEST(other_bytes_are_refused)
{
    ledger l;
    err why = {0};
    CHECK_EQ(ledger_read(&l, S("x"), &why), ERR_INPUT);
    CHECK_EQ(ledger_read(&l, S("nrl2"), &why), ERR_INPUT);
    CHECK_EQ(ledger_read(&l, S("nrl1123"), &why), ERR_INPUT);
    CHECK_OK(ledger_read(&l, S("nrl1"), &why));
    CHECK_EQ(l.count, 0);
    ledger_done(&l);
}
