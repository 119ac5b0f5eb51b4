/* accounting.c - see accounting.h. */
#include "cmd/accounting.h"
#include "base/secret.h"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

status accounting_open(app *a, bool changes, accounting *ret, err *why)
{
    slice who = arena_printf(a->memory, "cli:%.*s", SLICE_FMT(app_actor(a)));
    *ret = (accounting){.a = a, .whole = grant_whole()};
    ret->by = (actor){.who = who.ptr ? who : S("cli"),
                      .from = S("cli"),
                      .has = &ret->whole,
                      .now = clock_now(a->clock)};
    status st = app_store(a, &ret->s, why);
    if (st == OK)
        st = accounts_new(ret->s, &ret->r, why);
    if (st == OK && changes)
        st = writer_new(ret->s, app_actor(a), &ret->w, why);
    return st;
}

void accounting_close(accounting *x)
{
    x->r = accounts_free(x->r);
    x->w = writer_free(x->w);
}

status accounting_auth(accounting *x, auth **ret, err *why)
{
    const auth_options o = {.store = x->s, .clock = x->a->clock, .random = x->a->random};
    return auth_new(&o, ret, why);
}

/* --- passwords -------------------------------------------------------------------------------- */

/* One line of standard input, at most PASSWORD_BYTES_MAX and one byte, without its end. */
static status read_line(app *a, secret **ret, err *why)
{
    char line[PASSWORD_BYTES_MAX + 1];
    size_t n = 0, got = 1;
    status st = OK;
    while (st == OK && got && n < sizeof line) {
        st = reader_read(&a->in, line + n, 1, &got, why);
        if (st == OK && got && line[n] == '\n')
            break;
        n += st == OK ? got : 0;
    }
    if (st == OK)
        st = secret_keep(slice_of(line, n), ret, why);
    explicit_bzero(line, sizeof line);
    return st;
}

/* Whoever stops the program meanwhile does so behind the line: his terminal echoes again then. */
static status ask_once(app *a, message what, secret **ret, err *why)
{
    struct termios before, quiet;
    sigset_t stops, mask;
    bool changed = tcgetattr(STDIN_FILENO, &before) == 0;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGQUIT);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGTSTP);
    pthread_sigmask(SIG_BLOCK, &stops, &mask);
    sink_put(&a->err, what);
    status st = sink_flush(&a->err, why);
    if (changed) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    if (st == OK)
        st = read_line(a, ret, why);
    if (changed)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sink_line(&a->err);
    return st;
}

static status ask_twice(app *a, slice login, secret **ret, err *why)
{
    secret *again = NULL, *first = NULL;
    status st = ask_once(a, msg_user_password(login), &first, why);
    if (st == OK)
        st = ask_once(a, msg_user_password_again(), &again, why);
    if (st == OK && !secret_eq(first, secret_reveal(again)))
        st = app_fail(a, ERR_INPUT, msg_user_password_differs(), S(""), why);
    secret_free(again);
    if (st == OK)
        *ret = first;
    else
        secret_free(first);
    return st;
}

static status get_password(app *a, slice login, secret **ret, err *why)
{
    slice path = option_text(a->options, OPT_USER_PASSWORD_FILE);
    if (path.len)
        return secret_read(path.ptr, ret, why); /* options end in a NUL */
    return isatty(STDIN_FILENO) ? ask_twice(a, login, ret, why) : read_line(a, ret, why);
}

status accounting_password(accounting *x, slice login, char ret[PASSWORD_HASH_MAX], err *why)
{
    secret *s = NULL;
    auth *half = NULL;
    status st = accounting_auth(x, &half, why);
    if (st == OK)
        st = get_password(x->a, login, &s, why);
    if (st == OK)
        st = auth_password(half, login, secret_reveal(s), ret, why);
    secret_free(s);
    auth_free(half);
    return st;
}

/* --- JSON ------------------------------------------------------------------------------------- */

void accounting_text(json_writer *w, const char *key, slice text)
{
    json_key(w, key);
    if (text.len)
        json_put_text(w, text);
    else
        json_put_null(w);
}

void accounting_when(json_writer *w, const char *key, when t)
{
    char text[WHEN_TEXT_MAX];
    accounting_text(w, key, t == WHEN_NONE ? S("") : slice_str(when_iso(t, text)));
}

void accounting_list(json_writer *w, const char *key, const slice *items, size_t count)
{
    json_key(w, key);
    json_open(w, '[');
    for (size_t i = 0; i < count; i++)
        json_put_text(w, items[i]);
    json_close(w, ']');
}
