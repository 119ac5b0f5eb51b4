/* family.c - names of maltrail files: see family.h; docs/formats/maltrail.md tells users. */
#include "format/maltrail/family.h"

#include "format/foreign.h"
#include "model/name.h"

/* First words of file names. */
static const struct {
    slice prefix;
    family_says says;
    kind kind;
    slice platform, role;
} prefixes[] = {
    {S_INIT("apt_"), FAMILY_THREAT, KIND_ACTOR, S_INIT(""), S_INIT("")},
    {S_INIT("android_"), FAMILY_THREAT, KIND_MALWARE, S_INIT("android"), S_INIT("")},
    {S_INIT("elf_"), FAMILY_THREAT, KIND_MALWARE, S_INIT("linux"), S_INIT("")},
    {S_INIT("osx_"), FAMILY_THREAT, KIND_MALWARE, S_INIT("macos"), S_INIT("")},
    {S_INIT("ios_"), FAMILY_THREAT, KIND_MALWARE, S_INIT("ios"), S_INIT("")},
    {S_INIT("python_"), FAMILY_THREAT, KIND_MALWARE, S_INIT("python"), S_INIT("")},
    {S_INIT("powershell_"), FAMILY_THREAT, KIND_MALWARE, S_INIT("powershell"), S_INIT("")},
    {S_INIT("ek_"), FAMILY_THREAT, KIND_MALWARE, S_INIT(""), S_INIT("delivery")},
    {S_INIT("sinkhole_"), FAMILY_SINKHOLE, KIND_NONE, S_INIT(""), S_INIT("sinkhole")},
    {S_INIT("mass_scanner"), FAMILY_SUSPICIOUS, KIND_NONE, S_INIT(""), S_INIT("scanner")},
    {S_INIT("hacked_"), FAMILY_BAD, KIND_NONE, S_INIT(""), S_INIT("")},
    {S_INIT("bad_proxy"), FAMILY_BAD, KIND_NONE, S_INIT(""), S_INIT("proxy")},
    {S_INIT("bad_"), FAMILY_BAD, KIND_NONE, S_INIT(""), S_INIT("")},
    {S_INIT("bot_"), FAMILY_BAD, KIND_NONE, S_INIT(""), S_INIT("")},
};

/* Last words: what the malware is, not what it is called. */
static const struct {
    slice suffix, role;
} suffixes[] = {
    {S_INIT("_c2"), S_INIT("c2")},    {S_INIT("_tds"), S_INIT("delivery")},
    {S_INIT("_miner"), S_INIT("")},   {S_INIT("_ransomware"), S_INIT("")},
    {S_INIT("_rmmtool"), S_INIT("")},
};

/* What is left names nobody. */
static bool nobody(slice name)
{
    static const slice words[] = {S_INIT("generic"),        S_INIT("unclassified"),
                                  S_INIT("unknown"),        S_INIT("domain_shadowing"),
                                  S_INIT("browser_locker"), S_INIT("rogue_dns")};
    if (slice_starts(name, S("generic_")))
        return true;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (slice_eq(name, words[i]))
            return true;
    return name.len == 0;
}

/* "cobaltstrike-2.txt": the second part of "cobaltstrike". */
static slice without_number(slice base)
{
    size_t n = base.len;
    while (n && is_digit(base.ptr[n - 1]))
        n--;
    return n > 1 && n < base.len && base.ptr[n - 1] == '-' ? slice_sub(base, 0, n - 1) : base;
}

/* The folder the file stands in. */
static bool in_folder(slice path, slice base, slice folder)
{
    size_t before = path.len - base.len;
    slice dir = slice_sub(path, 0, before ? before - 1 : 0);
    return slice_ends_nocase(dir, folder) &&
           (dir.len == folder.len || !is_alnum(dir.ptr[dir.len - folder.len - 1]));
}

