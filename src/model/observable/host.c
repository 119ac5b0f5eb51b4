/* host.c - what is found on a machine: file names, paths, registry keys, mutexes, pipes, command
 * lines. Windows compares names without case, so their keys are lower case; Unix does not. */
#include "model/observable/reading.h"

/* --- file names ----------------------------------------------------------------------------- */

/* Extensions of files that people attack with or write reports about, and that are no top-level
 * domain. Sorted. */
static const slice extensions[] = {
    S_INIT("7z"),     S_INIT("aar"),
    S_INIT("accdb"),  S_INIT("apk"),
    S_INIT("appx"),   S_INIT("asar"),
    S_INIT("asm"),    S_INIT("asp"),
    S_INIT("aspx"),   S_INIT("bak"),
    S_INIT("bas"),    S_INIT("bash"),
    S_INIT("bat"),    S_INIT("bin"),
    S_INIT("bmp"),    S_INIT("bz2"),
    S_INIT("cab"),    S_INIT("cer"),
    S_INIT("cfg"),    S_INIT("cgi"),
    S_INIT("chm"),    S_INIT("class"),
    S_INIT("cmd"),    S_INIT("cnf"),
    S_INIT("conf"),   S_INIT("cpl"),
    S_INIT("cpp"),    S_INIT("crt"),
    S_INIT("crx"),    S_INIT("csh"),
    S_INIT("csproj"), S_INIT("css"),
    S_INIT("csv"),    S_INIT("dat"),
    S_INIT("db"),     S_INIT("deb"),
    S_INIT("der"),    S_INIT("dex"),
    S_INIT("diff"),   S_INIT("dll"),
    S_INIT("dmg"),    S_INIT("dmp"),
    S_INIT("doc"),    S_INIT("docm"),
    S_INIT("docx"),   S_INIT("dot"),
    S_INIT("dotm"),   S_INIT("dotx"),
    S_INIT("drv"),    S_INIT("dylib"),
    S_INIT("elf"),    S_INIT("eml"),
    S_INIT("evtx"),   S_INIT("exe"),
    S_INIT("gif"),    S_INIT("gz"),
    S_INIT("hlp"),    S_INIT("hta"),
    S_INIT("htm"),    S_INIT("html"),
    S_INIT("hwp"),    S_INIT("hwpx"),
    S_INIT("ico"),    S_INIT("img"),
    S_INIT("inf"),    S_INIT("ini"),
    S_INIT("ipa"),    S_INIT("iqy"),
    S_INIT("iso"),    S_INIT("jar"),
    S_INIT("java"),   S_INIT("jpeg"),
    S_INIT("jpg"),    S_INIT("js"),
    S_INIT("jse"),    S_INIT("json"),
    S_INIT("jsp"),    S_INIT("jspx"),
    S_INIT("jtd"),    S_INIT("kext"),
    S_INIT("key"),    S_INIT("lnk"),
    S_INIT("log"),    S_INIT("lua"),
    S_INIT("lzh"),    S_INIT("manifest"),
    S_INIT("mdb"),    S_INIT("mp3"),
    S_INIT("mp4"),    S_INIT("msc"),
    S_INIT("msg"),    S_INIT("msi"),
    S_INIT("msix"),   S_INIT("msp"),
    S_INIT("mui"),    S_INIT("nsi"),
    S_INIT("ocx"),    S_INIT("odt"),
    S_INIT("ole"),    S_INIT("one"),
    S_INIT("p12"),    S_INIT("pcap"),
    S_INIT("pdb"),    S_INIT("pdf"),
    S_INIT("pem"),    S_INIT("pfx"),
    S_INIT("php"),    S_INIT("pif"),
    S_INIT("plist"),  S_INIT("png"),
    S_INIT("pps"),    S_INIT("ppsx"),
    S_INIT("ppt"),    S_INIT("pptm"),
    S_INIT("pptx"),   S_INIT("ps1"),
    S_INIT("psd1"),   S_INIT("psm1"),
    S_INIT("pub"),    S_INIT("pyc"),
    S_INIT("pyd"),    S_INIT("rar"),
    S_INIT("rb"),     S_INIT("rdp"),
    S_INIT("reg"),    S_INIT("rtf"),
    S_INIT("scf"),    S_INIT("scr"),
    S_INIT("sct"),    S_INIT("settingcontent-ms"),
    S_INIT("sln"),    S_INIT("sql"),
    S_INIT("sqlite"), S_INIT("svg"),
    S_INIT("swf"),    S_INIT("sys"),
    S_INIT("tar"),    S_INIT("tgz"),
    S_INIT("tiff"),   S_INIT("tmp"),
    S_INIT("toml"),   S_INIT("ttf"),
    S_INIT("txt"),    S_INIT("url"),
    S_INIT("vba"),    S_INIT("vbe"),
    S_INIT("vbs"),    S_INIT("vhd"),
    S_INIT("vhdx"),   S_INIT("war"),
    S_INIT("wav"),    S_INIT("wim"),
    S_INIT("wll"),    S_INIT("wsf"),
    S_INIT("wsh"),    S_INIT("xla"),
    S_INIT("xlam"),   S_INIT("xll"),
    S_INIT("xls"),    S_INIT("xlsb"),
    S_INIT("xlsm"),   S_INIT("xlsx"),
    S_INIT("xlt"),    S_INIT("xml"),
    S_INIT("xpi"),    S_INIT("xps"),
    S_INIT("xsl"),    S_INIT("xz"),
    S_INIT("yaml"),   S_INIT("yar"),
    S_INIT("yara"),   S_INIT("yml"),
};

