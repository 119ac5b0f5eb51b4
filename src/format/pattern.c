/* pattern.c - the grammar of STIX patterns: see pattern.h.
 *
 *     pattern  = chain(FOLLOWEDBY, chain(OR, chain(AND, primary)))
 *     primary  = ( "[" comparisons "]" | "(" pattern ")" ) qualifier*
 *     comparisons = chain(OR, chain(AND, test | "(" comparisons ")"))
 *
 * Chains are flat lists, so that a pattern of ten thousand ORs is no deep tree. */
#include "format/pattern/words.h"
#include "base/text.h"

typedef enum token_kind {
    T_END,
    T_SIGN, /* one of [ ] ( ) : . , * */
    T_COMPARE,
    T_WORD,  /* identifier or keyword */
    T_VALUE, /* any literal but a word */
} token_kind;

typedef struct token {
    token_kind kind;
    char sign;
    pattern_compare compare;
    slice text; /* as written */
    uint32_t at;
    pattern_value value;
} token;

typedef struct parser {
    arena *a;
    slice text;
    size_t pos;
    token tok; /* the one to look at */
    int depth;
    pattern_version version;
    err *why;
} parser;

/* --- errors --------------------------------------------------------------------------------- */

static void line_column(slice text, size_t at, unsigned *line, unsigned *column)
{
    *line = 1;
    *column = 0;
    for (size_t i = 0; i < at && i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            ++*line;
            *column = 0;
        } else if (((unsigned char)text.ptr[i] & 0xc0) != 0x80) { /* characters, not bytes */
            ++*column;
        }
    }
}

static status bad_at(const parser *ps, size_t at, const char *what)
{
    unsigned line, column;
    line_column(ps->text, at, &line, &column);
    return err_set(ps->why, ERR_INPUT, at, "pattern %u:%u: %s", line, column, what);
}

static status expected(const parser *ps, const char *what)
{
    unsigned line, column;
    char quote[ERR_QUOTE_MAX];
    line_column(ps->text, ps->tok.at, &line, &column);
    if (ps->tok.kind == T_END)
        return err_set(ps->why, ERR_INPUT, ps->tok.at, "pattern %u:%u: ends, expected %s", line,
                       column, what);
    return err_set(ps->why, ERR_INPUT, ps->tok.at, "pattern %u:%u: found %s, expected %s", line,
                   column, err_quote(ps->tok.text, quote), what);
}

/* --- characters ----------------------------------------------------------------------------- */

/* Unicode White_Space. */
static bool is_blank(uint32_t c)
{
    return c == ' ' || (c >= 0x09 && c <= 0x0d) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

static bool begins_word(char c)
{
    return is_alpha(c) || c == '_';
}

static bool in_word(char c)
{
    return is_alnum(c) || c == '_';
}

/* The byte `ahead` of the position, or 0. */
static char look(const parser *ps, size_t ahead)
{
    return ps->pos + ahead < ps->text.len ? ps->text.ptr[ps->pos + ahead] : 0;
}

static status skip_comment(parser *ps)
{
    if (look(ps, 1) == '/') {
        size_t eol = slice_find_byte(ps->text, '\n', ps->pos);
        ps->pos = eol == SIZE_MAX ? ps->text.len : eol;
        return OK;
    }
    size_t end = slice_find(ps->text, S("*/"), ps->pos + 2);
    if (end == SIZE_MAX)
        return bad_at(ps, ps->pos, "comment without end");
    ps->pos = end + 2;
    return OK;
}

static status skip_blanks(parser *ps)
{
    while (ps->pos < ps->text.len) {
        slice rest = slice_from(ps->text, ps->pos);
        if (rest.ptr[0] == '/' && (look(ps, 1) == '/' || look(ps, 1) == '*')) {
            status st = skip_comment(ps);
            if (st != OK)
                return st;
            continue;
        }
        size_t before = rest.len;
        if (!is_blank(utf8_next(&rest)))
            break;
        ps->pos += before - rest.len;
    }
    return OK;
}

/* --- literals ------------------------------------------------------------------------------- */

/* At the opening quote: everything up to the closing one, still escaped. */
static status quoted(parser *ps, slice *ret)
{
    size_t from = ++ps->pos;
    while (ps->pos < ps->text.len && ps->text.ptr[ps->pos] != '\'')
        ps->pos += ps->text.ptr[ps->pos] == '\\' ? 2 : 1;
    if (ps->pos >= ps->text.len)
        return bad_at(ps, from - 1, "string without end");
    *ret = slice_sub(ps->text, from, ps->pos++);
    return OK;
}

static status read_string(parser *ps, slice *ret)
{
    slice raw;
    status st = quoted(ps, &raw);
    if (st != OK)
        return st;
    *ret = raw;
    if (slice_find_byte(raw, '\\', 0) == SIZE_MAX)
        return OK;
    char *out = arena_array(ps->a, raw.len, 1);
    if (!out)
        return ARENA_SPENT(ps->a, ps->why);
    size_t n = 0;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] == '\\' && raw.ptr[++i] != '\'' && raw.ptr[i] != '\\')
            return bad_at(ps, (size_t)(raw.ptr - ps->text.ptr) + i - 1,
                          "only \\' and \\\\ are escapes");
        out[n++] = raw.ptr[i];
    }
    *ret = slice_of(out, n);
    return OK;
}

