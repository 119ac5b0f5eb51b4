/* regex.c - see regex.h. The parser emits a program as it reads: pieces are moved and copied by
 * their relative jumps, so no tree is built. */
#include "model/regex.h"

typedef enum op { OP_SET, OP_SPLIT, OP_JUMP, OP_START, OP_END, OP_WORD, OP_NOT_WORD, OP_MATCH } op;

typedef struct step {
    op op;
    int32_t to, other; /* relative: SPLIT, JUMP */
    uint16_t set;      /* OP_SET */
} step;

typedef struct byte_set {
    uint64_t bits[4];
} byte_set;

struct regex {
    const step *program;
    size_t count;
    const byte_set *sets;
    bool multiline;
};

typedef struct parser {
    arena *a;
    slice s;
    size_t at;
    unsigned depth;
    bool fold, dot_all;
    step *program;
    size_t count;
    byte_set *sets;
    size_t set_count;
} parser;

/* --- sets of bytes --------------------------------------------------------------------------- */

static void set_add(byte_set *s, unsigned char c)
{
    s->bits[c >> 6] |= 1ull << (c & 63);
}

static bool set_has(const byte_set *s, unsigned char c)
{
    return s->bits[c >> 6] >> (c & 63) & 1;
}

static void set_not(byte_set *s)
{
    for (size_t i = 0; i < COUNT_OF(s->bits); i++)
        s->bits[i] = ~s->bits[i];
}

static bool is_word(char c)
{
    return is_alnum(c) || c == '_';
}

/* \d \w \s and their opposites; false for another letter. */
static bool set_of_class(char letter, byte_set *s)
{
    byte_set found = {{0}};
    for (unsigned c = 0; c < 256; c++) {
        char b = (char)c;
        bool in = to_lower(letter) == 'd'   ? is_digit(b)
                  : to_lower(letter) == 'w' ? is_word(b)
                                            : is_space(b);
        if (in)
            set_add(&found, (unsigned char)c);
    }
    if (!letter || !strchr("dwsDWS", letter))
        return false;
    if (letter < 'a')
        set_not(&found);
    for (size_t i = 0; i < COUNT_OF(s->bits); i++)
        s->bits[i] |= found.bits[i];
    return true;
}

static void set_fold(byte_set *s)
{
    for (unsigned char c = 'a'; c <= 'z'; c++) {
        unsigned char upper = (unsigned char)(c - 'a' + 'A');
        if (set_has(s, c) || set_has(s, upper)) {
            set_add(s, c);
            set_add(s, upper);
        }
    }
}

/* --- the program ----------------------------------------------------------------------------- */

static status wrong(const parser *p, err *why, const char *what)
{
    return err_set(why, ERR_INPUT, p->at, "%s in a pattern", what);
}

static status put(parser *p, step s, err *why)
{
    if (p->count == REGEX_STATES_MAX)
        return err_set(why, ERR_LIMIT, p->at, "a pattern has over %d states",
                       (int)REGEX_STATES_MAX);
    p->program[p->count++] = s;
    return OK;
}

static status put_set(parser *p, byte_set s, err *why)
{
    if (p->fold)
        set_fold(&s);
    size_t i = 0;
    while (i < p->set_count && memcmp(&p->sets[i], &s, sizeof s) != 0)
        i++;
    if (i == p->set_count)
        p->sets[p->set_count++] = s; /* one for each state at most */
    return put(p, (step){.op = OP_SET, .set = (uint16_t)i}, why);
}

/* Makes room for one step in front of the piece that begins at `from`. */
static status put_before(parser *p, size_t from, step s, err *why)
{
    status st = put(p, s, why);
    if (st != OK)
        return st;
    memmove(p->program + from + 1, p->program + from, (p->count - 1 - from) * sizeof s);
    p->program[from] = s;
    return OK;
}

static status put_copy(parser *p, const step *piece, size_t length, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < length; i++)
        st = put(p, piece[i], why);
    return st;
}