bool is_file_extension(slice lower)
{
    size_t lo = 0, hi = COUNT_OF(extensions);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = slice_cmp(extensions[mid], lower);
        if (c == 0)
            return true;
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}

bool looks_like_filename(slice s)
{
    char lower[20];
    size_t dot = s.len;
    while (dot > 0 && s.ptr[dot - 1] != '.')
        dot--;
    slice ext = slice_from(s, dot);
    if (dot < 2 || ext.len == 0 || ext.len > sizeof lower)
        return false;
    for (size_t i = 0; i < ext.len; i++)
        lower[i] = to_lower(ext.ptr[i]);
    return is_file_extension(slice_of(lower, ext.len));
}

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

static bool has_drive(slice s)
{
    return s.len >= 3 && is_alpha(s.ptr[0]) && s.ptr[1] == ':' &&
           (s.ptr[2] == '\\' || s.ptr[2] == '/');
}

static bool is_windows(slice s)
{
    if (has_drive(s) || (s.len >= 2 && s.ptr[0] == '\\'))
        return true;
    size_t end = slice_find_byte(s, '%', 1);
    return s.len && s.ptr[0] == '%' && end != SIZE_MAX && end > 1 &&
           (end + 1 == s.len || s.ptr[end + 1] == '\\' || s.ptr[end + 1] == '/');
}

static bool is_unix(slice s)
{
    return s.len >= 2 && ((s.ptr[0] == '/' && s.ptr[1] != '/') || slice_starts(s, S("~/")));
}

bool looks_like_path(slice s)
{
    return is_windows(s) || is_unix(s);
}

bool looks_like_pipe(slice s)
{
    return slice_starts_nocase(s, S("\\\\.\\pipe\\")) || slice_starts_nocase(s, S("\\pipe\\")) ||
           slice_starts_nocase(s, S("\\Device\\NamedPipe\\")) ||
           slice_starts_nocase(s, S("\\\\?\\pipe\\"));
}

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
        s = slice_from(s, has_drive(slice_from(s, 8)) ? 8 : 7);
        r->o.steps |= STEP_TRIM;
    }
    bool windows = is_windows(s) || (!is_unix(s) && slice_find_byte(s, '\\', 0) != SIZE_MAX);
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

static const struct hive {
    slice written, full;
} hives[] = {
    {S_INIT("HKEY_LOCAL_MACHINE"), S_INIT("HKEY_LOCAL_MACHINE")},
    {S_INIT("HKEY_CURRENT_USER"), S_INIT("HKEY_CURRENT_USER")},
    {S_INIT("HKEY_CLASSES_ROOT"), S_INIT("HKEY_CLASSES_ROOT")},
    {S_INIT("HKEY_CURRENT_CONFIG"), S_INIT("HKEY_CURRENT_CONFIG")},
    {S_INIT("HKEY_USERS"), S_INIT("HKEY_USERS")},
    {S_INIT("\\REGISTRY\\MACHINE"), S_INIT("HKEY_LOCAL_MACHINE")},
    {S_INIT("\\REGISTRY\\USER"), S_INIT("HKEY_USERS")},
    {S_INIT("HKLM"), S_INIT("HKEY_LOCAL_MACHINE")},
    {S_INIT("HKCU"), S_INIT("HKEY_CURRENT_USER")},
    {S_INIT("HKCR"), S_INIT("HKEY_CLASSES_ROOT")},
    {S_INIT("HKCC"), S_INIT("HKEY_CURRENT_CONFIG")},
    {S_INIT("HKU"), S_INIT("HKEY_USERS")},
};

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

static const struct hive *hive_of(slice s)
{
    for (size_t i = 0; i < COUNT_OF(hives); i++) {
        slice w = hives[i].written;
        if (slice_starts_nocase(s, w) &&
            (s.len == w.len || (s.len > w.len && (s.ptr[w.len] == '\\' || s.ptr[w.len] == '/' ||
                                                  (s.ptr[w.len] == ':' && s.len > w.len + 1 &&
                                                   s.ptr[w.len + 1] == '\\')))))
            return &hives[i];
    }
    return NULL;
}

bool looks_like_registry(slice s)
{
    const struct hive *h = hive_of(s);
    return h && s.len > h->written.len;
}

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
    const struct hive *h = hive_of(s);
    bool ok = true;
    if (h) {
        slice written = slice_sub(s, 0, h->written.len);
        if (!slice_eq(written, h->full))
            r->o.steps |= slice_eq_nocase(written, h->full) ? STEP_CASE : STEP_EXPAND;
        ok = scratch_put(r, h->full);
        s = slice_from(s, h->written.len);
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
    if (!ok || (!h && slice_find_byte(r->o.value, '\\', 0) == SIZE_MAX))
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
