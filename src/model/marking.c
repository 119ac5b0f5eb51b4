/* marking.c - TLP, PAP, views: see marking.h. */
#include "model/marking.h"

static const char *const tlp_names[] = {"clear", "green", "amber", "amber+strict", "red"};
static const char *const tlp_labels[] = {"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT",
                                         "TLP:RED"};
static const char *const pap_names[] = {"", "clear", "green", "amber", "red"};
_Static_assert(COUNT_OF(tlp_names) == TLP_COUNT_ && COUNT_OF(tlp_labels) == TLP_COUNT_, "TLP");
_Static_assert(COUNT_OF(pap_names) == PAP_COUNT_, "PAP");

const char *tlp_name(tlp t)
{
    assert(t < TLP_COUNT_);
    return tlp_names[t];
}

const char *tlp_label(tlp t)
{
    assert(t < TLP_COUNT_);
    return tlp_labels[t];
}

const char *pap_name(pap p)
{
    assert(p < PAP_COUNT_);
    return pap_names[p];
}

/* Letters only, lower case, without the leading word. */
static slice letters(slice text, const char *word, char out[32])
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_alpha(c)) {
            if (n == 31)
                return (slice){NULL, 0};
            out[n++] = to_lower(c);
        } else if (c != ':' && c != '-' && c != '_' && c != '+' && c != ' ' && c != '=' &&
                   c != '"') {
            return (slice){NULL, 0};
        }
    }
    slice s = slice_of(out, n), w = slice_str(word);
    return slice_starts(s, w) ? slice_from(s, w.len) : s;
}

status tlp_parse(slice text, tlp *ret)
{
    static const struct {
        slice word;
        tlp level;
    } words[] = {
        {S_INIT("clear"), TLP_CLEAR},
        {S_INIT("white"), TLP_CLEAR},
        {S_INIT("green"), TLP_GREEN},
        {S_INIT("amber"), TLP_AMBER},
        {S_INIT("amberstrict"), TLP_AMBER_STRICT},
        {S_INIT("red"), TLP_RED},
    };
    char room[32];
    slice word = letters(text, "tlp", room);
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (slice_eq(word, words[i].word)) {
            *ret = words[i].level;
            return OK;
        }
    return ERR_INPUT;
}

status pap_parse(slice text, pap *ret)
{
    char room[32];
    slice word = letters(text, "pap", room);
    if (slice_eq(word, S("white")))
        word = S("clear");
    for (unsigned i = PAP_CLEAR; i < PAP_COUNT_; i++)
        if (slice_eq(word, slice_str(pap_names[i]))) {
            *ret = (pap)i;
            return OK;
        }
    return ERR_INPUT;
}

marking marking_join(marking a, marking b)
{
    marking m = a;
    if (b.tlp > m.tlp)
        m.tlp = b.tlp;
    if (b.pap > m.pap)
        m.pap = b.pap;
    /* what the site keeps to itself does not become a customer's by naming one */
    if (!m.owner.len && a.tlp < TLP_AMBER_STRICT)
        m.owner = b.owner;
    if (!m.audience.len)
        m.audience = b.audience;
    else if (b.audience.len && !slice_eq(a.audience, b.audience))
        m.tlp = TLP_RED;
    return m;
}

bool marking_eq(marking a, marking b)
{
    return a.tlp == b.tlp && a.pap == b.pap && slice_eq(a.owner, b.owner) &&
           slice_eq(a.audience, b.audience);
}

static bool in_audience(const view *v, slice name)
{
    if (v->all_audiences)
        return true;
    for (size_t i = 0; i < v->audience_count; i++)
        if (slice_eq(v->audiences[i], name))
            return true;
    return false;
}

bool view_sees(const view *v, marking m)
{
    if (m.tlp > v->clearance)
        return false;
    if (m.tlp >= TLP_AMBER_STRICT) {
        if (m.audience.len && !in_audience(v, m.audience))
            return false;
        if (v->organisation.len && !slice_eq(v->organisation, m.owner))
            return false; /* "organisation only": another's, or the site's own */
    }
    /* Another organisation's material stays with it at any level: what it asked and found is its
     * own until an expert adopts it (threat-model.md section 8). The site sees all. */
    if (m.owner.len && v->organisation.len && !slice_eq(v->organisation, m.owner))
        return false;
    return true;
}
