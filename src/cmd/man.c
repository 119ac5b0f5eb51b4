/* man.c - the manual page: see generate.h. */
#include "cmd/generate.h"
#include "cmd/help.h"

enum { LINE_MAX = 76 }; /* columns of the source, where a blank allows it */

typedef struct page {
    buf *out;
    language language;
    bool line_start;
    size_t line; /* where the line began in `out` */
} page;

/* Text for roff: a backslash is \e, a hyphen-minus \-, and a dot or quote that begins a line is
 * held off by \&, so that no text is taken for a request. */
static void put(page *p, slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (p->line_start && (c == '.' || c == '\''))
            buf_put(p->out, S("\\&"));
        if (c == '\\')
            buf_put(p->out, S("\\e"));
        else if (c == '-')
            buf_put(p->out, S("\\-"));
        else
            buf_byte(p->out, c);
        p->line_start = c == '\n';
        if (c == '\n')
            p->line = p->out->len;
    }
}

/* A blank and the end of a line are the same to roff: long lines end at a blank. */
static void put_message(page *p, const message *m)
{
    CLEANUP(buf_done) buf text;
    buf_init(&text, 1 << 16);
    message_render(&text, p->language, m, NULL);
    slice rest = buf_slice(&text), word;
    for (bool first = true; slice_cut(&rest, ' ', &word); first = false) {
        bool full = p->out->len - p->line + 1 + word.len > LINE_MAX;
        if (!first)
            put(p, full ? S("\n") : S(" "));
        put(p, word);
    }
    p->out->failed = p->out->failed || text.failed;
}

/* Where a line may not end: titles. */
static void put_title(page *p, message_id id)
{
    CLEANUP(buf_done) buf text;
    const message m = message_of(id);
    buf_init(&text, 1 << 16);
    message_render(&text, p->language, &m, NULL);
    put(p, buf_slice(&text));
}

static void put_id(page *p, message_id id)
{
    const message m = message_of(id);
    put_message(p, &m);
}

/* A request of its own line. */
static void request(page *p, const char *name)
{
    if (!p->line_start)
        buf_byte(p->out, '\n');
    buf_put(p->out, slice_str(name));
    buf_byte(p->out, '\n');
    p->line_start = true;
    p->line = p->out->len;
}

static void end(page *p)
{
    if (!p->line_start)
        buf_byte(p->out, '\n');
    p->line_start = true;
    p->line = p->out->len;
}

static void section(page *p, message_id title)
{
    end(p);
    buf_put(p->out, S(".SH \""));
    p->line_start = false;
    put_title(p, title);
    buf_byte(p->out, '"');
    end(p);
}

static void bold(page *p, slice s)
{
    buf_put(p->out, S("\\fB"));
    p->line_start = false;
    put(p, s);
    buf_put(p->out, S("\\fR"));
}

static void italic(page *p, slice s)
{
    buf_put(p->out, S("\\fI"));
    p->line_start = false;
    put(p, s);
    buf_put(p->out, S("\\fR"));
}

/* Sentences behind one another on lines of their own. */
static void sentence(page *p, message m)
{
    end(p);
    put_message(p, &m);
    end(p);
}

/* A phrase of the catalogue with a full stop behind it. */
static void phrase(page *p, message_id id)
{
    const message m = message_of(id);
    sentence(p, msg_man_sentence(&m));
}

static void put_tag(page *p, const option *row)
{
    char letter[] = {'-', row->letter, 0};
    request(p, ".TP");
    if (row->letter) {
        bold(p, slice_str(letter));
        put(p, S(", "));
    }
    if (row->flag) {
        CLEANUP(buf_done) buf flag;
        buf_init(&flag, OPTION_FLAG_MAX + 8);
        buf_printf(&flag, "--%s", row->flag);
        bold(p, buf_slice(&flag));
    } else {
        bold(p, slice_str(row->key));
    }
    if (row->argument) {
        put(p, S(" "));
        italic(p, slice_str(row->argument));
    }
    end(p);
}

static void put_option(page *p, const option *row)
{
    CLEANUP(buf_done) buf choices;
    char variable[OPTION_KEY_MAX + 16];
    buf_init(&choices, 4096);
    put_tag(p, row);
    phrase(p, row->help);
    if (row->type == OPTION_ENUM) {
        help_choices_put(&choices, row->choices);
        sentence(p, msg_man_choices(buf_slice(&choices)));
    }
    if (row->many)
        sentence(p, message_of(MSG_man_many));
    if (row->builtin)
        sentence(p, msg_man_builtin(slice_str(row->builtin)));
    if (row->key)
        sentence(p,
                 msg_man_key(slice_str(row->key), slice_str(option_variable(row->key, variable))));
}

