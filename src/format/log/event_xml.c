/* event_xml.c - events of Windows (and of Sysmon for Linux) as XML on one line, or the EventData of
 * one in a string: see build.h.
 * Sources: Microsoft Learn, "Event Schema"; XML 1.0 section 4.6 (entities). Not an XML reader: the
 * few elements that events have are looked for, in the order they have. */
#include "format/log/build.h"

#include "base/text.h"

typedef struct entity {
    slice text;
    char byte;
} entity;

static const entity entities[] = {{S_INIT("&lt;"), '<'},
                                  {S_INIT("&gt;"), '>'},
                                  {S_INIT("&amp;"), '&'},
                                  {S_INIT("&quot;"), '"'},
                                  {S_INIT("&apos;"), '\''}};

/* "&#10;", "&#x0A;" at the front: bytes taken, 0 when it is none. */
static size_t take_number(slice s, uint32_t *ret)
{
    bool hex = slice_starts(s, S("&#x"));
    size_t i = hex ? 3 : 2, from = i;
    uint32_t v = 0;
    if (!slice_starts(s, S("&#")))
        return 0;
    for (; i < s.len && i < from + 7 && (hex ? hex_value(s.ptr[i]) >= 0 : is_digit(s.ptr[i])); i++)
        v = v * (hex ? 16 : 10) + (uint32_t)hex_value(s.ptr[i]);
    bool scalar = v && v < 0x110000 && (v < 0xD800 || v > 0xDFFF);
    *ret = v;
    return i > from && scalar && i < s.len && s.ptr[i] == ';' ? i + 1 : 0;
}

/* Without entities; at most as long as it is written. */
static slice plain(log_builder *b, slice s)
{
    if (slice_find_byte(s, '&', 0) == SIZE_MAX)
        return s;
    char *out = arena_array(b->a, s.len + 1, 1);
    size_t n = 0;
    if (!out) {
        b->failed = true;
        return (slice){NULL, 0};
    }
    for (size_t i = 0; i < s.len;) {
        slice rest = slice_from(s, i);
        uint32_t c;
        size_t took = s.ptr[i] == '&' ? take_number(rest, &c) : 0;
        if (took)
            n += utf8_put(out + n, c);
        for (size_t k = 0; !took && s.ptr[i] == '&' && k < COUNT_OF(entities); k++)
            if (slice_starts(rest, entities[k].text)) {
                out[n++] = entities[k].byte;
                took = entities[k].text.len;
            }
        if (!took)
            out[n++] = s.ptr[i];
        i += took ? took : 1;
    }
    return slice_of(out, n);
}

static void put(log_builder *b, slice name, slice written)
{
    bool unset = log_unset(written);
    if (!written.ptr) /* no such attribute */
        return;
    log_put_value(b, name, S(""), LOG_AS_NONE, unset ? slice_sub(written, 0, 0) : plain(b, written),
                  written, unset ? LOG_NULL : LOG_TEXT);
}

/* The value of an attribute in a tag, 'so' or "so"; empty. */
static slice attribute(slice tag, slice name)
{
    size_t at = slice_find(tag, name, 0), from = at + name.len + 1, end;
    if (at == SIZE_MAX || from >= tag.len ||
        (tag.ptr[from - 1] != '"' && tag.ptr[from - 1] != '\''))
        return (slice){NULL, 0};
    end = slice_find_byte(tag, tag.ptr[from - 1], from);
    return end == SIZE_MAX ? (slice){NULL, 0} : slice_sub(tag, from, end);
}

/* From "<name" on: the tag, and what stands between it and "</name>" (nothing in "<name/>"). */
static bool element(slice xml, slice open, slice close, size_t *at, slice *ret_tag, slice *ret_text)
{
    for (;;) {
        size_t from = slice_find(xml, open, *at), end, stop;
        if (from == SIZE_MAX || (end = slice_find_byte(xml, '>', from)) == SIZE_MAX)
            return false;
        *at = end + 1;
        char next = xml.ptr[from + open.len];
        if (next != ' ' && next != '>' && next != '/') /* "<DataX" */
            continue;
        *ret_tag = slice_sub(xml, from, end);
        *ret_text = slice_sub(xml, end + 1, end + 1);
        if (xml.ptr[end - 1] == '/')
            return true;
        stop = slice_find(xml, close, end);
        if (stop == SIZE_MAX)
            return false;
        *ret_text = slice_sub(xml, end + 1, stop);
        *at = stop + close.len;
        return true;
    }
}

void log_put_event_data(log_builder *b, slice xml)
{
    slice tag, text;
    size_t at = 0;
    while (!b->failed && !(b->e.cut & LOG_CUT_FIELDS) &&
           element(xml, S("<Data"), S("</Data>"), &at, &tag, &text)) {
        slice name = attribute(tag, S("Name="));
        put(b, name.len ? name : S("Data"), text);
    }
}

log_took log_read_event_xml(log_builder *b, slice line)
{
    static const struct {
        slice open, close, name;
    } texts[] = {{S_INIT("<EventID"), S_INIT("</EventID>"), S_INIT("EventID")},
                 {S_INIT("<Level"), S_INIT("</Level>"), S_INIT("Level")},
                 {S_INIT("<Task"), S_INIT("</Task>"), S_INIT("Task")},
                 {S_INIT("<Keywords"), S_INIT("</Keywords>"), S_INIT("Keywords")},
                 {S_INIT("<EventRecordID"), S_INIT("</EventRecordID>"), S_INIT("EventRecordID")},
                 {S_INIT("<Channel"), S_INIT("</Channel>"), S_INIT("Channel")},
                 {S_INIT("<Computer"), S_INIT("</Computer>"), S_INIT("Computer")}};
    slice tag, text;
    size_t data = slice_find(line, S("</System>"), 0), at;
    if (!slice_starts(line, S("<Event>")) && !slice_starts(line, S("<Event ")))
        return LOG_NOT;
    if (data == SIZE_MAX)
        b->e.cut |= LOG_CUT_BROKEN;
    slice system = slice_sub(line, 0, data);
    at = 0;
    if (element(system, S("<Provider"), S("</Provider>"), &at, &tag, &text))
        put(b, S("Provider.#attributes.Name"), attribute(tag, S("Name=")));
    at = 0;
    if (element(system, S("<TimeCreated"), S("</TimeCreated>"), &at, &tag, &text))
        put(b, S("SystemTime"), attribute(tag, S("SystemTime=")));
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        at = 0;
        if (element(system, texts[i].open, texts[i].close, &at, &tag, &text))
            put(b, texts[i].name, text);
    }
    if (data != SIZE_MAX)
        log_put_event_data(b, slice_from(line, data));
    return b->count ? LOG_EVENT : LOG_NOT;
}
