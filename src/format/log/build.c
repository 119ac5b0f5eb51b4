/* build.c - fields, names and roles of an event that is being read: see build.h. */
#include "format/log/build.h"

#include "model/ip.h"

enum { FIELDS_FIRST = 32, FIELDS_MORE = 4, INDEX_SLOTS = 1024 };

static bool grow(log_builder *b)
{
    size_t columns = b->reader->columns.of ? b->reader->columns.count + FIELDS_MORE : FIELDS_FIRST;
    size_t room = b->room ? b->room * 2 : columns;
    log_field *more = arena_array(b->a, room, sizeof *more);
    if (!more) {
        b->failed = true;
        return false;
    }
    if (b->count)
        memcpy(more, b->field, b->count * sizeof *more);
    b->field = more;
    b->room = room;
    return true;
}

log_field *log_put_value(log_builder *b, slice name, slice sigma, log_role role, slice value,
                         slice written, log_type type)
{
    if (b->failed)
        return NULL;
    if (b->count == LOG_FIELDS_MAX) {
        b->e.cut |= LOG_CUT_FIELDS;
        return NULL;
    }
    if (b->count == b->room && !grow(b))
        return NULL;
    if (name.len > LOG_NAME_MAX) {
        name.len = LOG_NAME_MAX;
        b->e.cut |= LOG_CUT_NAME;
    }
    if (b->within.ptr)
        written = b->within;
    assert(written.ptr >= b->record.ptr);
    assert(written.ptr + written.len <= b->record.ptr + b->record.len);
    size_t i = b->count++;
    b->field[i] = (log_field){.name = name,
                              .sigma = sigma,
                              .value = value,
                              .at = (uint32_t)(written.ptr - b->record.ptr),
                              .length = (uint32_t)written.len,
                              .type = type};
    if (role != LOG_AS_NONE)
        log_give(b, i, role, 0);
    return &b->field[i];
}

log_field *log_put(log_builder *b, slice name, slice sigma, log_role role, slice written)
{
    bool unset = log_unset(written);
    return log_put_value(b, name, sigma, role, unset ? slice_sub(written, 0, 0) : written, written,
                         unset ? LOG_NULL : LOG_TEXT);
}

bool log_unset(slice value)
{
    return !value.len || (value.len == 1 && value.ptr[0] == '-') || slice_eq(value, S("(null)")) ||
           slice_eq(value, S("(none)")) || slice_eq(value, S("N/A")) || slice_eq(value, S("null"));
}

slice log_lower(log_builder *b, slice s)
{
    char *p = arena_array(b->a, s.len + 1, 1);
    if (!p) {
        b->failed = true;
        return (slice){NULL, 0};
    }
    for (size_t i = 0; i < s.len; i++)
        p[i] = to_lower(s.ptr[i]);
    return slice_of(p, s.len);
}

/* --- roles ----------------------------------------------------------------------------------- */

static bool is_address(slice s)
{
    ip addr;
    return ip4_read(s, &addr) || ip6_read(s, &addr);
}

/* "192.0.2.1:443", "[2001:db8::1]:443", "[2001:db8::1]", "fe80::1%eth0": the address, and the port
 * or what stands for it. */
static bool split_address(slice s, slice *ret_ip, slice *ret_port)
{
    size_t end = slice_find_byte(s, s.len && s.ptr[0] == '[' ? ']' : ':', 0);
    *ret_port = (slice){NULL, 0};
    if (s.len && s.ptr[0] == '[' && end != SIZE_MAX) {
        *ret_ip = slice_sub(s, 1, end);
        if (end + 2 < s.len && s.ptr[end + 1] == ':')
            *ret_port = slice_from(s, end + 2);
        return is_address(*ret_ip);
    }
    size_t zone = slice_find_byte(s, '%', 0);
    if (zone != SIZE_MAX) {
        *ret_ip = slice_sub(s, 0, zone);
        return is_address(*ret_ip);
    }
    if (end == SIZE_MAX)
        return false;
    *ret_ip = slice_sub(s, 0, end);
    *ret_port = slice_from(s, end + 1);
    return is_address(*ret_ip);
}

