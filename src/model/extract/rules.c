/* rules.c - detection rules quoted in a text. Their strings are patterns, so bare names in them are
 * no finds; hashes, addresses and URLs are, and carry a mark. One line after another, so that a
 * text can be read in pieces. */
#include "model/extract/scan.h"

enum { RULE_NONE, RULE_YARA, RULE_SIGMA, RULE_LINES_MAX = 4000 };

static slice word_of(slice *line)
{
    size_t i = 0;
    while (i < line->len && (is_alnum(line->ptr[i]) || line->ptr[i] == '_'))
        i++;
    slice word = slice_sub(*line, 0, i);
    *line = slice_trim(slice_from(*line, i));
    return word;
}

/* "private rule Name : tag {", the brace maybe on the next line. */
static bool begins_yara(slice line, slice next)
{
    if (!slice_starts(line, S("rule ")) && !slice_starts(line, S("private ")) &&
        !slice_starts(line, S("global ")))
        return false;
    slice rest = slice_trim(line), word = word_of(&rest);
    while (slice_eq(word, S("private")) || slice_eq(word, S("global")))
        word = word_of(&rest);
    if (!slice_eq(word, S("rule")) || word_of(&rest).len == 0)
        return false;
    next = slice_trim(next);
    return (rest.len && rest.ptr[0] == '{') ||
           (rest.len && rest.ptr[0] == ':' &&
            (memchr(rest.ptr, '{', rest.len) || slice_starts(next, S("{")))) ||
           (rest.len == 0 && slice_starts(next, S("{")));
}

/* "alert tcp $HOME_NET any -> any any (msg:...": Snort and Suricata, a line each. */
static bool is_snort(slice line)
{
    static const slice actions[] = {S_INIT("alert"), S_INIT("drop"),     S_INIT("reject"),
                                    S_INIT("pass"),  S_INIT("log"),      S_INIT("block"),
                                    S_INIT("sdrop"), S_INIT("rejectsrc")};
    for (size_t i = 0; i < COUNT_OF(actions); i++)
        if (slice_starts(line, actions[i]) && line.len > actions[i].len &&
            line.ptr[actions[i].len] == ' ')
            return (slice_find(line, S("->"), 0) != SIZE_MAX ||
                    slice_find(line, S("<>"), 0) != SIZE_MAX) &&
                   (slice_find(line, S("msg:"), 0) != SIZE_MAX ||
                    slice_find(line, S("sid:"), 0) != SIZE_MAX);
    return false;
}

/* A line of YAML: indented, a list item, "key:", a comment. */
static bool is_yaml(slice line)
{
    slice s = slice_trim(line), word = s;
    if (s.len == 0 || line.ptr[0] == ' ' || s.ptr[0] == '-' || s.ptr[0] == '#')
        return !slice_eq(s, S("---"));
    return word_of(&word).len && word.len && word.ptr[0] == ':';
}

size_t rule_line(rule_state *r, slice text, size_t at, bool *ret)
{
    size_t end = slice_find_byte(text, '\n', at);
    size_t next = end == SIZE_MAX ? text.len : end + 1;
    slice line = slice_sub(text, at, next);
    *ret = r->kind != RULE_NONE;
    if (r->kind != RULE_NONE && ++r->lines > RULE_LINES_MAX)
        r->kind = RULE_NONE;
    switch (r->kind) {
    case RULE_YARA:
        if (line.ptr[0] == '}')
            r->kind = RULE_NONE;
        return next;
    case RULE_SIGMA:
        *ret = is_yaml(line);
        if (!*ret)
            r->kind = RULE_NONE;
        return next;
    default: break;
    }
    r->lines = 0;
    bool snort = false;
    switch (line.ptr[0]) {
    case 'r':
    case 'p':
    case 'g':
        if (begins_yara(line, slice_sub(text, next, slice_find_byte(text, '\n', next))) &&
            !memchr(line.ptr, '}', line.len))
            r->kind = RULE_YARA;
        snort = line.ptr[0] != 'g' && is_snort(line);
        break;
    case 'l':
        if (slice_starts(line, S("logsource:")))
            r->kind = RULE_SIGMA;
        snort = is_snort(line);
        break;
    case 'a':
    case 'b':
    case 'd':
    case 's': snort = is_snort(line); break;
    default: break;
    }
    *ret = r->kind != RULE_NONE || snort;
    return next;
}
