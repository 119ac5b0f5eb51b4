/* path.c - paths of Windows and Unix, registry keys, named pipes. Names may contain blanks, and
 * prose does, so a path goes on behind a blank only where something shows that it does. */
#include "model/extract/scan.h"

#include "base/text.h"
#include "model/shape.h"

enum { PATH_MAX_BYTES = 1024, WORD_GAP_MAX = 32 };

/* --- Windows: where a path begins ----------------------------------------------------------- */

/* The registry hive, drive, variable or server that ends at the backslash `slash`; SIZE_MAX. */
static size_t windows_start(const scan *s, size_t slash)
{
    char c = before(s, slash);
    if (c == ':' && slash >= 2 && is_alpha(at(s, slash - 2)) &&
        !is_alnum(slash >= 3 ? at(s, slash - 3) : ' '))
        return slash - 2;
    if (c == '%') {
        size_t from = slash - 1;
        while (from > 0 && slash - from < 32 &&
               (is_alnum(before(s, from)) || strchr("_() ", before(s, from))))
            from--;
        return before(s, from) == '%' ? from - 1 : SIZE_MAX;
    }
    if (is_alnum(c) || c == '_' || c == ':') {
        size_t from = slash - (c == ':');
        while (from > 0 && slash - from < 20 &&
               (is_alpha(before(s, from)) || before(s, from) == '_'))
            from--;
        return is_alnum(before(s, from))                             ? SIZE_MAX
               : shape_is_registry(slice_sub(s->t, from, slash + 2)) ? from
                                                                     : SIZE_MAX;
    }
    /* "\\server\share", "\\.\pipe\x", "\Device\...", "\REGISTRY\..." */
    if (at(s, slash + 1) == '\\' && c != '\\')
        return slash;
    slice rest = slice_from(s->t, slash);
    static const slice roots[] = {S_INIT("\\Device\\"),     S_INIT("\\REGISTRY\\"),
                                  S_INIT("\\pipe\\"),       S_INIT("\\??\\"),
                                  S_INIT("\\SystemRoot\\"), S_INIT("\\BaseNamedObjects\\")};
    for (size_t k = 0; k < COUNT_OF(roots); k++)
        if (c != '\\' && slice_starts_nocase(rest, roots[k]))
            return slash;
    return SIZE_MAX;
}

/* "\\host\share" has a host and a share; "\\n" and "\\x41" in source code have not. */
static bool unc_is_real(slice path)
{
    if (path.len < 2 || path.ptr[0] != '\\' || path.ptr[1] != '\\')
        return true;
    if (shape_is_pipe(path) || slice_starts(path, S("\\\\?\\")))
        return path.len > 5;
    size_t i = 2;
    while (i < path.len && path.ptr[i] == '\\')
        i++;
    size_t host = i;
    while (i < path.len && (is_alnum(path.ptr[i]) || strchr(".-_", path.ptr[i])))
        i++;
    return i - host >= 2 && i + 1 < path.len && path.ptr[i] == '\\' && is_alnum(path.ptr[i + 1]);
}

/* --- Windows: where it ends ----------------------------------------------------------------- */

static bool path_char(const scan *s, size_t i, size_t *next)
{
    char c = at(s, i);
    *next = i + 1;
    if ((unsigned char)c >= 0x80) {
        uint32_t u = scan_char_at(s, i, next);
        return u != 0xfffd && text_is_letter_or_digit(u);
    }
    return (unsigned char)c > 0x20 && c != 0x7f && !strchr("\"<>|*?\\/:;,`", c);
}

/* "<username>" where a name would stand. */
static size_t placeholder(const scan *s, size_t i)
{
    size_t end = i + 1;
    if (at(s, i) != '<')
        return i;
    while (end - i < 32 && (is_alnum(at(s, end)) || strchr(" _-", at(s, end))) && at(s, end))
        end++;
    slice name = slice_sub(s->t, i + 1, end);
    bool tag = slice_eq_nocase(name, S("br")) || slice_eq_nocase(name, S("p")) ||
               slice_eq_nocase(name, S("td")) || slice_eq_nocase(name, S("li"));
    return at(s, end) == '>' && end > i + 1 && !tag ? end + 1 : i;
}

