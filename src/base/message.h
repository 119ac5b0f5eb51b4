/* message.h - the message catalogue: every sentence for people, in English and in Japanese.
 *
 *     message m = msg_option_unknown(S("--jsno"), S("--json"));   // typed, checked by the compiler
 *     message_render(&out, LANG_JA, &m, NULL);                    // or
 *     message_json(&w, &m);                                       // {"en":"...","ja":"..."}
 *
 * Adding a message is one entry in message/MODULE.def (a new module: one line in message/all.def):
 *
 *     MESSAGE2(import_done, count, records, text, path,
 *              "{records} {records|record|records} from {path}",
 *              "{path} から {records} 件")
 *
 * which makes MSG_import_done, and msg_import_done(int64_t records, slice path). A message is a
 * value: keep it in an answer, render it in both languages later. Its slices and lists are
 * borrowed: they must live until the last rendering. Names are MODULE_what.
 *
 * Types of arguments, and what is printed:
 *   int       2026, 443      no separators: years, ports, numbers of things that are named so
 *   count     2,137          how many; only a count or an int may choose a plural form
 *   size      16 MiB         bytes
 *   duration  120 s          milliseconds
 *   date      2020-12-15     the UTC day
 *   minute    2020-12-15 13:17        UTC, for columns whose heading says so
 *   instant   2026-11-22 10:00 JST    in the reader's zone
 *   text      foreign or our own words; escaped for the terminal by the style's hook
 *   value     an observable with its kind; defanged for the eyes by the style's hook
 *   list      texts, joined with ", " or "、"
 *   word      the id of a message without arguments: a verdict, a role, a unit
 *   message   another message, at most MESSAGE_DEPTH_MAX deep
 * In a text: {name} is the argument; {name|one|many} picks a form by number and is for English
 * only; {{ and }} are braces. Both languages use every argument at least once. The Japanese is
 * written, not translated; its words are those of docs/glossary.md. SAME in place of the
 * Japanese says that both languages really have the same words ("KEV").
 *
 * Uses: base, when, json. Used by: everything that speaks to people.
 * The rules above are a test (base/message_test.c); that each id is used is tools/check-messages.
 * Pure; thread-safe. */
#ifndef NOROSHI_MESSAGE_H
#define NOROSHI_MESSAGE_H

#include "base/base.h"
#include "base/json.h"
#include "base/when.h"

typedef enum language { LANG_EN, LANG_JA, LANG_COUNT_ } language;
/* "en", "ja" */
const char *language_name(language l);

enum { MESSAGE_ARGS_MAX = 8, MESSAGE_DEPTH_MAX = 4 };

/* --- ids ------------------------------------------------------------------------------------ */

#define SAME NULL
#define MESSAGE0(name, en, ja) MSG_##name,
#define MESSAGE1(name, t1, a1, en, ja) MSG_##name,
#define MESSAGE2(name, t1, a1, t2, a2, en, ja) MSG_##name,
#define MESSAGE3(name, t1, a1, t2, a2, t3, a3, en, ja) MSG_##name,
#define MESSAGE4(name, t1, a1, t2, a2, t3, a3, t4, a4, en, ja) MSG_##name,
#define MESSAGE5(name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, en, ja) MSG_##name,
#define MESSAGE6(name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6, en, ja) MSG_##name,
#define MESSAGE7(name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6, t7, a7, en, ja) MSG_##name,
#define MESSAGE8(name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6, t7, a7, t8, a8, en, ja)     \
    MSG_##name,
typedef enum message_id {
    MSG_NONE, /* no message: renders as nothing */
#include "base/message/all.def"
    MSG_COUNT_
} message_id;
#include "base/message/end.def"

/* --- values --------------------------------------------------------------------------------- */

typedef int64_t msg_int, msg_count, msg_size, msg_duration;
typedef when msg_date, msg_minute, msg_instant;
typedef slice msg_text;
typedef struct msg_value {
    int kind; /* the model's; base only hands it to the style's hook */
    slice text;
} msg_value;
typedef struct msg_list {
    const slice *items;
    size_t count;
} msg_list;
typedef message_id msg_word;
typedef const struct message *msg_message;

typedef enum message_type {
    MESSAGE_TYPE_none,
    MESSAGE_TYPE_int,
    MESSAGE_TYPE_count,
    MESSAGE_TYPE_size,
    MESSAGE_TYPE_duration,
    MESSAGE_TYPE_date,
    MESSAGE_TYPE_minute,
    MESSAGE_TYPE_instant,
    MESSAGE_TYPE_text,
    MESSAGE_TYPE_value,
    MESSAGE_TYPE_list,
    MESSAGE_TYPE_word,
    MESSAGE_TYPE_message,
    MESSAGE_TYPE_COUNT_
} message_type;

