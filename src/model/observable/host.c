/* host.c - what is found on a machine: file names, paths, registry keys, mutexes, pipes, command
 * lines. Windows compares names without case, so their keys are lower case; Unix does not. */
#include "model/observable/reading.h"
#include "model/shape.h"

/* --- file names ----------------------------------------------------------------------------- */

/* The last component when somebody gave a whole path. */
static slice base_name(slice s)
{
    while (s.len && (s.ptr[s.len - 1] == '/' || s.ptr[s.len - 1] == '\\'))
        s.len--;
    size_t at = s.len;
    while (at > 0 && s.ptr[at - 1] != '/' && s.ptr[at - 1] != '\\')
        at--;
    return slice_from(s, at);
}

status read_filename(reading *r, err *why)
{
    kind want = r->o.kind == KIND_PROCESS ? KIND_PROCESS : KIND_FILENAME;
    slice name = base_name(r->text);
    if (name.len == 0)
        return no_fit(why, 0, r->text, "a file name");
    r->o.steps |= name.len != r->text.len ? STEP_TRIM : 0u;
    r->o.kind = want;
    (void)!scratch_lower(r, name, &r->o.value);
    return OK;
}

/* --- paths ---------------------------------------------------------------------------------- */

/* Lower case, one backslash each (two in front of a server); slashes become backslashes. */
static bool put_windows_path(reading *r, slice s)
{
    bool unc = s.len >= 2 && s.ptr[0] == '\\' && s.ptr[1] == '\\';
    size_t start = r->used;
    /* text out of JSON or C doubles every backslash, those of a server too */
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i] == '/' ? '\\' : to_lower(s.ptr[i]);
        r->o.steps |= s.ptr[i] == '/' ? STEP_NORMALISE : c != s.ptr[i] ? STEP_CASE : 0u;
        bool again = c == '\\' && r->used > start && r->scratch[r->used - 1] == '\\';
        if (again && !(unc && r->used == start + 1)) {
            r->o.steps |= STEP_NORMALISE;
            continue;
        }
        if (!scratch_byte(r, c))
            return false;
    }
    while (r->used > start + 3 && r->scratch[r->used - 1] == '\\') {
        r->used--;
        r->o.steps |= STEP_TRIM;
    }
    r->o.value = slice_of(r->scratch + start, r->used - start);
    return true;
}

status read_path(reading *r, err *why)
{
    slice s = r->text;
    if (s.len == 0)
        return no_fit(why, 0, s, "a path");
    r->o.kind = KIND_PATH;
    if (slice_starts_nocase(s, S("file:///"))) {
        s = slice_from(s, shape_has_drive(slice_from(s, 8)) ? 8 : 7);
        r->o.steps |= STEP_TRIM;
    }
    bool windows = shape_is_windows_path(s) ||
                   (!shape_is_unix_path(s) && slice_find_byte(s, '\\', 0) != SIZE_MAX);
    if (windows)
        return put_windows_path(r, s) ? OK : no_fit(why, 0, s, "a path");
    while (s.len > 1 && s.ptr[s.len - 1] == '/') {
        s.len--;
        r->o.steps |= STEP_TRIM;
    }
    r->o.value = s;
    return OK;
}

/* --- registry ------------------------------------------------------------------------------- */

/* Names are compared without case, so the key is lower case - but for the words below, which keep
 * the spelling that Windows shows, so that people recognise what they read. */
static const slice known_words[] = {
    S_INIT("Software"),
    S_INIT("System"),
    S_INIT("Microsoft"),
    S_INIT("Windows"),
    S_INIT("Windows NT"),
    S_INIT("CurrentVersion"),
    S_INIT("Run"),
    S_INIT("RunOnce"),
    S_INIT("RunOnceEx"),
    S_INIT("RunServices"),
    S_INIT("Policies"),
    S_INIT("Explorer"),
    S_INIT("Winlogon"),
    S_INIT("Shell"),
    S_INIT("Userinit"),
    S_INIT("Classes"),
    S_INIT("CLSID"),
    S_INIT("InprocServer32"),
    S_INIT("LocalServer32"),
    S_INIT("CurrentControlSet"),
    S_INIT("ControlSet001"),
    S_INIT("ControlSet002"),
    S_INIT("Control"),
    S_INIT("Services"),
    S_INIT("Parameters"),
    S_INIT("Wow6432Node"),
    S_INIT("Lsa"),
    S_INIT("Image File Execution Options"),
    S_INIT("Debugger"),
    S_INIT("AppInit_DLLs"),
    S_INIT("Internet Settings"),
    S_INIT("Internet Explorer"),
    S_INIT("Shell Folders"),
    S_INIT("User Shell Folders"),
    S_INIT("Schedule"),
    S_INIT("TaskCache"),
    S_INIT("Windows Defender"),
    S_INIT("Terminal Server"),
    S_INIT("Environment"),
    S_INIT("Command Processor"),
    S_INIT("AutoRun"),
    S_INIT("Office"),
    S_INIT("SAM"),
    S_INIT("Security"),
    S_INIT("Start"),
    S_INIT("ImagePath"),
    S_INIT("ServiceDll"),
};