static void hold(log_builder *b, size_t i, log_role role, uint32_t rank)
{
    b->holder[role] = (uint32_t)i + 1;
    b->rank[role] = rank;
}

/* An address with a port becomes two fields more, with places of their own where it stands as
 * written. */
static void give_address(log_builder *b, size_t i, log_role role, uint32_t rank)
{
    log_field f = b->field[i];
    slice addr, port, all = slice_sub(b->record, f.at, f.at + f.length);
    if (is_address(f.value)) {
        hold(b, i, role, rank);
        return;
    }
    bool plain = slice_eq(f.value, all);
    if (!split_address(plain ? all : f.value, &addr, &port))
        return;
    log_role port_role = role == LOG_AS_SRC_IP ? LOG_AS_SRC_PORT : LOG_AS_DST_PORT;
    slice name = role == LOG_AS_SRC_IP ? S("src_ip") : S("dst_ip");
    if (log_put_value(b, f.name, name, LOG_AS_NONE, addr, plain ? addr : all, LOG_TEXT))
        hold(b, b->count - 1, role, rank);
    name = role == LOG_AS_SRC_IP ? S("src_port") : S("dst_port");
    if (port.len && log_put_value(b, f.name, name, LOG_AS_NONE, port, plain ? port : all, LOG_TEXT))
        log_give(b, b->count - 1, port_role, rank);
}

void log_give(log_builder *b, size_t i, log_role role, uint32_t rank)
{
    const log_field *f = &b->field[i];
    rank += b->base;
    if (role == LOG_AS_NONE || f->type == LOG_NULL || log_unset(f->value) ||
        (b->holder[role] && b->rank[role] <= rank))
        return;
    if (role == LOG_AS_SRC_IP || role == LOG_AS_DST_IP) {
        give_address(b, i, role, rank);
        return;
    }
    if (role == LOG_AS_TIME && !log_time(b, f->value, &b->e.time))
        return;
    if (role == LOG_AS_ACTION && log_outcome_of(f->value) == LOG_OUTCOME_UNKNOWN)
        return;
    hold(b, i, role, rank);
}

slice log_role_value(const log_builder *b, log_role role)
{
    return b->holder[role] ? b->field[b->holder[role] - 1].value : (slice){NULL, 0};
}

const log_field *log_find(const log_builder *b, slice name)
{
    for (size_t i = 0; i < b->count; i++) {
        slice n = b->field[i].name;
        if (n.len == name.len && n.len && n.ptr[0] == name.ptr[0] && slice_eq(n, name))
            return &b->field[i];
    }
    return NULL;
}

slice log_find_value(const log_builder *b, slice name)
{
    const log_field *f = log_find(b, name);
    return f ? f->value : (slice){NULL, 0};
}

/* --- names ----------------------------------------------------------------------------------- */

static size_t slot_of(slice name)
{
    uint64_t head = 0, tail = 0;
    if (name.len >= 8) {
        memcpy(&head, name.ptr, 8);
        memcpy(&tail, name.ptr + name.len - 8, 8);
    }
    for (size_t i = 0; name.len < 8 && i < name.len; i++)
        head = head << 8 | (unsigned char)name.ptr[i];
    uint64_t h = (head ^ (tail << 7 | tail >> 57) ^ name.len) * 0x9e3779b97f4a7c15u;
    return (size_t)(h >> 54) & (INDEX_SLOTS - 1);
}

static size_t format_number(const log_format *f)
{
    size_t i = 0;
    while (log_format_at(i) != f)
        i++;
    return i;
}

/* The names of a format by hash, made when first asked for; NULL: no memory. */
static const uint16_t *index_of(log_reader *r, const log_format *f)
{
    uint16_t **place = &r->index[format_number(f)], *made = *place;
    if (made)
        return made;
    made = arena_array(&r->own, INDEX_SLOTS, sizeof *made);
    assert(f->name_count < INDEX_SLOTS / 2);
    for (size_t i = 0; made && i < f->name_count; i++) {
        size_t slot = slot_of(f->names[i].name);
        while (made[slot])
            slot = (slot + 1) & (INDEX_SLOTS - 1);
        made[slot] = (uint16_t)(i + 1);
    }
    return *place = made;
}