typedef union message_arg {
    int64_t n; /* int, count, size, duration */
    when t;    /* date, minute, instant */
    slice text;
    msg_value value;
    msg_list list;
    message_id word;
    msg_message message;
} message_arg;

/* One sentence with its arguments; which member of each argument counts is said by the table. */
typedef struct message {
    message_id id;
    message_arg args[MESSAGE_ARGS_MAX];
} message;

/* --- rendering ------------------------------------------------------------------------------ */

/* How foreign words look where the text goes. All may be 0 or NULL: the words as they are, UTC. */
typedef struct message_style {
    int zone_minutes; /* east of UTC */
    const char *zone; /* "JST"; NULL: UTC */
    void (*text)(void *ctx, buf *out, slice foreign);
    void (*value)(void *ctx, buf *out, int kind, slice foreign);
    void *ctx;
} message_style;

/* Appends the text; `style` may be NULL. What does not fit makes out->failed true. */
void message_render(buf *out, language l, const message *m, const message_style *style);
/* A message without arguments, by its id. */
message message_of(message_id id);
/* {"en":"...","ja":"..."}: members of the contract that hold text for people. */
void message_json(json_writer *w, const message *m);

/* --- the table, for tests and tools --------------------------------------------------------- */

typedef struct message_row {
    const char *name;
    const char *text[LANG_COUNT_]; /* NULL in Japanese: the same as in English */
    message_type type[MESSAGE_ARGS_MAX];
    const char *arg[MESSAGE_ARGS_MAX]; /* NULL behind the last */
} message_row;

const message_row *message_row_at(message_id id);
/* Renders with any row: what message_render does with the row of m->id. */
void message_render_row(buf *out, language l, const message_row *row, const message *m,
                        const message_style *style);
/* Appends one line for each rule of this header that the row breaks; true when there is none. */
bool message_row_check(const message_row *row, buf *complaints);

/* --- constructors: msg_NAME(arguments) ------------------------------------------------------ */

#define MESSAGE_KEEP_int(a, v) (a).n = (v)
#define MESSAGE_KEEP_count(a, v) (a).n = (v)
#define MESSAGE_KEEP_size(a, v) (a).n = (v)
#define MESSAGE_KEEP_duration(a, v) (a).n = (v)
#define MESSAGE_KEEP_date(a, v) (a).t = (v)
#define MESSAGE_KEEP_minute(a, v) (a).t = (v)
#define MESSAGE_KEEP_instant(a, v) (a).t = (v)
#define MESSAGE_KEEP_text(a, v) (a).text = (v)
#define MESSAGE_KEEP_value(a, v) (a).value = (v)
#define MESSAGE_KEEP_list(a, v) (a).list = (v)
#define MESSAGE_KEEP_word(a, v) (a).word = (v)
#define MESSAGE_KEEP_message(a, v) (a).message = (v)
#define MESSAGE_HEAD_(name) message m_ = {.id = MSG_##name}
#define MESSAGE_ARG_(i, t, a) MESSAGE_KEEP_##t(m_.args[i], a)

#define MESSAGE0(name, en, ja)                                                                     \
    static inline message msg_##name(void)                                                         \
    {                                                                                              \
        MESSAGE_HEAD_(name);                                                                       \
        return m_;                                                                                 \
    }
#define MESSAGE1(name, t1, a1, en, ja)                                                             \
    static inline message msg_##name(msg_##t1 a1)                                                  \
    {                                                                                              \
        MESSAGE_HEAD_(name);                                                                       \
        MESSAGE_ARG_(0, t1, a1);                                                                   \
        return m_;                                                                                 \
    }
#define MESSAGE2(name, t1, a1, t2, a2, en, ja)                                                     \
    static inline message msg_##name(msg_##t1 a1, msg_##t2 a2)                                     \
    {                                                                                              \
        MESSAGE_HEAD_(name);                                                                       \
        MESSAGE_ARG_(0, t1, a1);                                                                   \
        MESSAGE_ARG_(1, t2, a2);                                                                   \
        return m_;                                                                                 \
    }