static bool shown(const option *row, size_t which, bool flagged)
{
    return !row->hidden && !row->flag == !flagged && !row->commands == (which == COMMAND_ANY) &&
           (which == COMMAND_ANY || option_taken_by(&app_options, row, which));
}

static void put_options(page *p, size_t which, bool flagged)
{
    for (size_t i = 0; i < app_options.count; i++)
        if (shown(&app_options.rows[i], which, flagged))
            put_option(p, &app_options.rows[i]);
}

static void put_commands(page *p)
{
    section(p, MSG_man_commands);
    for (size_t i = 0; i < command_count(); i++) {
        const command *c = command_at(i);
        if (c->hidden)
            continue;
        request(p, ".TP");
        bold(p, slice_str(c->name));
        if (c->operands) {
            put(p, S(" "));
            italic(p, slice_str(c->operands));
        }
        end(p);
        phrase(p, c->summary);
        if (c->text != MSG_NONE) {
            request(p, ".IP");
            put_id(p, c->text);
            end(p);
        }
        bool any = false;
        for (size_t k = 0; k < app_options.count; k++)
            any = any || shown(&app_options.rows[k], i, true);
        if (!any)
            continue;
        request(p, ".RS");
        put_options(p, i, true);
        request(p, ".RE");
    }
}

static void put_pairs(page *p, size_t count, const char *const *tags, const message_id *texts)
{
    for (size_t i = 0; i < count; i++) {
        request(p, ".TP");
        bold(p, slice_str(tags[i]));
        end(p);
        phrase(p, texts[i]);
    }
}

static void put_end(page *p)
{
    static const char *const codes[] = {"0", "1", "2"};
    static const message_id code_texts[] = {MSG_man_exit_0, MSG_man_exit_1, MSG_man_exit_2};
    static const char *const variables[] = {"NO_COLOR", "LC_ALL, LC_MESSAGES, LANG"};
    static const message_id variable_texts[] = {MSG_man_no_color, MSG_man_lang};
    static const char *const files[] = {
        "/etc/noroshi/noroshi.conf", "$XDG_CONFIG_HOME/noroshi/noroshi.conf", "/var/lib/noroshi"};
    static const message_id file_texts[] = {MSG_man_file_system, MSG_man_file_user,
                                            MSG_man_file_data};
    section(p, MSG_man_environment);
    sentence(p, message_of(MSG_man_variables));
    put_pairs(p, COUNT_OF(variables), variables, variable_texts);
    section(p, MSG_man_files);
    put_pairs(p, COUNT_OF(files), files, file_texts);
    section(p, MSG_man_exit);
    put_pairs(p, COUNT_OF(codes), codes, code_texts);
}

void man_put(buf *out, language l, slice date)
{
    page p = {.out = out, .language = l, .line_start = true};
    buf_put(out, S("'\\\" t\n.\\\" Made from the tables of options, commands and messages.\n"));
    buf_printf(out, ".TH NOROSHI 1 %.*s \"noroshi %s\" \"", SLICE_FMT(date), NOROSHI_VERSION);
    p.line_start = false;
    put_title(&p, MSG_man_title);
    buf_put(out, S("\""));
    section(&p, MSG_man_name);
    put(&p, S("noroshi - "));
    put_id(&p, MSG_help_program);
    section(&p, MSG_man_synopsis);
    bold(&p, S("noroshi"));
    put(&p, S(" "));
    italic(&p, S("[OPTION]... COMMAND [OPTION]... [OPERAND]..."));
    section(&p, MSG_man_description);
    sentence(&p, message_of(MSG_man_what));
    request(&p, ".PP");
    sentence(&p, message_of(MSG_man_operands));
    put_commands(&p);
    section(&p, MSG_man_options);
    put_options(&p, COMMAND_ANY, true);
    section(&p, MSG_man_configuration);
    sentence(&p, message_of(MSG_help_layers));
    request(&p, ".PP");
    sentence(&p, message_of(MSG_man_file_syntax));
    section(&p, MSG_man_limits);
    sentence(&p, message_of(MSG_man_limits_about));
    put_options(&p, COMMAND_ANY, false);
    put_end(&p);
}