static size_t word_from(const scan *s, size_t i)
{
    for (size_t next; i < s->t.len; i = next) {
        size_t behind = placeholder(s, i);
        if (behind > i)
            next = behind;
        else if (!path_char(s, i, &next) || (at(s, i) == '&' && entity_here(slice_from(s->t, i))))
            break;
    }
    return i;
}

/* A word with a file's extension ends the path. */
static bool has_extension(const scan *s, size_t from, size_t to)
{
    return shape_is_filename(slice_sub(s->t, from, to));
}

/* Keys whose names have blanks; any other key ends at one. */
static size_t known_key(const scan *s, size_t component)
{
    static const slice names[] = {
        S_INIT("Windows NT"),           S_INIT("Internet Settings"),
        S_INIT("Internet Explorer"),    S_INIT("Terminal Server"),
        S_INIT("Session Manager"),      S_INIT("Windows Defender"),
        S_INIT("Shell Folders"),        S_INIT("User Shell Folders"),
        S_INIT("Active Setup"),         S_INIT("Command Processor"),
        S_INIT("Installed Components"), S_INIT("Windows Script Host"),
        S_INIT("Real-Time Protection"), S_INIT("Image File Execution Options")};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (slice_starts_nocase(slice_from(s->t, component), names[i]) &&
            !is_alnum(at(s, component + names[i].len)))
            return component + names[i].len;
    return 0;
}

/* Behind a blank at `blank`: does the name go on to a backslash ("Program Files\") or an extension
 * ("my file.exe")? The end of what belongs to it, or `blank`. */
static size_t over_blank(const scan *s, size_t blank, size_t component)
{
    size_t i = blank;
    size_t known = known_key(s, component);
    if (known > blank || has_extension(s, component, blank))
        return known > blank ? known : blank;
    for (int words = 0; words < 3 && i - blank < WORD_GAP_MAX && at(s, i) == ' '; words++) {
        size_t from = i + 1, to = word_from(s, from);
        if (to == from)
            return at(s, from) == '\\' && at(s, from + 1) != '\\' && words == 0 ? from : blank;
        if (at(s, to) == '\\') /* "... and HKLM\x" is the next one */
            return shape_is_registry(slice_sub(s->t, from, to + 2)) || before(s, to) == '%' ? blank
                                                                                            : to;
        if (at(s, to) == ':')
            return blank;
        if (words == 0 && has_extension(s, from, to))
            return to;
        i = to;
    }
    return blank;
}

static size_t windows_end(const scan *s, size_t from)
{
    size_t i = from, component = from;
    char quote = before(s, from);
    if (quote == '"' || quote == '\'' || quote == '`') {
        size_t end = from;
        while (end < s->t.len && end - from < PATH_MAX_BYTES && at(s, end) != quote &&
               at(s, end) != '\n')
            end++;
        if (at(s, end) == quote)
            return end;
    }
    if (at(s, i) == '%') /* %ProgramFiles(x86)% */
        for (i++; at(s, i) != '%'; i++)
            ;
    else if (is_alpha(at(s, i)) && at(s, i + 1) == ':')
        i += 2;
    while (i < s->t.len && i - from < PATH_MAX_BYTES) {
        char c = at(s, i);
        if (c == '\\' || c == '/') {
            component = ++i;
            continue;
        }
        if (c == ':' || (c == '?' && i - from <= 3)) { /* HKLM:\, \\?\, \??\ */
            if (at(s, i + 1) != '\\' && at(s, i + 1) != '?')
                break;
            i++;
            continue;
        }
        size_t end = c == ' ' ? over_blank(s, i, component) : word_from(s, i);
        if (end == i)
            break;
        i = end;
    }
    return i;
}

/* Punctuation behind it, and brackets that it did not open. */
static size_t trim_end(const scan *s, size_t from, size_t to)
{
    for (;;) {
        char c = before(s, to);
        char open = c == ')' ? '(' : c == ']' ? '[' : c == '}' ? '{' : 0;
        bool unbalanced = open && !memchr(s->t.ptr + from, open, to - from);
        if (to > from && (unbalanced || (c && strchr(".,;:!'\\ ", c))))
            to--;
        else
            return to;
    }
}

