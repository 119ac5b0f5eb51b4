/* sqlite.c - see sqlite.h. A table is a tree of pages: interior ones hold the numbers of their
 * children, leaves the rows; a row too long for its page goes on in a chain of overflow pages. */
#include "format/sqlite.h"

enum {
    HEADER_BYTES = 100,
    PAGE_MIN = 512,
    PAGE_MAX = 65536,
    DEPTH_MAX = 20, /* SQLite's own bound */
    INTERIOR = 0x05,
    LEAF = 0x0d,
    HEAD_OF_INTERIOR = 12, /* bytes of a page's header */
    HEAD_OF_LEAF = 8
};

typedef struct page {
    uint32_t number;
    unsigned char *bytes;
    unsigned cells, next; /* the cell to be read next */
    bool leaf;
} page;

struct sqlite_file {
    arena *a;
    reader *in;
    size_t page_bytes, usable;
    uint32_t pages;
    uint64_t read; /* pages in this walk */
    page level[DEPTH_MAX];
    unsigned char *overflow; /* a page */
    unsigned char *row;      /* SQLITE_ROW_MAX, when a row was met that is not on one page */
    sqlite_cell cell[SQLITE_COLUMNS_MAX];
};

static unsigned number16(const unsigned char *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t number32(const unsigned char *p)
{
    return (uint32_t)number16(p) << 16 | number16(p + 2);
}

/* Up to nine bytes, seven bits each, the ninth whole. False: it is cut off. */
static bool varint(const unsigned char **p, const unsigned char *end, uint64_t *ret)
{
    uint64_t n = 0;
    for (int i = 0; i < 9; i++) {
        if (*p == end)
            return false;
        unsigned char c = *(*p)++;
        if (i == 8) {
            *ret = n << 8 | c;
            return true;
        }
        n = n << 7 | (c & 0x7f);
        if (!(c & 0x80))
            break;
    }
    *ret = n;
    return true;
}

static uint64_t offset_of(const sqlite_file *f, uint32_t number)
{
    return (uint64_t)(number - 1) * f->page_bytes;
}

static status damaged(const sqlite_file *f, uint32_t number, const char *what, err *why)
{
    uint64_t at = number ? offset_of(f, number) : 0;
    return err_set(why, ERR_INPUT, at, "damaged database: %s", what);
}

/* --- pages ---------------------------------------------------------------------------------- */

static status read_all(reader *in, uint64_t at, unsigned char *into, size_t want, bool *ret_whole,
                       err *why)
{
    size_t have = 0, got = 0;
    status st = in->seek(in->ctx, at, why);
    do {
        if (st == OK)
            st = reader_read(in, (char *)into + have, want - have, &got, why);
        have += got;
    } while (st == OK && got && have < want);
    *ret_whole = have == want;
    return st;
}

static status read_page(sqlite_file *f, uint32_t number, unsigned char *into, err *why)
{
    bool whole;
    if (!number || number > f->pages)
        return damaged(f, 0, "a page that is not there", why);
    if (f->read++ >= f->pages)
        return damaged(f, number, "pages that lead back to each other", why);
    status st = read_all(f->in, offset_of(f, number), into, f->page_bytes, &whole, why);
    return st != OK || whole ? st : damaged(f, number, "it ends before this page", why);
}

static size_t head_at(const page *p)
{
    return p->number == 1 ? HEADER_BYTES : 0;
}

/* Opens the page as the level `depth` of the walk. */
static status enter(sqlite_file *f, unsigned depth, uint32_t number, err *why)
{
    if (depth == DEPTH_MAX)
        return damaged(f, number, "a tree too deep", why);
    page *p = &f->level[depth];
    if (!p->bytes && !(p->bytes = arena_alloc(f->a, f->page_bytes)))
        return ARENA_SPENT(f->a, why);
    status st = read_page(f, number, p->bytes, why);
    if (st != OK)
        return st;
    p->number = number;
    const unsigned char *head = p->bytes + head_at(p);
    p->leaf = head[0] == LEAF;
    if (!p->leaf && head[0] != INTERIOR)
        return head[0] == 0x02 || head[0] == 0x0a
                   ? err_set(why, ERR_INPUT, offset_of(f, number),
                             "a table WITHOUT ROWID, which is not read")
                   : damaged(f, number, "no page of a table", why);
    p->cells = number16(head + 3);
    p->next = 0;
    size_t end = head_at(p) + (p->leaf ? HEAD_OF_LEAF : HEAD_OF_INTERIOR) + 2 * (size_t)p->cells;
    return end <= f->usable ? OK : damaged(f, number, "more cells than fit", why);
}

/* Where the next cell begins; NULL: outside of the page. */
static const unsigned char *next_cell(const sqlite_file *f, page *p)
{
    size_t head = head_at(p) + (p->leaf ? HEAD_OF_LEAF : HEAD_OF_INTERIOR);
    unsigned at = number16(p->bytes + head + 2 * p->next++);
    return at >= head + 2 * p->cells && at < f->usable ? p->bytes + at : NULL;
}

/* The child to be walked next; 0: all were. */
static status next_child(const sqlite_file *f, page *p, uint32_t *ret, err *why)
{
    if (p->next > p->cells) {
        *ret = 0;
        return OK;
    }
    if (p->next == p->cells) { /* the right-most stands in the header */
        p->next++;
        *ret = number32(p->bytes + head_at(p) + 8);
    } else {
        const unsigned char *cell = next_cell(f, p);
        if (!cell || cell + 4 > p->bytes + f->usable)
            return damaged(f, p->number, "a cell outside of its page", why);
        *ret = number32(cell);
    }
    return *ret ? OK : damaged(f, p->number, "a page that is not there", why);
}

/* --- rows ----------------------------------------------------------------------------------- */

/* How much of a payload of n bytes stands in the leaf itself. */
static size_t local_bytes(const sqlite_file *f, uint64_t n)
{
    size_t most = f->usable - 35, least = (f->usable - 12) * 32 / 255 - 23;
    if (n <= most)
        return (size_t)n;
    size_t rest = least + (size_t)((n - least) % (f->usable - 4));
    return rest <= most ? rest : least;
}

/* What of the payload is held: from the page, or gathered in f->row. */
static status read_payload(sqlite_file *f, const page *p, const unsigned char *at, uint64_t n,
                           slice *ret, err *why)
{
    size_t local = local_bytes(f, n);
    const unsigned char *end = p->bytes + f->usable;
    bool longer = n > local;
    if (local > (size_t)(end - at) || (longer && (size_t)(end - at) - local < 4))
        return damaged(f, p->number, "a cell outside of its page", why);
    if (!longer) {
        *ret = slice_of((const char *)at, local);
        return OK;
    }
    size_t want = n < SQLITE_ROW_MAX ? (size_t)n : SQLITE_ROW_MAX, have = local;
    uint32_t next = number32(at + local);
    if (!f->row && !(f->row = arena_alloc(f->a, SQLITE_ROW_MAX)))
        return ARENA_SPENT(f->a, why);
    memcpy(f->row, at, local);
    while (have < want) {
        size_t part = f->usable - 4;
        status st = read_page(f, next, f->overflow, why);
        if (st != OK)
            return st;
        part = part < want - have ? part : want - have;
        memcpy(f->row + have, f->overflow + 4, part);
        next = number32(f->overflow);
        have += part;
    }
    *ret = slice_of((const char *)f->row, have);
    return OK;
}

static size_t bytes_of_serial(uint64_t serial)
{
    static const unsigned char fixed[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return serial < 12 ? fixed[serial] : (size_t)((serial - 12) / 2);
}

static void read_cell(const unsigned char *p, uint64_t serial, size_t bytes, sqlite_cell *ret)
{
    *ret = (sqlite_cell){.bytes = slice_of((const char *)p, bytes)};
    if (serial >= 12) {
        ret->type = serial & 1 ? SQLITE_WORDS : SQLITE_BYTES;
        return;
    }
    ret->type = serial ? SQLITE_NUMBER : SQLITE_NO;
    if (serial == 8 || serial == 9)
        ret->number = serial == 9;
    else if (serial && serial < 7) {
        uint64_t n = p[0] & 0x80 ? UINT64_MAX : 0;
        for (size_t i = 0; i < bytes; i++)
            n = n << 8 | p[i];
        ret->number = (int64_t)n;
    }
}

/* A header of types, then the values. A value that is not held whole is none. */
static bool read_record(sqlite_file *f, slice payload, sqlite_row *ret)
{
    const unsigned char *start = (const unsigned char *)payload.ptr, *p = start;
    const unsigned char *end = start + payload.len;
    uint64_t head, serial;
    size_t n = 0;
    ret->cut = false;
    if (!varint(&p, end, &head) || head > payload.len)
        return false;
    const unsigned char *values = start + head, *types_end = values;
    while (p < types_end && n < SQLITE_COLUMNS_MAX) {
        if (!varint(&p, types_end, &serial))
            return false;
        size_t bytes = bytes_of_serial(serial);
        if (bytes > (size_t)(end - values)) {
            ret->cut = true;
            if (payload.len < SQLITE_ROW_MAX)
                return false;
            break;
        }
        read_cell(values, serial, bytes, &f->cell[n++]);
        values += bytes;
    }
    ret->cells = n;
    return true;
}

static status read_row(sqlite_file *f, page *p, sqlite_row *ret, err *why)
{
    uint64_t n;
    slice payload = {0};
    const unsigned char *at = next_cell(f, p), *end = p->bytes + f->usable;
    if (!at || !varint(&at, end, &n) || !varint(&at, end, &ret->rowid))
        return damaged(f, p->number, "a cell outside of its page", why);
    status st = read_payload(f, p, at, n, &payload, why);
    if (st != OK)
        return st;
    if (!read_record(f, payload, ret))
        return damaged(f, p->number, "a row that is not whole", why);
    ret->cell = f->cell;
    ret->at = offset_of(f, p->number);
    return OK;
}

static status walk(sqlite_file *f, uint32_t root,
                   status (*on_row)(void *ctx, const sqlite_row *row, err *why), void *ctx,
                   err *why)
{
    unsigned depth = 0;
    f->read = 0;
    status st = enter(f, 0, root, why);
    while (st == OK) {
        page *p = &f->level[depth];
        uint32_t child = 0;
        if (p->leaf) {
            sqlite_row row = {0};
            for (; st == OK && p->next < p->cells;)
                if ((st = read_row(f, p, &row, why)) == OK)
                    st = on_row(ctx, &row, why);
        } else {
            st = next_child(f, p, &child, why);
        }
        if (st == OK && child)
            st = enter(f, ++depth, child, why);
        else if (st == OK && depth-- == 0)
            return OK;
    }
    return st;
}

status sqlite_file_rows(sqlite_file *f, const sqlite_table *t,
                        status (*on_row)(void *ctx, const sqlite_row *row, err *why), void *ctx,
                        err *why)
{
    return walk(f, t->root, on_row, ctx, why);
}

/* --- the schema ----------------------------------------------------------------------------- */

/* The word in front, without the quotes around it; SQL has four kinds. */
static slice cut_word(slice *rest)
{
    *rest = slice_trim(*rest);
    char open = rest->len ? rest->ptr[0] : 0;
    char close = open == '[' ? ']' : open;
    size_t n = 0;
    if (open == '"' || open == '`' || open == '[' || open == '\'') {
        n = slice_find_byte(*rest, close, 1);
        n = n < rest->len ? n : rest->len;
        slice word = slice_sub(*rest, 1, n);
        *rest = slice_from(*rest, n + 1);
        return word;
    }
    while (n < rest->len && !is_space(rest->ptr[n]) && rest->ptr[n] != '(' && rest->ptr[n] != ',')
        n++;
    slice word = slice_sub(*rest, 0, n);
    *rest = slice_from(*rest, n);
    return word;
}

/* Up to the next comma outside of brackets and quotes, or to the bracket that closes all. */
static slice cut_definition(slice *rest, bool *ret_last)
{
    size_t at = 0;
    int depth = 0;
    char quote = 0;
    for (; at < rest->len; at++) {
        char c = rest->ptr[at];
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'' || c == '`' || c == '[')
            quote = c == '[' ? ']' : c;
        else if (c == '(')
            depth++;
        else if (depth && c == ')')
            depth--;
        else if (!depth && (c == ',' || c == ')'))
            break;
    }
    *ret_last = at == rest->len || rest->ptr[at] == ')';
    slice definition = slice_sub(*rest, 0, at);
    *rest = slice_from(*rest, at + 1);
    return definition;
}

/* CREATE TABLE name (column type ..., ..., PRIMARY KEY (...)). What cannot be understood gives no
 * columns, so the table is not read. */
static void read_columns(slice sql, sqlite_table *t)
{
    static const slice constraints[] = {S_INIT("CONSTRAINT"), S_INIT("PRIMARY"), S_INIT("UNIQUE"),
                                        S_INIT("CHECK"), S_INIT("FOREIGN")};
    size_t open = slice_find_byte(sql, '(', 0);
    bool last = open == SIZE_MAX;
    slice rest = slice_from(sql, last ? sql.len : open + 1);
    while (!last && t->columns < SQLITE_COLUMNS_MAX) {
        slice definition = cut_definition(&rest, &last);
        bool quoted = slice_trim(definition).len && !is_alpha(slice_trim(definition).ptr[0]);
        slice word = cut_word(&definition);
        for (size_t i = 0; !quoted && i < COUNT_OF(constraints); i++)
            if (slice_eq_nocase(word, constraints[i]))
                return;
        t->column[t->columns++] = word;
    }
}

typedef struct schema {
    sqlite_file *f;
    sqlite_table *list;
    size_t count, room;
} schema;

static bool copy_texts(arena *a, sqlite_table *t)
{
    bool whole = arena_copy(a, t->name, &t->name);
    for (size_t i = 0; i < t->columns; i++)
        whole = whole && arena_copy(a, t->column[i], &t->column[i]);
    return whole;
}

/* Columns of the schema's own table: type, name, tbl_name, rootpage, sql. */
static status take_object(void *ctx, const sqlite_row *row, err *why)
{
    enum { TYPE, NAME, ROOT = 3, SQL, COLUMNS };
    schema *s = ctx;
    if (row->cells < COLUMNS || !slice_eq(row->cell[TYPE].bytes, S("table")) ||
        row->cell[ROOT].number <= 0 || row->cell[ROOT].number > UINT32_MAX ||
        slice_starts(row->cell[NAME].bytes, S("sqlite_")))
        return OK;
    if (s->count == SQLITE_TABLES_MAX)
        return err_set(why, ERR_LIMIT, row->at, "over %d tables", SQLITE_TABLES_MAX);
    if (s->count == s->room) {
        size_t room = s->room ? 2 * s->room : 8;
        sqlite_table *list = arena_array(s->f->a, room, sizeof *list);
        if (!list)
            return ARENA_SPENT(s->f->a, why);
        if (s->count)
            memcpy(list, s->list, s->count * sizeof *list);
        s->list = list;
        s->room = room;
    }
    sqlite_table *t = &s->list[s->count++];
    *t = (sqlite_table){.name = row->cell[NAME].bytes, .root = (uint32_t)row->cell[ROOT].number};
    read_columns(row->cell[SQL].bytes, t);
    return copy_texts(s->f->a, t) ? OK : ARENA_SPENT(s->f->a, why);
}

status sqlite_file_tables(sqlite_file *f,
                          status (*on_table)(void *ctx, const sqlite_table *t, err *why), void *ctx,
                          err *why)
{
    schema s = {.f = f};
    status st = walk(f, 1, take_object, &s, why);
    for (size_t i = 0; st == OK && i < s.count; i++)
        st = on_table(ctx, &s.list[i], why);
    return st;
}

/* --- opening -------------------------------------------------------------------------------- */

/* As many as are there whole. What the header says of it holds when the program that wrote the file
 * last knew that number, and then a file with fewer is cut off. */
static status count_pages(sqlite_file *f, const unsigned char head[HEADER_BYTES], err *why)
{
    enum { CHANGES_AT = 24, PAGES_AT = 28, PAGES_AS_OF_AT = 92 };
    uint32_t said = number32(head + PAGES_AT);
    uint64_t there = 0, beyond = UINT32_MAX;
    status st = OK;
    while (st == OK && beyond - there > 1) {
        uint64_t n = there + (beyond - there) / 2;
        unsigned char last;
        bool whole = false;
        st = read_all(f->in, n * f->page_bytes - 1, &last, 1, &whole, why);
        *(whole ? &there : &beyond) = n;
    }
    f->pages = (uint32_t)there;
    if (st == OK && number32(head + CHANGES_AT) == number32(head + PAGES_AS_OF_AT) && said > there)
        return err_set(why, ERR_INPUT, there * f->page_bytes,
                       "a database that is cut off: %u pages of %u", f->pages, said);
    return st;
}

status sqlite_file_open(arena *a, reader *in, sqlite_file **ret, err *why)
{
    enum { PAGE_SIZE_AT = 16, RESERVED_AT = 20, ENCODING_AT = 56, UTF_8 = 1 };
    unsigned char head[HEADER_BYTES];
    bool whole;
    if (!in->seek)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a database cannot be read from a stream");
    status st = read_all(in, 0, head, sizeof head, &whole, why);
    if (st != OK)
        return st;
    if (!whole || memcmp(head, SQLITE_MAGIC.ptr, SQLITE_MAGIC.len) != 0)
        return err_set(why, ERR_INPUT, 0, "no SQLite database");
    size_t size = number16(head + PAGE_SIZE_AT);
    size = size == 1 ? PAGE_MAX : size;
    if (size < PAGE_MIN || size & (size - 1) || size - head[RESERVED_AT] < PAGE_MIN - 32)
        return err_set(why, ERR_INPUT, PAGE_SIZE_AT, "damaged database: pages of %zu bytes", size);
    if (number32(head + ENCODING_AT) > UTF_8) /* 0: no table was made yet */
        return err_set(why, ERR_INPUT, ENCODING_AT, "a database in UTF-16, which is not read");
    sqlite_file *f = arena_new(a, sqlite_file);
    if (!f || !(f->overflow = arena_alloc(a, size)))
        return ARENA_SPENT(a, why);
    f->a = a;
    f->in = in;
    f->page_bytes = size;
    f->usable = size - head[RESERVED_AT];
    if ((st = count_pages(f, head, why)) == OK)
        *ret = f;
    return st;
}