static bool is_hex_bytes(slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (hex_value(s.ptr[i]) < 0)
            return false;
    return s.len % 2 == 0;
}

/* Padded base64; line feeds inside are ignored. */
static bool is_base64(slice s)
{
    size_t n = 0, pad = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '\n')
            continue;
        if (c == '=')
            pad++;
        else if (pad || !(is_alnum(c) || c == '+' || c == '/'))
            return false;
        n++;
    }
    return n && n % 4 == 0 && pad <= 2;
}

static bool two_digits(slice s, size_t at, unsigned min, unsigned max)
{
    if (!is_digit(s.ptr[at]) || !is_digit(s.ptr[at + 1]))
        return false;
    unsigned n = (unsigned)(s.ptr[at] - '0') * 10 + (unsigned)(s.ptr[at + 1] - '0');
    return n >= min && n <= max;
}

/* The shape only, as the grammar has it: 30 February passes and is an oddity. */
static bool is_time(slice s)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd";
    size_t n = sizeof shape - 1;
    if (s.len < n + 1 || s.ptr[s.len - 1] != 'Z')
        return false;
    for (size_t i = 0; i < n; i++)
        if (shape[i] == 'd' ? !is_digit(s.ptr[i]) : s.ptr[i] != shape[i])
            return false;
    if (!two_digits(s, 5, 1, 12) || !two_digits(s, 8, 1, 31) || !two_digits(s, 11, 0, 23) ||
        !two_digits(s, 14, 0, 59) || !two_digits(s, 17, 0, 60))
        return false;
    slice rest = slice_sub(s, n, s.len - 1);
    if (!rest.len)
        return true;
    if (rest.len < 2 || rest.ptr[0] != '.')
        return false;
    for (size_t i = 1; i < rest.len; i++)
        if (!is_digit(rest.ptr[i]))
            return false;
    return true;
}

/* h'..', b'..', t'..' */
static status read_marked(parser *ps, token *t)
{
    static const struct {
        char mark;
        pattern_type type;
        bool (*fits)(slice);
        const char *bad;
    } rows[] = {
        {'h', PATTERN_HEX, is_hex_bytes, "h'..' holds an even number of hex digits"},
        {'b', PATTERN_BINARY, is_base64, "b'..' holds padded base64"},
        {'t', PATTERN_TIME, is_time, "t'..' holds YYYY-MM-DDThh:mm:ss[.f]Z"},
    };
    size_t i = 0;
    while (rows[i].mark != look(ps, 0))
        i++;
    ps->pos++;
    t->value.type = rows[i].type;
    status st = quoted(ps, &t->value.text);
    if (st == OK && !rows[i].fits(t->value.text))
        return bad_at(ps, t->at, rows[i].bad);
    return st;
}

/* [-+]? ( 0 | [1-9][0-9]* ) or [-+]? [0-9]* . [0-9]+ ; no exponent */
static status read_number(parser *ps, token *t)
{
    size_t from = ps->pos;
    bool minus = look(ps, 0) == '-';
    if (minus || look(ps, 0) == '+')
        ps->pos++;
    size_t digits = ps->pos;
    while (is_digit(look(ps, 0)))
        ps->pos++;
    size_t whole = ps->pos - digits;
    bool point = look(ps, 0) == '.' && is_digit(look(ps, 1));
    if (point)
        for (ps->pos++; is_digit(look(ps, 0));)
            ps->pos++;
    if (!point && !whole)
        return bad_at(ps, from, "a sign without digits");
    if (!point && whole > 1 && ps->text.ptr[digits] == '0')
        return bad_at(ps, from, "a whole number has no leading zero");
    t->value.text = slice_sub(ps->text, ps->text.ptr[from] == '+' ? from + 1 : from, ps->pos);
    t->value.type = point ? PATTERN_FLOAT : PATTERN_INTEGER;
    if (point)
        return OK;
    uint64_t n;
    if (!slice_u64(slice_sub(ps->text, digits, ps->pos), &n) || n >= (uint64_t)1 << 53)
        return bad_at(ps, from, "a whole number is below 2^53");
    t->value.number = minus ? -(int64_t)n : (int64_t)n;
    return OK;
}