static void find_windows(scan *s)
{
    for (size_t i = slice_find_byte(s->t, '\\', 0); i != SIZE_MAX;
         i = slice_find_byte(s->t, '\\', i + 1)) {
        size_t from = s->taken[i] ? SIZE_MAX : windows_start(s, i);
        if (from == SIZE_MAX)
            continue;
        size_t to = trim_end(s, from, windows_end(s, from));
        slice path = slice_sub(s->t, from, to);
        if (to <= i + 1 || !unc_is_real(path) || !scan_free(s, from, to))
            continue;
        kind k = shape_is_registry(path) ? KIND_REGISTRY_KEY
                 : shape_is_pipe(path)   ? KIND_PIPE
                                         : KIND_PATH;
        if (scan_take(s, from, to, k))
            i = to - 1;
    }
}

/* --- Unix ----------------------------------------------------------------------------------- */

/* First directories that a path from the root has on Linux, macOS and Android. */
static bool known_root(slice name)
{
    static const slice roots[] = {
        S_INIT("bin"),     S_INIT("boot"),    S_INIT("cores"),  S_INIT("data"),
        S_INIT("dev"),     S_INIT("etc"),     S_INIT("home"),   S_INIT("lib"),
        S_INIT("lib32"),   S_INIT("lib64"),   S_INIT("media"),  S_INIT("mnt"),
        S_INIT("opt"),     S_INIT("private"), S_INIT("proc"),   S_INIT("root"),
        S_INIT("run"),     S_INIT("sbin"),    S_INIT("sdcard"), S_INIT("srv"),
        S_INIT("storage"), S_INIT("sys"),     S_INIT("system"), S_INIT("tmp"),
        S_INIT("usr"),     S_INIT("var"),     S_INIT("vendor"), S_INIT("Applications"),
        S_INIT("Library"), S_INIT("System"),  S_INIT("Users"),  S_INIT("Volumes")};
    for (size_t i = 0; i < COUNT_OF(roots); i++)
        if (slice_eq(roots[i], name))
            return true;
    return false;
}

static bool unix_char(char c)
{
    return is_alnum(c) || (c && strchr("._-+@%~=#{}$", c));
}

/* macOS writes blanks into names: "/Library/Application Support/x". */
static bool mac_blank(const scan *s, size_t i, bool mac)
{
    size_t to = i + 1;
    if (!mac || at(s, i) != ' ')
        return false;
    while (is_alnum(at(s, to)))
        to++;
    return to > i + 1 && at(s, to) == '/' && at(s, to + 1) != '/';
}

static size_t unix_end(const scan *s, size_t from, bool mac)
{
    size_t i = from;
    while (i < s->t.len && i - from < PATH_MAX_BYTES) {
        char c = at(s, i);
        if ((unsigned char)c >= 0x80) {
            size_t next;
            uint32_t u = scan_char_at(s, i, &next);
            if (!text_is_letter_or_digit(u) || text_is_cjk(u) || u == 0xfffd)
                break;
            i = next;
        } else if (c == '/' || unix_char(c) || mac_blank(s, i, mac) || placeholder(s, i) > i) {
            i = placeholder(s, i) > i ? placeholder(s, i) : i + 1;
        } else {
            break;
        }
    }
    return i;
}

static void find_unix(scan *s)
{
    for (size_t i = slice_find_byte(s->t, '/', 0); i != SIZE_MAX;
         i = slice_find_byte(s->t, '/', i + 1)) {
        char c = before(s, i);
        bool home = c == '~' && !is_alnum(before(s, i - 1));
        if (s->taken[i] || is_alnum(c) || (c && strchr("/\\._-)]", c) && !home) ||
            (unsigned char)at(s, i + 1) <= ' ')
            continue;
        size_t name = i + 1, end = name;
        while (is_alnum(at(s, end)))
            end++;
        slice root = slice_sub(s->t, name, end);
        if (!home && (!known_root(root) || at(s, end) != '/'))
            continue;
        size_t from = home ? i - 1 : i;
        bool mac = root.len && root.ptr[0] >= 'A' && root.ptr[0] <= 'Z'; /* "~/Library", too */
        size_t to = trim_end(s, from, unix_end(s, i, mac));
        if (to > end + (home ? 0 : 1) && scan_take(s, from, to, KIND_PATH))
            i = to - 1;
    }
}

void find_paths(scan *s)
{
    find_windows(s);
    find_unix(s);
}
