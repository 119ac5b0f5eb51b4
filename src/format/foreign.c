/* foreign.c - what tables and lists of indicators must not take for their own: see foreign.h. */
#include "format/foreign.h"

slice foreign_base(slice path)
{
    size_t at = 0;
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] == '/' || path.ptr[i] == '\\')
            at = i + 1;
    return slice_from(path, at);
}

bool foreign_name(slice path)
{
    slice base = foreign_base(path);
    static const slice ends[] = {
        S_INIT(".md"),   S_INIT(".markdown"), S_INIT(".adoc"),  S_INIT(".rst"),   S_INIT(".html"),
        S_INIT(".htm"),  S_INIT(".yar"),      S_INIT(".yara"),  S_INIT(".rules"), S_INIT(".rule"),
        S_INIT(".yml"),  S_INIT(".yaml"),     S_INIT(".py"),    S_INIT(".js"),    S_INIT(".ts"),
        S_INIT(".c"),    S_INIT(".h"),        S_INIT(".cpp"),   S_INIT(".java"),  S_INIT(".go"),
        S_INIT(".rb"),   S_INIT(".ps1"),      S_INIT(".sh"),    S_INIT(".bat"),   S_INIT(".json"),
        S_INIT(".xml"),  S_INIT(".ioc"),      S_INIT(".stix"),  S_INIT(".eml"),   S_INIT(".log"),
        S_INIT(".conf"), S_INIT(".ini"),      S_INIT(".toml"),  S_INIT(".css"),   S_INIT(".tex"),
        S_INIT(".pl"),   S_INIT(".php"),      S_INIT(".rs"),    S_INIT(".lua"),   S_INIT(".vbs"),
        S_INIT(".afb"),  S_INIT(".mjson"),    S_INIT(".jsonl"), S_INIT(".sql"),   S_INIT(".ipynb"),
    };
    static const slice starts[] = {S_INIT("LICENSE"),    S_INIT("README"),  S_INIT("CHANGELOG"),
                                   S_INIT("NOTICE"),     S_INIT("COPYING"), S_INIT("requirements"),
                                   S_INIT("CODEOWNERS"), S_INIT(".git")};
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (slice_ends_nocase(base, ends[i]))
            return true;
    for (size_t i = 0; i < COUNT_OF(starts); i++)
        if (slice_starts_nocase(base, starts[i]))
            return true;
    return false;
}

bool foreign_text(slice head)
{
    /* logs and mail; public suffixes; rules; markup */
    static const slice signs[] = {
        S_INIT(" HTTP/1."),
        S_INIT("\"GET "),
        S_INIT("\"POST "),
        S_INIT("sshd["),
        S_INIT("BEGIN ICANN DOMAINS"),
        S_INIT("](http"),
        S_INIT("Received: from"),
        S_INIT("\nalert tcp "),
        S_INIT("\nalert udp "),
        S_INIT("\nalert http "),
        S_INIT("\nalert dns "),
        S_INIT("\nalert tls "),
        S_INIT("\nalert ip "),
        S_INIT("\nlogsource:"),
        S_INIT("\ndetection:"),
        S_INIT("condition:"),
        S_INIT("\n| ---"),
        S_INIT("\n|---"),
        S_INIT("\n|:"),
        S_INIT("\n```"),
        S_INIT("\n== "),
        S_INIT("#include "),
        S_INIT("\nimport "),
    };
    slice text = slice_trim(slice_sub(head, 0, 256));
    if (!text.len || memchr(head.ptr, 0, head.len) || strchr("{[<", text.ptr[0]))
        return true;
    for (size_t i = 0; i < COUNT_OF(signs); i++)
        if (slice_find(head, signs[i], 0) != SIZE_MAX)
            return true;
    static const slice starts[] = {S_INIT("#separator"), S_INIT("#fields"), S_INIT("%PDF"),
                                   S_INIT("---\n"),      S_INIT("= "),      S_INIT("alert ")};
    for (size_t i = 0; i < COUNT_OF(starts); i++)
        if (slice_starts(text, starts[i]))
            return true;
    return false;
}
