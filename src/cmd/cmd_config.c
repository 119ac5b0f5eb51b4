/* cmd_config.c - noroshi config show [KEY...], noroshi config check [FILE] */
#include "base/text.h"
#include "cmd/app.h"

/* --- show ----------------------------------------------------------------------------------- */

/* The values of a repeated option stand on several lines of one place. */
static option_origin origin_of(const app *a, unsigned row)
{
    option_origin from = option_origin_of(a->options, row);
    if (app_options.rows[row].many)
        from.line = 0;
    return from;
}

/* Where somebody put a password all the same. */
static slice shown(unsigned row, slice value)
{
    return row == OPT_STORE && app_has_password(value) ? S("(has a password)") : value;
}

static void put_json(app *a, unsigned row, buf *b)
{
    const option *o = &app_options.rows[row];
    option_origin from = origin_of(a, row);
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    json_key(&w, "key");
    json_put_text(&w, slice_str(o->key));
    json_key(&w, "value");
    if (from.layer == LAYER_UNSET) {
        json_put_null(&w);
    } else if (o->many) {
        const slice *items;
        size_t count = option_items(a->options, row, &items);
        json_open(&w, '[');
        for (size_t i = 0; i < count; i++)
            json_put_text(&w, items[i]);
        json_close(&w, ']');
    } else {
        json_put_text(&w, shown(row, option_text(a->options, row)));
    }
    json_key(&w, "origin");
    json_open(&w, '{');
    json_key(&w, "layer");
    json_put_text(&w, slice_str(option_layer_name(from.layer)));
    json_key(&w, "name");
    if (from.name.len)
        json_put_text(&w, from.name);
    else
        json_put_null(&w);
    json_key(&w, "line");
    if (from.line)
        json_put_int(&w, from.line);
    else
        json_put_null(&w);
    json_close(&w, '}');
    json_close(&w, '}');
    sink_json(&a->out, buf_slice(b));
}

/* A line that a configuration file could have; what is not set is a comment. */
static void put_line(app *a, unsigned row, slice value, buf *b)
{
    option_origin from = origin_of(a, row);
    if (from.layer == LAYER_UNSET) {
        buf_printf(b, "# %s =", app_options.rows[row].key);
    } else {
        buf_printf(b, "%s = ", app_options.rows[row].key);
        option_value_put(b, shown(row, value));
    }
    sink_foreign(&a->out, buf_slice(b));
    if (option_bool(a->options, OPT_CONFIG_ORIGIN) && from.layer != LAYER_UNSET) {
        buf_clear(b);
        option_origin_put(b, from);
        sink_to(&a->out, 40);
        sink_style(&a->out, STYLE_DIM);
        sink_words(&a->out, S("# "));
        sink_foreign(&a->out, buf_slice(b));
        sink_style(&a->out, STYLE_PLAIN);
    }
    sink_line(&a->out);
}

static status show_row(app *a, unsigned row, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, 16 << 20);
    if (a->json) {
        put_json(a, row, &b);
        return buf_status(&b, why);
    }
    const slice *items = NULL;
    slice one = option_text(a->options, row);
    size_t count = app_options.rows[row].many ? option_items(a->options, row, &items) : 0;
    if (!count)
        put_line(a, row, one, &b);
    for (size_t i = 0; i < count; i++) {
        buf_clear(&b);
        put_line(a, row, items[i], &b);
    }
    return buf_status(&b, why);
}

static bool wanted(const app *a, const option *row)
{
    if (!row->key || (row->hidden && !a->operand_count))
        return false;
    for (size_t i = 0; i < a->operand_count; i++)
        if (slice_eq(a->operands[i], slice_str(row->key)))
            return true;
    return a->operand_count == 0;
}

status cmd_config_show(app *a, err *why)
{
    a->out.options.columns = 0; /* a value may not be wrapped: a line is a line */
    for (size_t i = 0; i < a->operand_count; i++) {
        if (option_by_key(&app_options, a->operands[i]))
            continue;
        option_guess g = {.word = a->operands[i]};
        slice shown = text_brief(a->memory, a->operands[i]);
        for (size_t k = 0; k < app_options.count; k++)
            if (app_options.rows[k].key && !app_options.rows[k].hidden)
                option_guess_try(&g, slice_str(app_options.rows[k].key));
        return app_fail(a, ERR_INPUT,
                        g.best.len ? msg_option_unknown_key_near(shown, g.best)
                                   : msg_option_unknown_key(shown),
                        S(""), why);
    }
    for (unsigned row = 0; row < app_options.count; row++) {
        status st = wanted(a, &app_options.rows[row]) ? show_row(a, row, why) : OK;
        if (st != OK)
            return st;
    }
    return sink_flush(&a->out, why);
}

/* --- check ---------------------------------------------------------------------------------- */

static void put_problem(app *a, const option_problem *p)
{
    CLEANUP(buf_done) buf where;
    CLEANUP(buf_done) buf object;
    const err why = {.code = ERR_INPUT, .at = ERR_NOWHERE};
    buf_init(&where, 1 << 16);
    buf_init(&object, 1 << 20);
    option_origin_put(&where, p->where);
    if (a->json) {
        app_error_json(&object, &why, &p->what, buf_slice(&where));
        sink_json(&a->out, buf_slice(&object));
        return;
    }
    sink_foreign(&a->out, buf_slice(&where));
    sink_words(&a->out, S(": "));
    sink_put(&a->out, p->what);
    sink_line(&a->out);
}

static void put_summary(app *a, const options *o)
{
    int64_t files = (int64_t)o->file_count, problems = (int64_t)o->problem_count, set = 0;
    for (unsigned i = 0; i < o->table->count; i++)
        set += option_origin_of(o, i).layer >= LAYER_FILE && !o->table->rows[i].hidden;
    if (!a->json) {
        sink_put(&a->out, problems ? msg_config_bad(problems) : msg_config_good(files, set));
        sink_line(&a->out);
        return;
    }
    CLEANUP(buf_done) buf object;
    buf_init(&object, 4096);
    json_writer w = json_writer_on(&object);
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, S("noroshi.config-check/1"));
    json_key(&w, "files");
    json_put_int(&w, files);
    json_key(&w, "settings");
    json_put_int(&w, set);
    json_key(&w, "problems");
    json_put_int(&w, problems);
    json_close(&w, '}');
    sink_json(&a->out, buf_slice(&object));
}

static status put_result(app *a, const options *o, err *why)
{
    size_t kept = o->problem_count < OPTION_PROBLEMS_MAX ? o->problem_count : OPTION_PROBLEMS_MAX;
    for (size_t i = 0; i < kept; i++)
        put_problem(a, &o->problems[i]);
    put_summary(a, o);
    if (o->problem_count)
        app_exit(a, 1);
    return sink_flush(&a->out, why);
}

status cmd_config_check(app *a, err *why)
{
    options alone;
    slice path, bytes;
    if (!a->operand_count)
        return put_result(a, a->options, why);
    if (!arena_copy(a->memory, a->operands[0], &path))
        return ARENA_SPENT(a->memory, why);
    status st = fs_read_all(a->disk, a->memory, path.ptr, OPTION_FILE_MAX, &bytes, why);
    if (st == OK)
        st = options_init(&alone, a->memory, &app_options, why);
    if (st == OK)
        st = options_file(&alone, path, bytes, why);
    return st == OK ? put_result(a, &alone, why) : st;
}
