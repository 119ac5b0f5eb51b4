/* phrase.c - words of headers, and uses: see phrase.h. */
#include "format/phrase.h"

static const struct {
    slice word, use;
    bool strict;
} uses[] = {
    {S_INIT("c2"), S_INIT("c2"), true},
    {S_INIT("c2s"), S_INIT("c2"), true},
    {S_INIT("cc"), S_INIT("c2"), false},
    {S_INIT("cnc"), S_INIT("c2"), true},
    {S_INIT("callback"), S_INIT("c2"), false},
    {S_INIT("beacon"), S_INIT("c2"), false},
    {S_INIT("panel"), S_INIT("c2"), false},
    {S_INIT("command"), S_INIT("c2"), false},
    {S_INIT("delivery"), S_INIT("delivery"), false},
    {S_INIT("distribution"), S_INIT("delivery"), false},
    {S_INIT("download"), S_INIT("delivery"), false},
    {S_INIT("payload"), S_INIT("delivery"), false},
    {S_INIT("dropper"), S_INIT("delivery"), false},
    {S_INIT("exploit"), S_INIT("delivery"), false},
    {S_INIT("landing"), S_INIT("delivery"), false},
    {S_INIT("staging"), S_INIT("delivery"), false},
    {S_INIT("phish"), S_INIT("phishing"), true},
    {S_INIT("phishing"), S_INIT("phishing"), true},
    {S_INIT("credential"), S_INIT("phishing"), false},
    {S_INIT("exfil"), S_INIT("exfiltration"), false},
    {S_INIT("exfiltration"), S_INIT("exfiltration"), true},
    {S_INIT("scanner"), S_INIT("scanner"), false},
    {S_INIT("scanning"), S_INIT("scanner"), false},
    {S_INIT("sinkhole"), S_INIT("sinkhole"), true},
    {S_INIT("proxy"), S_INIT("proxy"), false},
};

bool phrase_cut(slice s, phrase *w)
{
    size_t n = 0, start = 0;
    w->count = 0;
    for (size_t i = 0; i <= s.len; i++) {
        char c = i < s.len ? s.ptr[i] : ' ';
        /* "C2Domain", "DateAdded"; "IoC" and "SHA256" are one word */
        bool hump = i > 0 && c >= 'A' && c <= 'Z' && i + 1 < s.len && s.ptr[i + 1] >= 'a' &&
                    s.ptr[i + 1] <= 'z' && is_alnum(s.ptr[i - 1]);
        bool part = (unsigned char)c >= 128 || is_alnum(c);
        if ((!part || hump) && n > start) {
            if (w->count == PHRASE_WORDS_MAX)
                return false;
            w->word[w->count++] = slice_of(w->text + start, n - start);
            start = n;
        }
        if (part) {
            if (n == PHRASE_BYTES)
                return false;
            w->text[n++] = to_lower(c);
        }
    }
    w->joined = slice_of(w->text, n);
    return true;
}

bool phrase_use(slice word, slice *ret)
{
    for (size_t i = 0; i < COUNT_OF(uses); i++)
        if (slice_eq(word, uses[i].word)) {
            *ret = uses[i].use;
            return true;
        }
    return false;
}

bool phrase_use_in(slice text, bool strict, slice *ret)
{
    size_t i = 0;
    /* not by phrase_cut: free text may be long */
    while (i < text.len) {
        char word[16];
        size_t n = 0;
        while (i < text.len && !is_alnum(text.ptr[i]))
            i++;
        for (; i < text.len && is_alnum(text.ptr[i]); i++)
            if (n < sizeof word)
                word[n++] = to_lower(text.ptr[i]);
        for (size_t k = 0; k < COUNT_OF(uses); k++)
            if ((uses[k].strict || !strict) && slice_eq(slice_of(word, n), uses[k].word)) {
                *ret = uses[k].use;
                return true;
            }
        /* "C&C" */
        if (n == 1 && word[0] == 'c' && i + 1 < text.len && text.ptr[i] == '&' &&
            to_lower(text.ptr[i + 1]) == 'c' && !(i + 2 < text.len && is_alnum(text.ptr[i + 2]))) {
            *ret = S("c2");
            return true;
        }
    }
    return false;
}
