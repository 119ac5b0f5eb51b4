/* contact.c - see contact.h. */
#include "answer/contact.h"

enum { PAGE = 200, MEMORY = 64 << 20 };

status contact_judge(const contact_reader *r, arena *a, const alert_info *i, const answer **ret,
                     err *why)
{
    const ask_options o = {.seen_at = i->last, .want = i->indicator.kind, .all = r->all};
    status st = ask_value(r->k, a, i->indicator.text, &o, ret, why);
    if (st == OK && !answer_is_bad(*ret))
        *ret = NULL;
    return st;
}

status contact_get(const contact_reader *r, arena *a, slice id, alert_info *ret,
                   const answer **ret_answer, err *why)
{
    status st = alert_get(r->l, a, id, ret, why);
    if (st == OK)
        st = contact_judge(r, a, ret, ret_answer, why);
    return st == OK && !*ret_answer ? ERR_NOT_FOUND : st;
}

typedef struct walk {
    const contact_reader *r;
    arena page, answer;
    size_t found, most;
    contact_found *on_contact;
    void *ctx;
    bool more;
} walk;

static status each_of_page(walk *w, const alert_list *page, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < page->count && !w->more; i++) {
        const answer *bad;
        arena_reset(&w->answer);
        st = contact_judge(w->r, &w->answer, &page->at[i], &bad, why);
        if (st != OK || !bad)
            continue;
        w->more = w->found == w->most;
        w->found += !w->more;
        if (!w->more)
            st = w->on_contact(w->ctx, &page->at[i], bad, why);
    }
    return st;
}

status contacts_each(const contact_reader *r, const alert_filter *f, int64_t before, size_t most,
                     contact_found *on_contact, void *ctx, bool *ret_more, err *why)
{
    walk w = {.r = r, .most = most, .on_contact = on_contact, .ctx = ctx};
    alert_list page = {.more = true};
    size_t looked = 0;
    status st = OK;
    arena_init(&w.page, MEMORY);
    arena_init(&w.answer, ASK_MEMORY_MAX);
    while (st == OK && page.more && !w.more && looked < CONTACTS_LOOKED_AT_MAX) {
        arena_reset(&w.page);
        st = alerts_page(r->l, &w.page, f, before, PAGE, &page, why);
        if (st == OK && page.count) {
            before = page.at[page.count - 1].row;
            looked += page.count;
            st = each_of_page(&w, &page, why);
        }
    }
    *ret_more = w.more || page.more;
    arena_done(&w.page);
    arena_done(&w.answer);
    return st;
}
