#include "know/accounts_fixture.h"
#include "serve/auth.h"

/* Commits in SQLite's write-ahead log: frames that end a transaction, of the log's salt. */
static size_t commits_of(const people *p)
{
    char path[128];
    uint8_t head[32], frame[24];
    size_t n = 0;
    snprintf(path, sizeof path, "%s/noroshi.db-wal", p->t.dir);
    FILE *f = fopen(path, "rb");
    if (!f || fread(head, sizeof head, 1, f) != 1)
        abort();
    const long page = head[8] << 24 | head[9] << 16 | head[10] << 8 | head[11];
    while (fread(frame, sizeof frame, 1, f) == 1 && memcmp(frame + 8, head + 16, 8) == 0) {
        n += (frame[4] | frame[5] | frame[6] | frame[7]) != 0;
        if (fseek(f, page, SEEK_CUR) != 0)
            break;
    }
    fclose(f);
    return n;
}

/* Sessions and tokens of one sweep. */
enum { MANY = 30 };

static void open_sessions(people *p, int64_t whose)
{
    const actor by = {.who = S("user--x"), .from = S("192.0.2.7"), .now = p->now};
    for (int i = 0; i < MANY; i++) {
        session_in in = {.hash = {(uint8_t)i, 1}};
        snprintf(in.id, sizeof in.id, "session%03d", i);
        CHECK_OK(session_open(p->w, &by, whose, &in, S("login"), &p->why));
    }
}

TEST(a_sweep_of_many_is_one_commit)
{
    people p;
    auth *s = NULL;
    audit_log *log = NULL;
    session_list list;
    identity who[MANY];
    REQUIRE(people_open(&p));
    int64_t clock_us = (p.now + 5 * 60000) * 1000;
    ADD(&p, "hanako", .role = USER_ANALYST, .clearance = TLP_AMBER);
    const int64_t whose = person(&p, "hanako").row;
    open_sessions(&p, whose);
    CHECK_OK(audit_log_new(p.t.s, &log, &p.why));
    auth_options o = {.store = p.t.s,
                      .audit = log,
                      .clock = clock_fixed(&clock_us),
                      .random = random_seeded(&p.t.seed)};
    CHECK_OK(auth_new(&o, &s, &p.why));
    CHECK_OK(sessions_of(p.r, &p.a, whose, p.now, &list, &p.why));
    REQUIRE(list.count == MANY);
    for (size_t i = 0; i < MANY; i++) {
        CHECK_EQ(list.at[i].used, p.now);
        who[i] = (identity){.by = IDENTITY_SESSION, .row = list.at[i].row};
    }
    const bool lite = strcmp(store_engine(p.t.s), "sqlite") == 0;
    size_t before = lite ? commits_of(&p) : 0;
    CHECK_OK(auth_touch(s, p.w, who, MANY, &p.why));
    if (lite) /* PostgreSQL's are not counted */
        CHECK_EQ(commits_of(&p), before + 1);
    CHECK_OK(sessions_of(p.r, &p.a, whose, p.now, &list, &p.why));
    REQUIRE(list.count == MANY);
    for (size_t i = 0; i < MANY; i++)
        CHECK_EQ(list.at[i].used, clock_us / 1000);
    auth_free(s);
    audit_log_free(log);
    people_close(&p);
}

/* Rows are kept while nobody commits anything; the clock and other people's writers count all the
 * same, from the next request on. */
TEST(what_is_kept_of_a_session_ends_with_it)
{
    people p;
    session_row row;
    account who;
    writer *other = NULL;
    REQUIRE(people_open(&p));
    ADD(&p, "hanako", .role = USER_ANALYST, .clearance = TLP_AMBER);
    open_sessions(&p, person(&p, "hanako").row);
    const uint8_t first[SHA256_BYTES] = {0, 1}, second[SHA256_BYTES] = {1, 1};
    for (int i = 0; i < 4; i++)
        CHECK_OK(session_find(p.r, &p.a, i % 2 ? first : second, p.now, &row, &who, &p.why));
    CHECK_SLICE(who.login, S("hanako"));
    CHECK_SLICE(slice_str(row.id), S("session000"));
    CHECK_OK(writer_new(p.t.s, S("other"), &other, &p.why));
    CHECK_OK(session_revoke(other, &p.root, S("hanako"), S("session000"), &p.why));
    CHECK_EQ(session_find(p.r, &p.a, first, p.now, &row, &who, &p.why), ERR_NOT_FOUND);
    CHECK_OK(session_find(p.r, &p.a, second, p.now, &row, &who, &p.why));
    CHECK_OK(session_find(p.r, &p.a, second, p.now, &row, &who, &p.why));
    const when idle = p.now + SESSION_IDLE_MINUTES * (when)60000;
    CHECK_EQ(session_find(p.r, &p.a, second, idle, &row, &who, &p.why), ERR_NOT_FOUND);
    CHECK_OK(session_find(p.r, &p.a, second, p.now, &row, &who, &p.why));
    CHECK_OK(sessions_revoke(other, &p.root, S("hanako"), &p.why));
    CHECK_EQ(session_find(p.r, &p.a, second, p.now, &row, &who, &p.why), ERR_NOT_FOUND);
    writer_free(other);
    people_close(&p);
}