/* The row of a name, from 1; 0: the format does not know it. */
static size_t row_of(const uint16_t *index, const log_format *f, slice name)
{
    size_t slot = slot_of(name);
    while (index[slot] && !slice_eq(f->names[index[slot] - 1].name, name))
        slot = (slot + 1) & (INDEX_SLOTS - 1);
    return index[slot];
}

static void name_field(log_builder *b, size_t i, const log_name *row, uint32_t rank)
{
    if (row->sigma.len)
        b->field[i].sigma = row->sigma;
    if (row->role != LOG_AS_NONE)
        log_give(b, i, row->role, rank);
}

void log_map(log_builder *b, size_t from, const log_format *f)
{
    size_t end = b->count; /* fields that roles add are named already */
    const uint16_t *index = f->name_count ? index_of(b->reader, f) : NULL;
    if (f->name_count && !index)
        b->failed = true;
    for (size_t i = from; index && i < end; i++) {
        slice name = b->field[i].name;
        size_t whole = name.len;
        if (b->field[i].sigma.len)
            continue;
        for (size_t p = 0; p < f->prefix_count && name.len == whole; p++)
            if (slice_starts(name, f->prefixes[p]))
                b->field[i].sigma = name = slice_from(name, f->prefixes[p].len);
        size_t row = row_of(index, f, name);
        if (row)
            name_field(b, i, &f->names[row - 1], (uint32_t)row);
    }
    if (f->more && !b->failed)
        log_map(b, from, f->more);
}

/* --- columns --------------------------------------------------------------------------------- */

/* What the names of the columns mean, once for all records. */
static bool know_columns(log_reader *r, const log_format *f)
{
    log_columns *c = &r->columns;
    for (; f; f = f->more) {
        const uint16_t *index = f->name_count ? index_of(r, f) : NULL;
        if (f->name_count && !index)
            return false;
        for (size_t i = 0; index && i < c->count; i++) {
            size_t row = c->row[i] ? 0 : row_of(index, f, c->name[i]);
            if (!row)
                continue;
            c->row[i] = &f->names[row - 1];
            c->rank[i] = (uint32_t)row;
        }
    }
    return true;
}

void log_put_cell(log_builder *b, size_t i, slice sigma, slice value, slice written, bool unset)
{
    const log_columns *c = &b->reader->columns;
    bool named = i < c->count;
    log_type type = named ? (log_type)(c->kind[i] & ~COLUMN_LIST) : LOG_TEXT;
    if (!log_put_value(b, named ? c->name[i] : S(""), sigma, LOG_AS_NONE,
                       unset ? slice_sub(written, 0, 0) : value, written, unset ? LOG_NULL : type))
        return;
    b->named = true;
    if (named && c->row[i] && !unset)
        name_field(b, b->count - 1, c->row[i], c->rank[i]);
    else if (named && c->row[i] && !sigma.len)
        b->field[b->count - 1].sigma = c->row[i]->sigma;
}

bool log_columns_set(log_reader *r, const log_format *of, const slice *name, size_t count)
{
    log_columns *c = &r->columns;
    c->of = NULL;
    c->count = count < LOG_COLUMNS_MAX ? count : LOG_COLUMNS_MAX;
    arena_reset(&r->head);
    c->name = arena_array(&r->head, c->count + 1, sizeof *c->name);
    c->row = arena_array(&r->head, c->count + 1, sizeof *c->row);
    c->rank = arena_array(&r->head, c->count + 1, sizeof *c->rank);
    c->kind = arena_array(&r->head, c->count + 1, sizeof *c->kind);
    if (!c->name || !c->row || !c->rank || !c->kind)
        return false;
    for (size_t i = 0; i < c->count; i++)
        if (!arena_copy(&r->head, slice_sub(name[i], 0, LOG_NAME_MAX), &c->name[i]))
            return false;
    if (!know_columns(r, of))
        return false;
    c->of = of;
    return true;
}
