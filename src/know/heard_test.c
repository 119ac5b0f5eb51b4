#include "know/heard.h"
#include "know/test_store.h"

#define HOUR ((when)3600000)

typedef struct seen {
    size_t count;
    heard_log last;
    char names[256];
} seen;

static status on_log(void *ctx, const heard_log *log, err *why)
{
    seen *s = ctx;
    size_t n = strlen(s->names);
    (void)why;
    s->count++;
    s->last = *log;
    snprintf(s->names + n, sizeof s->names - n, "%.*s ", SLICE_FMT(log->name));
    return OK;
}

static seen look_at(scratch *t, when now)
{
    seen s = {0};
    look(t, "2026-11-22");
    CHECK_OK(heard_each(t->l, now, on_log, &s, &t->why));
    return s;
}

static void speak(scratch *t, const char *log, when at)
{
    CHECK_OK(heard_note(t->w, slice_str(log), (marking){.tlp = TLP_AMBER}, at, &t->why));
}

TEST(a_log_is_silent_by_its_own_habit)
{
    scratch t;
    REQUIRE(scratch_open(&t));
    when start = at("2026-11-02");
    /* hours of an office: nine to five, for a week */
    for (int day = 0; day < 5; day++)
        for (int hour = 9; hour < 17; hour++)
            speak(&t, "office", start + day * WHEN_DAY + hour * HOUR);
    CHECK_OK(writer_sync(t.w, &t.why));
    when last = start + 4 * WHEN_DAY + 16 * HOUR; /* Friday; nights are 17 hours */
    seen s = look_at(&t, last + 34 * HOUR);
    CHECK(s.count == 1 && !s.last.silent);
    CHECK_EQ(s.last.longest_ms, 17 * HOUR);
    CHECK_EQ(s.last.quiet_ms, 34 * HOUR);
    CHECK(look_at(&t, last + 34 * HOUR + 1).last.silent);
    /* a weekend was seen: then the next one is no news */
    speak(&t, "office", start + 7 * WHEN_DAY + 9 * HOUR);
    CHECK_OK(writer_sync(t.w, &t.why));
    s = look_at(&t, start + 7 * WHEN_DAY + 9 * HOUR + 100 * HOUR);
    CHECK(!s.last.silent && s.last.longest_ms == 65 * HOUR);
    scratch_close(&t);
}

TEST(a_habit_takes_hours_and_a_log_that_never_pauses_three)
{
    scratch t;
    REQUIRE(scratch_open(&t));
    when start = at("2026-11-02");
    for (int hour = 0; hour < HEARD_LEAST - 1; hour++)
        speak(&t, "busy", start + hour * HOUR);
    CHECK_OK(writer_sync(t.w, &t.why));
    seen s = look_at(&t, start + 90 * WHEN_DAY);
    CHECK(s.count == 1 && !s.last.silent && !s.last.longest_ms);
    when last = start + (HEARD_LEAST - 1) * HOUR;
    speak(&t, "busy", last);
    speak(&t, "busy", last + 60000); /* the same hour */
    CHECK_OK(writer_sync(t.w, &t.why));
    s = look_at(&t, last + 60000 + 3 * HOUR);
    CHECK(!s.last.silent && s.last.longest_ms == HOUR && s.last.quiet_ms == 3 * HOUR);
    CHECK(look_at(&t, last + 60000 + 3 * HOUR + 1).last.silent);
    CHECK_EQ(look_at(&t, 0).last.quiet_ms, 0);
    scratch_close(&t);
}

TEST(logs_come_by_name_as_far_as_they_may_be_seen)
{
    scratch t;
    REQUIRE(scratch_open(&t));
    speak(&t, "b", 0);
    speak(&t, "a", HOUR);
    CHECK_OK(heard_note(t.w, S("c"), (marking){.tlp = TLP_RED}, 0, &t.why));
    for (int hour = 0; hour < HEARD_HOURS + 5; hour++)
        speak(&t, "d", hour * 2 * HOUR);
    CHECK_OK(writer_sync(t.w, &t.why));
    seen s = look_at(&t, 0);
    CHECK_SLICE(slice_str(s.names), S("a b c d "));
    view v = t.v;
    v.clearance = TLP_AMBER;
    s = (seen){0};
    CHECK_OK(lens_look(t.l, &v, &t.why));
    CHECK_OK(heard_each(t.l, 0, on_log, &s, &t.why));
    CHECK_SLICE(slice_str(s.names), S("a b d "));
    /* one log under two markings: whoever sees less knows nothing of the rest */
    for (int hour = 0; hour < HEARD_LEAST; hour++) {
        speak(&t, "e", hour * 2 * HOUR);
        CHECK_OK(heard_note(t.w, S("e"), (marking){.tlp = TLP_RED}, hour * HOUR, &t.why));
    }
    CHECK_OK(writer_sync(t.w, &t.why));
    CHECK_OK(lens_look(t.l, &v, &t.why));
    CHECK_OK(heard_each(t.l, 0, on_log, &s, &t.why));
    CHECK(s.last.longest_ms == 2 * HOUR && s.last.last == (HEARD_LEAST - 1) * 2 * HOUR);
    static char name[HEARD_NAME_MAX + 1];
    memset(name, 'x', sizeof name);
    CHECK_OK(heard_note(t.w, slice_of(name, HEARD_NAME_MAX), (marking){0}, 0, &t.why));
    CHECK_EQ(heard_note(t.w, slice_of(name, HEARD_NAME_MAX + 1), (marking){0}, 0, &t.why),
             ERR_LIMIT);
    scratch_close(&t);
}
