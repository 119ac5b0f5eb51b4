/* shape.c - what looks like a file, a path, a registry key: see shape.h. */
#include "model/shape.h"

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

static bool is_extension(slice lower)
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

bool shape_is_filename(slice s)
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
    return is_extension(slice_of(lower, ext.len));
}

bool shape_tld_is_extension(slice tld)
{
    static const slice list[] = {S_INIT("zip"), S_INIT("mov"), S_INIT("py"), S_INIT("sh"),
                                 S_INIT("pl"),  S_INIT("rs"),  S_INIT("md"), S_INIT("so"),
                                 S_INIT("ps"),  S_INIT("cab")};
    for (size_t i = 0; i < COUNT_OF(list); i++)
        if (slice_eq(tld, list[i]))
            return true;
    return false;
}

/* --- paths ---------------------------------------------------------------------------------- */

bool shape_has_drive(slice s)
{
    return s.len >= 3 && is_alpha(s.ptr[0]) && s.ptr[1] == ':' &&
           (s.ptr[2] == '\\' || s.ptr[2] == '/');
}

bool shape_is_windows_path(slice s)
{
    if (shape_has_drive(s) || (s.len >= 2 && s.ptr[0] == '\\'))
        return true;
    size_t end = slice_find_byte(s, '%', 1);
    return s.len && s.ptr[0] == '%' && end != SIZE_MAX && end > 1 &&
           (end + 1 == s.len || s.ptr[end + 1] == '\\' || s.ptr[end + 1] == '/');
}

bool shape_is_unix_path(slice s)
{
    return s.len >= 2 && ((s.ptr[0] == '/' && s.ptr[1] != '/') || slice_starts(s, S("~/")));
}

bool shape_is_path(slice s)
{
    return shape_is_windows_path(s) || shape_is_unix_path(s);
}

bool shape_is_pipe(slice s)
{
    return slice_starts_nocase(s, S("\\\\.\\pipe\\")) || slice_starts_nocase(s, S("\\pipe\\")) ||
           slice_starts_nocase(s, S("\\Device\\NamedPipe\\")) ||
           slice_starts_nocase(s, S("\\\\?\\pipe\\"));
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

size_t shape_hive(slice s, slice *ret_full)
{
    const struct hive *h = hive_of(s);
    if (h)
        *ret_full = h->full;
    return h ? h->written.len : 0;
}

bool shape_is_registry(slice s)
{
    const struct hive *h = hive_of(s);
    return h && s.len > h->written.len;
}