#define MESSAGE3(name, t1, a1, t2, a2, t3, a3, en, ja)                                             \
    static inline message msg_##name(msg_##t1 a1, msg_##t2 a2, msg_##t3 a3)                        \
    {                                                                                              \
        MESSAGE_HEAD_(name);                                                                       \
        MESSAGE_ARG_(0, t1, a1);                                                                   \
        MESSAGE_ARG_(1, t2, a2);                                                                   \
        MESSAGE_ARG_(2, t3, a3);                                                                   \
        return m_;                                                                                 \
    }
#define MESSAGE4(name, t1, a1, t2, a2, t3, a3, t4, a4, en, ja)                                     \
    static inline message msg_##name(msg_##t1 a1, msg_##t2 a2, msg_##t3 a3, msg_##t4 a4)           \
    {                                                                                              \
        MESSAGE_HEAD_(name);                                                                       \
        MESSAGE_ARG_(0, t1, a1);                                                                   \
        MESSAGE_ARG_(1, t2, a2);                                                                   \
        MESSAGE_ARG_(2, t3, a3);                                                                   \
        MESSAGE_ARG_(3, t4, a4);                                                                   \
        return m_;                                                                                 \
    }
#define MESSAGE5(name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, en, ja)                             \
    static inline message msg_##name(msg_##t1 a1, msg_##t2 a2, msg_##t3 a3, msg_##t4 a4,           \
                                     msg_##t5 a5)                                                  \
    {                                                                                              \
        MESSAGE_HEAD_(name);                                                                       \
        MESSAGE_ARG_(0, t1, a1);                                                                   \
        MESSAGE_ARG_(1, t2, a2);                                                                   \
        MESSAGE_ARG_(2, t3, a3);                                                                   \
        MESSAGE_ARG_(3, t4, a4);                                                                   \
        MESSAGE_ARG_(4, t5, a5);                                                                   \
        return m_;                                                                                 \
    }
#define MESSAGE6(name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6, en, ja)                     \
    static inline message msg_##name(msg_##t1 a1, msg_##t2 a2, msg_##t3 a3, msg_##t4 a4,           \
                                     msg_##t5 a5, msg_##t6 a6)                                     \
    {                                                                                              \
        MESSAGE_HEAD_(name);                                                                       \
        MESSAGE_ARG_(0, t1, a1);                                                                   \
        MESSAGE_ARG_(1, t2, a2);                                                                   \
        MESSAGE_ARG_(2, t3, a3);                                                                   \
        MESSAGE_ARG_(3, t4, a4);                                                                   \
        MESSAGE_ARG_(4, t5, a5);                                                                   \
        MESSAGE_ARG_(5, t6, a6);                                                                   \
        return m_;                                                                                 \
    }
#define MESSAGE7(name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6, t7, a7, en, ja)             \
    static inline message msg_##name(msg_##t1 a1, msg_##t2 a2, msg_##t3 a3, msg_##t4 a4,           \
                                     msg_##t5 a5, msg_##t6 a6, msg_##t7 a7)                        \
    {                                                                                              \
        MESSAGE_HEAD_(name);                                                                       \
        MESSAGE_ARG_(0, t1, a1);                                                                   \
        MESSAGE_ARG_(1, t2, a2);                                                                   \
        MESSAGE_ARG_(2, t3, a3);                                                                   \
        MESSAGE_ARG_(3, t4, a4);                                                                   \
        MESSAGE_ARG_(4, t5, a5);                                                                   \
        MESSAGE_ARG_(5, t6, a6);                                                                   \
        MESSAGE_ARG_(6, t7, a7);                                                                   \
        return m_;                                                                                 \
    }
#define MESSAGE8(name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6, t7, a7, t8, a8, en, ja)     \
    static inline message msg_##name(msg_##t1 a1, msg_##t2 a2, msg_##t3 a3, msg_##t4 a4,           \
                                     msg_##t5 a5, msg_##t6 a6, msg_##t7 a7, msg_##t8 a8)           \
    {                                                                                              \
        MESSAGE_HEAD_(name);                                                                       \
        MESSAGE_ARG_(0, t1, a1);                                                                   \
        MESSAGE_ARG_(1, t2, a2);                                                                   \
        MESSAGE_ARG_(2, t3, a3);                                                                   \
        MESSAGE_ARG_(3, t4, a4);                                                                   \
        MESSAGE_ARG_(4, t5, a5);                                                                   \
        MESSAGE_ARG_(5, t6, a6);                                                                   \
        MESSAGE_ARG_(6, t7, a7);                                                                   \
        MESSAGE_ARG_(7, t8, a8);                                                                   \
        return m_;                                                                                 \
    }
#include "base/message/all.def"
#include "base/message/end.def"

#endif