/* --- tokens --------------------------------------------------------------------------------- */

static bool read_compare(parser *ps, token *t)
{
    static const struct {
        slice sign;
        pattern_compare compare;
    } rows[] = {
        {S_INIT("=="), PATTERN_EQ}, {S_INIT("="), PATTERN_EQ},  {S_INIT("!="), PATTERN_NE},
        {S_INIT("<>"), PATTERN_NE}, {S_INIT("<="), PATTERN_LE}, {S_INIT("<"), PATTERN_LT},
        {S_INIT(">="), PATTERN_GE}, {S_INIT(">"), PATTERN_GT},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (slice_starts(slice_from(ps->text, ps->pos), rows[i].sign)) {
            t->kind = T_COMPARE;
            t->compare = rows[i].compare;
            ps->pos += rows[i].sign.len;
            return true;
        }
    return false;
}

static void read_word(parser *ps, token *t)
{
    t->kind = T_WORD;
    while (in_word(look(ps, 0)) || look(ps, 0) == '-')
        ps->pos++;
}

static status read_token(parser *ps, token *t)
{
    char c = look(ps, 0);
    bool marked = (c == 'h' || c == 'b' || c == 't') && look(ps, 1) == '\'';
    if (c == '\'' || marked) {
        t->kind = T_VALUE;
        t->value.type = PATTERN_STRING;
        return marked ? read_marked(ps, t) : read_string(ps, &t->value.text);
    }
    if (is_digit(c) || c == '+' || c == '-' || (c == '.' && is_digit(look(ps, 1)))) {
        t->kind = T_VALUE;
        return read_number(ps, t);
    }
    if (begins_word(c)) {
        read_word(ps, t);
        return OK;
    }
    if (read_compare(ps, t))
        return OK;
    if (c && strchr("[]():.,*", c)) {
        t->kind = T_SIGN;
        t->sign = c;
        ps->pos++;
        return OK;
    }
    return bad_at(ps, ps->pos, "no such sign in a pattern");
}

static status advance(parser *ps)
{
    status st = skip_blanks(ps);
    if (st != OK)
        return st;
    token t = {.kind = T_END, .at = (uint32_t)ps->pos};
    t.value.at = t.at;
    if (ps->pos < ps->text.len && (st = read_token(ps, &t)) != OK)
        return st;
    t.text = slice_sub(ps->text, t.at, ps->pos);
    ps->tok = t;
    return OK;
}

static bool at_sign(const parser *ps, char c)
{
    return ps->tok.kind == T_SIGN && ps->tok.sign == c;
}

static bool at_word(const parser *ps, slice word)
{
    return ps->tok.kind == T_WORD && slice_eq(ps->tok.text, word);
}

static status take_sign(parser *ps, char c, const char *what)
{
    return at_sign(ps, c) ? advance(ps) : expected(ps, what);
}

static status take_word(parser *ps, slice word, const char *what)
{
    return at_word(ps, word) ? advance(ps) : expected(ps, what);
}

/* --- object paths --------------------------------------------------------------------------- */

static const slice reserved[] = {
    S_INIT("AND"),    S_INIT("OR"),      S_INIT("NOT"),        S_INIT("FOLLOWEDBY"),
    S_INIT("LIKE"),   S_INIT("MATCHES"), S_INIT("ISSUPERSET"), S_INIT("ISSUBSET"),
    S_INIT("EXISTS"), S_INIT("LAST"),    S_INIT("IN"),         S_INIT("START"),
    S_INIT("STOP"),   S_INIT("SECONDS"), S_INIT("true"),       S_INIT("false"),
    S_INIT("WITHIN"), S_INIT("REPEATS"), S_INIT("TIMES"),
};

bool pattern_is_reserved(slice word)
{
    for (size_t i = 0; i < COUNT_OF(reserved); i++)
        if (slice_eq(word, reserved[i]))
            return true;
    return false;
}

static status add_step(parser *ps, pattern_step ***tail, pattern_step step)
{
    pattern_step *s = arena_new(ps->a, pattern_step);
    if (!s)
        return ARENA_SPENT(ps->a, ps->why);
    *s = step;
    **tail = s;
    *tail = &s->next;
    return OK;
}

/* A key: a word (without hyphens unless it stands first) or anything quoted. */
static status read_key(parser *ps, bool first, pattern_step ***tail)
{
    pattern_step step = {.what = PATTERN_KEY};
    bool word = ps->tok.kind == T_WORD && !pattern_is_reserved(ps->tok.text);
    if (ps->tok.kind == T_VALUE && ps->tok.value.type == PATTERN_STRING)
        step.key = ps->tok.value.text;
    else if (!word)
        return expected(ps, "a property name");
    else if (!first && slice_find_byte(ps->tok.text, '-', 0) != SIZE_MAX)
        return bad_at(ps, ps->tok.at, "a property name with a hyphen is quoted");
    else
        step.key = ps->tok.text;
    status st = add_step(ps, tail, step);
    return st == OK ? advance(ps) : st;
}

static status read_index(parser *ps, pattern_step ***tail)
{
    pattern_step step = {.what = PATTERN_ANY};
    status st = advance(ps);
    if (st != OK)
        return st;
    if (ps->tok.kind == T_VALUE && ps->tok.value.type == PATTERN_INTEGER) {
        step.what = PATTERN_INDEX;
        step.index = ps->tok.value.number;
    } else if (!at_sign(ps, '*')) {
        return expected(ps, "a number or *");
    }
    if ((st = add_step(ps, tail, step)) != OK || (st = advance(ps)) != OK)
        return st;
    return take_sign(ps, ']', "]");
}

static status read_path(parser *ps, pattern_node *test)
{
    pattern_step **tail = &test->path;
    if (ps->tok.kind != T_WORD || pattern_is_reserved(ps->tok.text))
        return expected(ps, "an object type");
    test->type = ps->tok.text;
    status st = advance(ps);
    if (st != OK || (st = take_sign(ps, ':', ":")) != OK || (st = read_key(ps, true, &tail)) != OK)
        return st;
    while (st == OK) {
        if (at_sign(ps, '.')) {
            if ((st = advance(ps)) == OK)
                st = read_key(ps, false, &tail);
        } else if (at_sign(ps, '[')) {
            st = read_index(ps, &tail);
        } else {
            break;
        }
    }
    return st;
}

/* --- comparisons ---------------------------------------------------------------------------- */

static pattern_node *new_node(parser *ps, pattern_op op)
{
    pattern_node *n = arena_new(ps->a, pattern_node);
    if (n) {
        n->op = op;
        n->at = ps->tok.at;
    }
    return n;
}

enum { ANY_VALUE, ORDER_VALUE, STRING_VALUE };

static status read_value(parser *ps, int allowed, pattern_value **ret)
{
    static const char *const what[] = {"a value", "a value that has an order", "a string"};
    pattern_value v = ps->tok.value;
    if (at_word(ps, S("true")) || at_word(ps, S("false"))) {
        v.type = PATTERN_BOOL;
        v.text = ps->tok.text;
        v.number = v.text.len == 4;
    } else if (ps->tok.kind != T_VALUE) {
        return expected(ps, what[allowed]);
    }
    if ((allowed == STRING_VALUE && v.type != PATTERN_STRING) ||
        (allowed == ORDER_VALUE && v.type == PATTERN_BOOL))
        return expected(ps, what[allowed]);
    pattern_value *out = arena_new(ps->a, pattern_value);
    if (!out)
        return ARENA_SPENT(ps->a, ps->why);
    *out = v;
    *ret = out;
    return advance(ps);
}

static status read_set(parser *ps, pattern_value **tail)
{
    status st = take_sign(ps, '(', "(");
    if (st != OK || at_sign(ps, ')'))
        return st == OK ? advance(ps) : st;
    for (;;) {
        if ((st = read_value(ps, ANY_VALUE, tail)) != OK)
            return st;
        tail = &(*tail)->next;
        if (!at_sign(ps, ','))
            return take_sign(ps, ')', ", or )");
        if ((st = advance(ps)) != OK)
            return st;
    }
}

static bool word_compare(const parser *ps, pattern_compare *ret)
{
    static const struct {
        slice word;
        pattern_compare compare;
    } rows[] = {
        {S_INIT("IN"), PATTERN_IN},
        {S_INIT("LIKE"), PATTERN_LIKE},
        {S_INIT("MATCHES"), PATTERN_MATCHES},
        {S_INIT("ISSUBSET"), PATTERN_ISSUBSET},
        {S_INIT("ISSUPERSET"), PATTERN_ISSUPERSET},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (at_word(ps, rows[i].word)) {
            *ret = rows[i].compare;
            return true;
        }
    return false;
}

static status read_right_side(parser *ps, pattern_node *test)
{
    status st;
    if (at_word(ps, S("NOT"))) {
        test->negated = true;
        if ((st = advance(ps)) != OK)
            return st;
    }
    int allowed = STRING_VALUE;
    if (ps->tok.kind == T_COMPARE) {
        test->compare = ps->tok.compare;
        allowed =
            test->compare == PATTERN_EQ || test->compare == PATTERN_NE ? ANY_VALUE : ORDER_VALUE;
    } else if (!word_compare(ps, &test->compare)) {
        return expected(ps, "a comparison");
    }
    if ((st = advance(ps)) != OK)
        return st;
    if (test->compare == PATTERN_IN)
        return read_set(ps, &test->values);
    return read_value(ps, allowed, &test->values);
}

static status read_test(parser *ps, pattern_node **ret)
{
    pattern_node *test = new_node(ps, PATTERN_TEST);
    if (!test)
        return ARENA_SPENT(ps->a, ps->why);
    status st;
    if (at_word(ps, S("NOT"))) {
        test->negated = true;
        if ((st = advance(ps)) != OK)
            return st;
        if (!at_word(ps, S("EXISTS")))
            return expected(ps, "EXISTS (NOT stands behind the path)");
    }
    if (at_word(ps, S("EXISTS"))) {
        test->compare = PATTERN_EXISTS;
        if ((st = advance(ps)) == OK)
            st = read_path(ps, test);
    } else if ((st = read_path(ps, test)) == OK) {
        st = read_right_side(ps, test);
    }
    if (st == OK)
        *ret = test;
    return st;
}

/* --- chains --------------------------------------------------------------------------------- */

/* What binds from loosest to tightest; each level's items are the next level. */
static const struct {
    slice word;
    pattern_op op;
} levels[] = {
    {S_INIT("FOLLOWEDBY"), PATTERN_FOLLOWEDBY},
    {S_INIT("OR"), PATTERN_EITHER},
    {S_INIT("AND"), PATTERN_BOTH},
    {S_INIT(""), PATTERN_GROUP}, /* a primary */
    {S_INIT("OR"), PATTERN_OR},
    {S_INIT("AND"), PATTERN_AND},
    {S_INIT(""), PATTERN_PARENS}, /* a test or parentheses */
};
enum { OBSERVATIONS = 0, PRIMARY = 3, COMPARISONS = 4, TEST_OR_PARENS = 6 };

static status read_level(parser *ps, int level, pattern_node **ret);

/* Between brackets: the sign is open now, `level` inside. */
static status read_inside(parser *ps, pattern_op op, int level, char close, pattern_node **ret)
{
    pattern_node *box = new_node(ps, op);
    status st;
    if (!box)
        return ARENA_SPENT(ps->a, ps->why);
    if (ps->depth == PATTERN_DEPTH_MAX)
        return err_set(ps->why, ERR_LIMIT, ps->tok.at, "pattern: deeper than %d",
                       PATTERN_DEPTH_MAX);
    ps->depth++;
    if ((st = advance(ps)) != OK || (st = read_level(ps, level, &box->first)) != OK)
        return st;
    ps->depth--;
    if ((st = take_sign(ps, close, close == ']' ? "AND, OR or ]" : "AND, OR or )")) == OK)
        *ret = box;
    return st;
}

static status read_time(parser *ps, pattern_value *ret)
{
    bool plain = ps->version == PATTERN_20 && ps->tok.value.type == PATTERN_STRING &&
                 is_time(ps->tok.value.text);
    if (ps->tok.kind != T_VALUE || (ps->tok.value.type != PATTERN_TIME && !plain))
        return expected(ps, "a time t'..'");
    *ret = ps->tok.value;
    ret->type = PATTERN_TIME;
    return advance(ps);
}

static status read_qualifier(parser *ps, pattern_qualifier *q)
{
    status st = advance(ps);
    if (st != OK)
        return st;
    if (q->what == PATTERN_START_STOP) {
        if ((st = read_time(ps, &q->from)) != OK || (st = take_word(ps, S("STOP"), "STOP")) != OK)
            return st;
        return read_time(ps, &q->to);
    }
    bool within = q->what == PATTERN_WITHIN;
    const pattern_value *v = &ps->tok.value;
    if (ps->tok.kind != T_VALUE || v->text.len == 0 || v->text.ptr[0] == '-' ||
        (v->type != PATTERN_INTEGER && !(within && v->type == PATTERN_FLOAT)))
        return expected(ps, within ? "a positive number" : "a positive whole number");
    q->from = *v;
    if ((st = advance(ps)) != OK)
        return st;
    return within ? take_word(ps, S("SECONDS"), "SECONDS") : take_word(ps, S("TIMES"), "TIMES");
}

static bool has_qualifier(const pattern_node *on, const pattern_qualifier *q)
{
    for (const pattern_qualifier *o = on->qualifiers; o; o = o->next)
        if (o->what == q->what)
            return true;
    return false;
}

/* Section 9.5.1: not two of one kind. Behind a parenthesis the reference implementation lets that
 * pass and the meaning is plain (the stricter holds), so there it is an oddity only. */
static status read_qualifiers(parser *ps, pattern_node *on)
{
    pattern_qualifier **tail = &on->qualifiers;
    for (;;) {
        pattern_qualifier q = {.at = ps->tok.at};
        if (at_word(ps, S("WITHIN")))
            q.what = PATTERN_WITHIN;
        else if (at_word(ps, S("REPEATS")))
            q.what = PATTERN_REPEATS;
        else if (at_word(ps, S("START")))
            q.what = PATTERN_START_STOP;
        else
            return OK;
        if (on->op == PATTERN_OBSERVATION && has_qualifier(on, &q))
            return bad_at(ps, q.at, "the same qualifier twice");
        status st = read_qualifier(ps, &q);
        if (st != OK)
            return st;
        if (!(*tail = arena_new(ps->a, pattern_qualifier)))
            return ARENA_SPENT(ps->a, ps->why);
        **tail = q;
        tail = &(*tail)->next;
    }
}

static status read_primary(parser *ps, pattern_node **ret)
{
    pattern_node *n;
    status st;
    if (at_sign(ps, '['))
        st = read_inside(ps, PATTERN_OBSERVATION, COMPARISONS, ']', &n);
    else if (at_sign(ps, '('))
        st = read_inside(ps, PATTERN_GROUP, OBSERVATIONS, ')', &n);
    else
        return expected(ps, "[ or (");
    if (st == OK && (st = read_qualifiers(ps, n)) == OK)
        *ret = n;
    return st;
}

static status read_level(parser *ps, int level, pattern_node **ret)
{
    if (level == PRIMARY)
        return read_primary(ps, ret);
    if (level == TEST_OR_PARENS)
        return at_sign(ps, '(') ? read_inside(ps, PATTERN_PARENS, COMPARISONS, ')', ret)
                                : read_test(ps, ret);
    pattern_node *one;
    status st = read_level(ps, level + 1, &one);
    if (st != OK)
        return st;
    if (!at_word(ps, levels[level].word)) {
        *ret = one;
        return OK;
    }
    pattern_node *chain = new_node(ps, levels[level].op);
    if (!chain)
        return ARENA_SPENT(ps->a, ps->why);
    chain->at = one->at;
    chain->first = one;
    while (at_word(ps, levels[level].word)) {
        if ((st = advance(ps)) != OK || (st = read_level(ps, level + 1, &one->next)) != OK)
            return st;
        one = one->next;
    }
    *ret = chain;
    return OK;
}

status pattern_parse(arena *a, slice text, pattern_version version, const pattern_node **ret,
                     err *why)
{
    if (text.len > PATTERN_TEXT_MAX)
        return err_set(why, ERR_LIMIT, PATTERN_TEXT_MAX, "pattern over %d bytes", PATTERN_TEXT_MAX);
    parser ps = {.a = a, .text = text, .version = version, .why = why};
    size_t broken = utf8_check(text);
    if (broken != SIZE_MAX)
        return bad_at(&ps, broken, "not UTF-8");
    pattern_node *root;
    status st = advance(&ps);
    if (st != OK || (st = read_level(&ps, OBSERVATIONS, &root)) != OK)
        return st;
    if (ps.tok.kind != T_END)
        return expected(&ps, "AND, OR, FOLLOWEDBY, a qualifier or the end");
    *ret = root;
    return OK;
}