/* The piece from `from` to the end, at least `min` and at most `max` times (max < 0: any). */
static status repeat(parser *p, size_t from, int min, int max, err *why)
{
    size_t length = p->count - from;
    arena_mark mark = arena_here(p->a);
    step *piece = arena_array(p->a, length + 1, sizeof *piece);
    status st = OK;
    if (!piece)
        return ARENA_SPENT(p->a, why);
    if (length)
        memcpy(piece, p->program + from, length * sizeof *piece);
    p->count = from;
    for (int i = 0; st == OK && i < min; i++)
        st = put_copy(p, piece, length, why);
    if (max < 0 && st == OK) {
        st = put(p, (step){.op = OP_SPLIT, .to = 1, .other = (int32_t)length + 2}, why);
        st = st == OK ? put_copy(p, piece, length, why) : st;
        st = st == OK ? put(p, (step){.op = OP_JUMP, .to = -(int32_t)length - 1}, why) : st;
    }
    for (int i = min; st == OK && i < max; i++) {
        st = put(p, (step){.op = OP_SPLIT, .to = 1, .other = (int32_t)length + 1}, why);
        st = st == OK ? put_copy(p, piece, length, why) : st;
    }
    arena_back(p->a, mark);
    return st;
}

/* --- reading --------------------------------------------------------------------------------- */

static bool more(const parser *p)
{
    return p->at < p->s.len;
}

static bool take(parser *p, char c)
{
    bool is = more(p) && p->s.ptr[p->at] == c;
    p->at += is;
    return is;
}

/* Behind a backslash: a class into *s, or one byte. */
static status escape(parser *p, byte_set *s, err *why)
{
    static const char plain[] = "nrtfv", meant[] = "\n\r\t\f\v";
    if (!more(p))
        return wrong(p, why, "a backslash at the end");
    char c = p->s.ptr[p->at++];
    if (c == 'x' && p->at + 1 < p->s.len && hex_value(p->s.ptr[p->at]) >= 0 &&
        hex_value(p->s.ptr[p->at + 1]) >= 0) {
        set_add(s,
                (unsigned char)(hex_value(p->s.ptr[p->at]) * 16 + hex_value(p->s.ptr[p->at + 1])));
        p->at += 2;
        return OK;
    }
    if (set_of_class(c, s))
        return OK;
    const char *known = c ? strchr(plain, c) : NULL;
    if (!known && is_alnum(c))
        return wrong(p, why, "a back reference or an unknown escape");
    set_add(s, (unsigned char)(known ? meant[known - plain] : c));
    return OK;
}

/* One end of a range, or a class: *ret_single says which byte, -1 for a class. */
static status class_item(parser *p, byte_set *s, int *ret_single, err *why)
{
    byte_set one = {{0}};
    char c = p->s.ptr[p->at++];
    status st = OK;
    *ret_single = -1;
    if (c == '[' && more(p) && p->s.ptr[p->at] == ':')
        return wrong(p, why, "a class by name");
    if (c != '\\')
        set_add(&one, (unsigned char)c);
    else
        st = escape(p, &one, why);
    unsigned in = 0;
    for (unsigned b = 0; b < 256; b++)
        if (set_has(&one, (unsigned char)b)) {
            in++;
            *ret_single = (int)b;
        }
    *ret_single = in == 1 ? *ret_single : -1;
    for (size_t i = 0; i < COUNT_OF(s->bits); i++)
        s->bits[i] |= one.bits[i];
    return st;
}

static status class(parser *p, err *why)
{
    byte_set s = {{0}};
    bool negative = take(p, '^');
    status st = OK;
    for (bool first = true; st == OK; first = false) {
        int from, to;
        if (!more(p))
            return wrong(p, why, "a class without its end");
        if (!first && take(p, ']'))
            break;
        if ((st = class_item(p, &s, &from, why)) != OK || p->at + 1 >= p->s.len ||
            p->s.ptr[p->at] != '-' || p->s.ptr[p->at + 1] == ']')
            continue;
        p->at++;
        if ((st = class_item(p, &s, &to, why)) != OK)
            continue;
        if (from < 0 || to < from)
            return wrong(p, why, "a range that is none");
        for (int c = from; c <= to; c++)
            set_add(&s, (unsigned char)c);
    }
    if (st != OK)
        return st;
    if (p->fold)
        set_fold(&s);
    if (negative)
        set_not(&s);
    bool fold = p->fold;
    p->fold = false; /* [^a] has no A either, and that is settled */
    st = put_set(p, s, why);
    p->fold = fold;
    return st;
}

