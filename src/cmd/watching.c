/* watching.c - see watching.h. */
#include "cmd/watching.h"

#include <unistd.h>

bool watching_for_eyes(const app *a)
{
    (void)a;
    return isatty(STDOUT_FILENO);
}

typedef struct register_file {
    const fs *disk;
    file f;
    uint64_t at;
} register_file;

static status read_file(void *ctx, char *into, size_t room, size_t *ret_len, err *why)
{
    register_file *r = ctx;
    status st = file_pread(&r->f, into, room, r->at, ret_len, why);
    r->at += st == OK ? *ret_len : 0;
    return st;
}

static status read_register(app *a, site *s, site_table which, unsigned from, err *why)
{
    slice path = option_text(a->options, from);
    register_file r = {.disk = a->disk};
    size_t rows;
    if (!path.len)
        return OK;
    status st = fs_open(a->disk, path.ptr, FILE_READ, &r.f, why);
    if (st != OK)
        return st;
    reader in = {.ctx = &r, .read = read_file};
    st = site_read(s, which, &in, &rows, why);
    file_close(&r.f);
    return st == OK ? OK : err_wrap(why, st, "%.*s", SLICE_FMT(slice_sub(path, 0, 256)));
}

/* "+09:00", "-0530", "Z" */
static status read_zone(app *a, int *ret, err *why)
{
    slice z = option_text(a->options, OPT_WATCH_ZONE), h, m;
    uint64_t hours, minutes = 0;
    if (!z.len || slice_eq_nocase(z, S("Z")) || slice_eq_nocase(z, S("UTC")))
        return OK;
    slice rest = slice_from(z, 1);
    h = slice_sub(rest, 0, 2);
    m = slice_from(rest, rest.len > 2 && rest.ptr[2] == ':' ? 3 : 2);
    if ((z.ptr[0] != '+' && z.ptr[0] != '-') || h.len != 2 || !slice_u64(h, &hours) ||
        (m.len && (m.len != 2 || !slice_u64(m, &minutes))) || hours > 14 || minutes > 59)
        return app_fail(a, ERR_INPUT, msg_watch_zone(slice_sub(z, 0, 32)), S(""), why);
    *ret = (int)(hours * 60 + minutes) * (z.ptr[0] == '-' ? -1 : 1);
    return OK;
}

static status read_marking(app *a, marking *ret, err *why)
{
    slice level = option_text(a->options, OPT_WATCH_TLP);
    ret->owner = option_text(a->options, OPT_ORGANISATION);
    ret->tlp = TLP_AMBER;
    if (level.len && tlp_parse(level, &ret->tlp) != OK)
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "--tlp is clear, green, amber, amber+strict or red");
    return OK;
}

static status read_format(app *a, const log_format **ret, err *why)
{
    slice name = option_text(a->options, OPT_WATCH_FORMAT);
    CLEANUP(buf_done) buf names;
    buf_init(&names, 4096);
    if (!name.len || (*ret = log_format_named(name)))
        return OK;
    for (size_t i = 0; i < log_format_count(); i++)
        buf_printf(&names, "%s%s", i ? ", " : "", log_format_name(log_format_at(i)));
    slice list;
    if (!arena_copy(a->memory, buf_slice(&names), &list))
        return ARENA_SPENT(a->memory, why);
    return app_fail(a, ERR_INPUT, msg_watch_format(slice_sub(name, 0, 64), list), S(""), why);
}

status watching_options(app *a, watch_options *o, site **ret_site, err *why)
{
    status st = read_format(a, &o->format, why);
    if (st == OK)
        st = read_zone(a, &o->zone_minutes, why);
    if (st == OK)
        st = read_marking(a, &o->marking, why);
    if (st == OK)
        st = app_store(a, &o->s, why);
    if (st == OK)
        st = site_new(-1, ret_site, why);
    if (st == OK)
        st = read_register(a, *ret_site, SITE_ASSETS, OPT_WATCH_ASSETS, why);
    if (st == OK)
        st = read_register(a, *ret_site, SITE_EXERCISES, OPT_WATCH_EXERCISES, why);
    if (st == OK)
        st = read_register(a, *ret_site, SITE_SILENCES, OPT_WATCH_SILENCES, why);
    o->site = *ret_site;
    o->view = &a->view;
    o->line_bytes_max = (size_t)option_int(a->options, OPT_LIMIT_LINE_BYTES);
    return st;
}