/* Reads "apt_" and "_miner" off the word; what is left is the name. */
static slice read_word(slice word, kind *ret_kind, family *f)
{
    slice name = word;
    *ret_kind = KIND_MALWARE;
    for (size_t i = 0; i < COUNT_OF(prefixes); i++)
        if (slice_starts(word, prefixes[i].prefix)) {
            f->says = prefixes[i].says;
            f->platform = prefixes[i].platform;
            f->role = prefixes[i].role;
            *ret_kind = prefixes[i].kind;
            name = slice_from(word, prefixes[i].prefix.len);
            break;
        }
    for (size_t i = 0; i < COUNT_OF(suffixes) && f->says == FAMILY_THREAT; i++)
        if (slice_ends_nocase(name, suffixes[i].suffix)) {
            /* "adaptix_c2" is called so, "lemonduck_miner" is not */
            if (!suffixes[i].role.len)
                name = slice_sub(name, 0, name.len - suffixes[i].suffix.len);
            else
                f->role = suffixes[i].role;
        }
    return name;
}

bool family_aliases(slice comment, slice *ret)
{
    static const slice marks[] = {S_INIT("Aliases:"), S_INIT("Alias:"), S_INIT("CERT-UA:")};
    for (size_t i = 0; i < COUNT_OF(marks); i++)
        if (slice_starts_nocase(comment, marks[i])) {
            *ret = slice_trim(slice_from(comment, marks[i].len));
            return true;
        }
    return false;
}

/* The alias whose letters are the entity's: "fancy bear" for fancybear. */
static status spelling(emitter *e, slice head, family *f, err *why)
{
    slice line, names, one, folded, key = slice_from(f->entity.text, strlen("name:"));
    while (slice_cut(&head, '\n', &line)) {
        line = slice_trim(line);
        if (!line.len || line.ptr[0] != '#' ||
            !family_aliases(slice_trim(slice_from(line, 1)), &names))
            continue;
        while (slice_cut(&names, ',', &one)) {
            one = slice_trim(one);
            if (!one.len || one.len > NAME_TEXT_MAX)
                continue;
            status st = name_fold(e->memory, one, &folded, why);
            if (st == ERR_LIMIT)
                return st;
            if (st == OK && slice_eq(folded, key)) {
                bool lower = one.ptr[0] >= 'a' && one.ptr[0] <= 'z';
                /* all in lower case says no more than the file's name */
                if (lower && slice_find_byte(one, ' ', 0) == SIZE_MAX)
                    continue;
                return arena_copy(e->memory, one, &f->name) ? OK : ARENA_SPENT(e->memory, why);
            }
        }
    }
    return OK;
}

/* "charming_kitten" becomes "Charming kitten". */
static status plain_name(emitter *e, slice word, slice *ret, err *why)
{
    char *p = arena_alloc(e->memory, word.len);
    if (!p)
        return ARENA_SPENT(e->memory, why);
    for (size_t i = 0; i < word.len; i++)
        p[i] = word.ptr[i] == '_' ? ' ' : word.ptr[i];
    if (p[0] >= 'a' && p[0] <= 'z')
        p[0] = (char)(p[0] - 'a' + 'A');
    *ret = slice_of(p, word.len);
    return OK;
}

status family_of(emitter *e, slice path, slice head, family *ret, err *why)
{
    enum { WORD_MAX = 200 };
    slice base = foreign_base(path),
          word = without_number(slice_sub(base, 0, slice_find_byte(base, '.', 0)));
    family f = {.says = FAMILY_THREAT};
    kind k;
    status st;
    if (!arena_copy(e->memory, slice_sub(word, 0, WORD_MAX), &f.category))
        return ARENA_SPENT(e->memory, why);
    slice name = read_word(f.category, &k, &f);
    if (in_folder(path, base, S("suspicious")))
        f.says = FAMILY_SUSPICIOUS;
    if (f.says == FAMILY_THREAT && nobody(name))
        f.says = FAMILY_BAD;
    if (f.says == FAMILY_THREAT) {
        st = emit_node(e, k, "name:", name, &f.entity, why);
        if (st == ERR_INPUT)
            f.says = FAMILY_BAD; /* an odd file name is nobody's */
        else if (st != OK || (st = plain_name(e, name, &f.name, why)) != OK ||
                 (st = spelling(e, head, &f, why)) != OK)
            return st;
    }
    *ret = f;
    return OK;
}