static bool number(parser *p, int *ret)
{
    size_t from = p->at;
    int n = 0;
    while (more(p) && is_digit(p->s.ptr[p->at]) && n <= REGEX_REPEAT_MAX)
        n = n * 10 + (p->s.ptr[p->at++] - '0');
    *ret = n;
    return p->at > from;
}

/* "{m}", "{m,}", "{m,n}" behind the brace; anything else is a brace and no count. */
static bool counts(parser *p, int *min, int *max)
{
    size_t from = p->at;
    if (number(p, min)) {
        *max = *min;
        if (take(p, ',') && !number(p, max))
            *max = -1;
        if (take(p, '}'))
            return true;
    }
    p->at = from;
    return false;
}

static status quantifier(parser *p, size_t from, err *why)
{
    int min = 0, max = -1;
    if (take(p, '+')) {
        min = 1;
    } else if (take(p, '?')) {
        max = 1;
    } else if (!take(p, '*')) {
        size_t brace = p->at;
        if (!take(p, '{'))
            return OK;
        if (!counts(p, &min, &max)) {
            p->at = brace;
            return OK;
        }
    }
    if (min > REGEX_REPEAT_MAX || max > REGEX_REPEAT_MAX)
        return err_set(why, ERR_LIMIT, p->at, "a repetition over %d in a pattern",
                       (int)REGEX_REPEAT_MAX);
    if (max >= 0 && max < min)
        return wrong(p, why, "a repetition that is none");
    take(p, '?'); /* lazy: the same question */
    if (more(p) && strchr("*+", p->s.ptr[p->at]) && p->s.ptr[p->at])
        return wrong(p, why, "a repetition of a repetition");
    return repeat(p, from, min, max, why);
}

static status alternatives(parser *p, err *why);

static status group(parser *p, err *why)
{
    if (take(p, '?') && !take(p, ':'))
        return wrong(p, why, "look-around or a special group");
    if (++p->depth > REGEX_DEPTH_MAX)
        return err_set(why, ERR_LIMIT, p->at, "groups over %d deep in a pattern",
                       (int)REGEX_DEPTH_MAX);
    status st = alternatives(p, why);
    if (st == OK && !take(p, ')'))
        st = wrong(p, why, "a group without its end");
    p->depth--;
    return st;
}

static status atom(parser *p, err *why)
{
    byte_set s = {{0}};
    char c = p->s.ptr[p->at++];
    status st;
    switch (c) {
    case '(': return group(p, why);
    case '[': return class(p, why);
    case '^': return put(p, (step){.op = OP_START}, why);
    case '$': return put(p, (step){.op = OP_END}, why);
    case '*':
    case '+':
    case '?': return wrong(p, why, "a repetition of nothing");
    case '.':
        set_not(&s);
        if (!p->dot_all)
            s.bits[0] &= ~(1ull << '\n');
        return put_set(p, s, why);
    case '\\':
        if (take(p, 'b'))
            return put(p, (step){.op = OP_WORD}, why);
        if (take(p, 'B'))
            return put(p, (step){.op = OP_NOT_WORD}, why);
        st = escape(p, &s, why);
        return st == OK ? put_set(p, s, why) : st;
    default: set_add(&s, (unsigned char)c); return put_set(p, s, why);
    }
}

static status sequence(parser *p, err *why)
{
    status st = OK;
    while (st == OK && more(p) && p->s.ptr[p->at] != '|' && p->s.ptr[p->at] != ')') {
        size_t from = p->count;
        st = atom(p, why);
        if (st == OK)
            st = quantifier(p, from, why);
    }
    return st;
}