static bool put_component(reading *r, slice s)
{
    for (size_t i = 0; i < COUNT_OF(known_words); i++)
        if (slice_eq_nocase(known_words[i], s)) {
            r->o.steps |= slice_eq(known_words[i], s) ? 0u : STEP_CASE;
            return scratch_put(r, known_words[i]);
        }
    slice lower;
    return scratch_lower(r, s, &lower);
}

status read_registry(reading *r, err *why)
{
    slice s = r->text;
    size_t start = r->used;
    slice full;
    size_t hive = shape_hive(s, &full);
    bool ok = true;
    if (hive) {
        slice written = slice_sub(s, 0, hive);
        if (!slice_eq(written, full))
            r->o.steps |= slice_eq_nocase(written, full) ? STEP_CASE : STEP_EXPAND;
        ok = scratch_put(r, full);
        s = slice_from(s, hive);
        if (s.len && s.ptr[0] == ':') { /* PowerShell: HKLM:\ */
            s = slice_from(s, 1);
            r->o.steps |= STEP_NORMALISE;
        }
    } else if (s.len == 0 || slice_find_byte(s, '\\', 0) == SIZE_MAX) {
        return no_fit(why, 0, s, "a registry key");
    }
    while (ok && s.len) {
        size_t i = 0, slashes = 0;
        while (slashes < s.len && (s.ptr[slashes] == '\\' || s.ptr[slashes] == '/'))
            slashes++;
        if (slashes > 1 || (slashes == 1 && (s.ptr[0] == '/' || r->used == start)))
            r->o.steps |= STEP_NORMALISE;
        s = slice_from(s, slashes);
        if (s.len == 0) {
            r->o.steps |= STEP_TRIM;
            break;
        }
        /* a slash is a name's own character; only a hive in front of it makes it a separator */
        while (i < s.len && s.ptr[i] != '\\')
            i++;
        if (slashes && r->used > start)
            ok = scratch_byte(r, '\\');
        ok = ok && put_component(r, slice_sub(s, 0, i));
        s = slice_from(s, i);
    }
    r->o.kind = KIND_REGISTRY_KEY;
    r->o.value = slice_of(r->scratch + start, r->used - start);
    if (!ok || (!hive && slice_find_byte(r->o.value, '\\', 0) == SIZE_MAX))
        return no_fit(why, 0, r->text, "a registry key");
    return OK;
}

/* --- the rest ------------------------------------------------------------------------------- */

/* Case matters, the session prefix stays (a second key drops it, see keys.c). */
status read_mutex(reading *r, err *why)
{
    slice s = r->text;
    if (slice_starts_nocase(s, S("\\BaseNamedObjects\\"))) {
        s = slice_from(s, 18);
        r->o.steps |= STEP_TRIM;
    }
    if (s.len == 0)
        return no_fit(why, 0, s, "a mutex name");
    r->o.kind = KIND_MUTEX;
    r->o.value = s;
    return OK;
}

status read_pipe(reading *r, err *why)
{
    static const slice fronts[] = {S_INIT("\\\\.\\pipe\\"),
                                   S_INIT("\\\\?\\pipe\\"),
                                   S_INIT("\\\\\\\\.\\\\pipe\\\\"),
                                   S_INIT("\\pipe\\"),
                                   S_INIT("\\Device\\NamedPipe\\"),
                                   S_INIT("\\\\pipe\\\\"),
                                   S_INIT("\\")};
    slice s = r->text;
    size_t start = r->used;
    for (size_t i = 0; i < COUNT_OF(fronts); i++)
        if (slice_starts_nocase(s, fronts[i])) {
            s = slice_from(s, fronts[i].len);
            break;
        }
    if (s.len == 0 || !scratch_put(r, S("\\pipe\\")) || !scratch_put(r, s))
        return no_fit(why, 0, r->text, "a pipe name");
    r->o.kind = KIND_PIPE;
    r->o.value = slice_of(r->scratch + start, r->used - start);
    r->o.steps |= slice_eq(r->o.value, r->text) ? 0u : STEP_NORMALISE;
    return OK;
}

/* Blanks outside quotes are one; quoting and escapes are the shell's business (keys.c). */
status read_command_line(reading *r, err *why)
{
    slice s = r->text;
    size_t start = r->used;
    bool quoted = false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        quoted ^= c == '"';
        if (is_space(c) && !quoted) {
            bool again = r->used > start && r->scratch[r->used - 1] == ' ';
            r->o.steps |= again || c != ' ' ? STEP_NORMALISE : 0u;
            if (again)
                continue;
            c = ' ';
        }
        if (!scratch_byte(r, c))
            return no_fit(why, i, s, "a command line");
    }
    if (r->used == start)
        return no_fit(why, 0, s, "a command line");
    r->o.kind = KIND_COMMAND_LINE;
    r->o.value = slice_of(r->scratch + start, r->used - start);
    return OK;
}