/* a|b|c: each before the last gets a split in front and a jump to the end behind. */
static status alternatives(parser *p, err *why)
{
    size_t from = p->count;
    status st = sequence(p, why);
    while (st == OK && take(p, '|')) {
        /* all that stands so far is the first branch of a split */
        size_t length = p->count - from;
        st =
            put_before(p, from, (step){.op = OP_SPLIT, .to = 1, .other = (int32_t)length + 2}, why);
        if (st != OK)
            return st;
        size_t jump = p->count;
        st = put(p, (step){.op = OP_JUMP}, why);
        if (st == OK)
            st = sequence(p, why);
        if (st == OK)
            p->program[jump].to = (int32_t)(p->count - jump);
    }
    return st;
}

/* --- compiling ------------------------------------------------------------------------------- */

/* D (no line end behind the last), S, U, X, n: all the same to the question whether it matches. */
static bool are_flags(slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!s.ptr[i] || !strchr("igmsuDSUXn", s.ptr[i]))
            return false;
    return true;
}

static bool are_letters(slice s)
{
    size_t i = 0;
    while (i < s.len && is_alpha(s.ptr[i]))
        i++;
    return i == s.len && s.len <= 4;
}

static void read_flags(parser *p, slice flags, regex *r)
{
    for (size_t i = 0; i < flags.len; i++) {
        p->fold |= flags.ptr[i] == 'i';
        p->dot_all |= flags.ptr[i] == 's';
        r->multiline |= flags.ptr[i] == 'm';
    }
}

/* Where the delimiter at the front is closed, as PCRE's callers do it: brackets by their partners,
 * others by the next of them; a backslash takes what follows it away. SIZE_MAX: nowhere. */
static size_t closing(slice s)
{
    static const char opens[] = "({<", closes[] = ")}>";
    char open = s.ptr[0];
    const char *bracket = strchr(opens, open);
    char close = bracket ? closes[bracket - opens] : open;
    size_t depth = 1;
    for (size_t i = 1; i < s.len; i++) {
        if (s.ptr[i] == '\\')
            i++;
        else if (s.ptr[i] == close && --depth == 0)
            return i;
        else if (bracket && s.ptr[i] == open)
            depth++;
    }
    return SIZE_MAX;
}

/* The last one: people forget to write "\/" inside. */
static size_t last_of(slice s, char c)
{
    size_t at = s.len;
    while (at && s.ptr[at - 1] != c)
        at--;
    return at > 1 ? at - 1 : SIZE_MAX;
}

/* Cuts delimiters and flags off. What begins with one of "/#~" has them. Other signs may be
 * delimiters, but mean something in a pattern or stand in values: they are when they are closed and
 * nothing but flags follows. "[" begins a class. */
static status cut_delimiters(parser *p, regex *r, err *why)
{
    static const char sure[] = "/#~", maybe[] = "%@!;,|+*?^$'\"`({<";
    char c = p->s.len ? p->s.ptr[0] : 0;
    bool must = c && strchr(sure, c), may = c && strchr(maybe, c);
    size_t end = must ? last_of(p->s, c) : may ? closing(p->s) : SIZE_MAX;
    if (end == SIZE_MAX)
        return must ? wrong(p, why, "no closing delimiter") : OK;
    slice body = slice_sub(p->s, 1, end), flags = slice_from(p->s, end + 1);
    bool group = c == '(' && (slice_starts(body, S("?")) || !flags.len); /* says the same */
    bool like_flags = c != '(' && are_letters(flags); /* "{a}k" is meant as one with a flag */
    if (!must && (group || !body.len || (!are_flags(flags) && !like_flags)))
        return OK;
    if (!are_flags(flags))
        return wrong(p, why, "an unknown flag");
    p->s = body;
    read_flags(p, flags, r);
    return OK;
}

status regex_compile(arena *a, slice pattern, const regex **ret, err *why)
{
    regex *r = arena_new(a, regex);
    parser p = {.a = a, .s = pattern};
    status st = OK;
    if (pattern.len > REGEX_TEXT_MAX)
        return err_set(why, ERR_LIMIT, REGEX_TEXT_MAX, "a pattern of %zu bytes, limit %d",
                       pattern.len, (int)REGEX_TEXT_MAX);
    p.program = arena_array(a, REGEX_STATES_MAX, sizeof *p.program);
    p.sets = arena_array(a, pattern.len + 1, sizeof *p.sets); /* a byte of it makes one at most */
    if (!r || !p.program || !p.sets)
        return ARENA_SPENT(a, why);
    st = cut_delimiters(&p, r, why);
    if (slice_starts(p.s, S("(?i)"))) {
        p.fold = true;
        p.s = slice_from(p.s, 4);
    }
    if (st == OK && !p.s.len)
        st = wrong(&p, why, "nothing");
    if (st == OK)
        st = alternatives(&p, why);
    if (st == OK && more(&p))
        st = wrong(&p, why, "a bracket without its beginning");
    if (st == OK)
        st = put(&p, (step){.op = OP_MATCH}, why);
    if (st != OK)
        return st;
    r->program = p.program;
    r->count = p.count;
    r->sets = p.sets;
    *ret = r;
    return OK;
}

/* --- running --------------------------------------------------------------------------------- */

/* States that are awake, each once; `mark` says in which round a state was added last. */
typedef struct run {
    const regex *r;
    slice text;
    uint32_t *awake, *next, *stack;
    size_t awake_count, next_count;
    uint32_t *mark, round;
} run;

static bool holds(const run *n, op o, size_t at)
{
    bool before = at > 0 && is_word(n->text.ptr[at - 1]);
    bool behind = at < n->text.len && is_word(n->text.ptr[at]);
    bool line = n->r->multiline;
    if (o == OP_START)
        return at == 0 || (line && n->text.ptr[at - 1] == '\n');
    if (o == OP_END)
        return at == n->text.len || (at + 1 == n->text.len && n->text.ptr[at] == '\n') ||
               (line && n->text.ptr[at] == '\n');
    return (before != behind) == (o == OP_WORD);
}

/* Adds a state and what follows it without a byte; true: a match. The stack holds a state at most
 * twice: each that is taken off is marked. */
static bool wake(run *n, uint32_t state, size_t at)
{
    size_t depth = 0;
    n->stack[depth++] = state;
    while (depth) {
        uint32_t i = n->stack[--depth];
        const step *s = &n->r->program[i];
        if (n->mark[i] == n->round)
            continue;
        n->mark[i] = n->round;
        if (s->op == OP_MATCH)
            return true;
        if (s->op == OP_SET) {
            n->next[n->next_count++] = i;
        } else if (s->op == OP_SPLIT) {
            n->stack[depth++] = (uint32_t)((int32_t)i + s->other);
            n->stack[depth++] = (uint32_t)((int32_t)i + s->to);
        } else if (s->op == OP_JUMP) {
            n->stack[depth++] = (uint32_t)((int32_t)i + s->to);
        } else if (holds(n, s->op, at)) {
            n->stack[depth++] = i + 1;
        }
    }
    return false;
}

static bool search(run *n)
{
    for (size_t at = 0;; at++) {
        n->round++;
        n->next_count = 0;
        for (size_t k = 0; at > 0 && k < n->awake_count; k++) {
            uint32_t i = n->awake[k];
            unsigned char c = (unsigned char)n->text.ptr[at - 1];
            if (set_has(&n->r->sets[n->r->program[i].set], c) && wake(n, i + 1, at))
                return true;
        }
        if (wake(n, 0, at)) /* a match may begin anywhere */
            return true;
        if (at == n->text.len)
            return false;
        uint32_t *free_list = n->awake;
        n->awake = n->next;
        n->awake_count = n->next_count;
        n->next = free_list;
    }
}

status regex_search(const regex *r, slice text, arena *a, bool *ret, err *why)
{
    arena_mark mark = arena_here(a);
    if (text.len > REGEX_SUBJECT_MAX)
        return err_set(why, ERR_LIMIT, REGEX_SUBJECT_MAX, "a text of %zu bytes, limit %d", text.len,
                       (int)REGEX_SUBJECT_MAX);
    uint32_t *room = arena_array(a, r->count * 5 + 4, sizeof *room);
    if (!room)
        return ARENA_SPENT(a, why);
    run n = {.r = r,
             .text = text,
             .awake = room,
             .next = room + r->count,
             .mark = room + 2 * r->count,
             .stack = room + 3 * r->count};
    *ret = search(&n);
    arena_back(a, mark);
    return OK;
}
