/* health.c - what the service stands on, one by one: for whoever operates it. */
#include "serve/api/handlers.h"

#include "know/health.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

typedef enum state { STATE_OK, STATE_WARN, STATE_FAIL } state;

enum { SAID_MAX = 256 };

typedef struct check {
    const char *name;
    /* What it is like goes into `said`; not OK: it is not there. */
    status (*look)(call *c, state *ret, char said[SAID_MAX], err *why);
} check;

static status look_store(call *c, state *ret, char said[SAID_MAX], err *why)
{
    int schema = 0;
    (void)ret;
    status st = store_schema(c->a->o.store, &schema, why);
    snprintf(said, SAID_MAX, "%s, schema %d", store_engine(c->a->o.store), schema);
    return st;
}

static status look_index(call *c, state *ret, char said[SAID_MAX], err *why)
{
    lens *l;
    index_t *ix;
    uint64_t values = 0, bytes = 0;
    (void)ret;
    status st = call_lens(c, &l, why);
    if (st == OK)
        st = call_index(c, &ix, why);
    if (st != OK)
        return st;
    index_size(ix, &values, &bytes);
    snprintf(said, SAID_MAX, "%llu values", (unsigned long long)values);
    return OK;
}

static status look_audit(call *c, state *ret, char said[SAID_MAX], err *why)
{
    audit_head h;
    (void)ret;
    status st = audit_head_now(c->a->o.store, &h, why);
    if (st == OK)
        snprintf(said, SAID_MAX, "%llu entries", (unsigned long long)h.seq);
    return st;
}

/* Without one nothing that comes in is read. */
static status look_jail(call *c, state *ret, char said[SAID_MAX], err *why)
{
    sandbox *s = NULL;
    const char *jail = NULL;
    status st = call_jail(c, &s, why);
    if (st == OK)
        st = sandbox_check(s, WORKER_DOC, &jail, why);
    if (st == OK) {
        snprintf(said, SAID_MAX, "%s", jail);
        *ret = strstr(jail, "landlock") ? STATE_OK : STATE_WARN;
    }
    sandbox_free(s);
    return st;
}

static status look_disk(call *c, state *ret, char said[SAID_MAX], err *why)
{
    struct statvfs info;
    if (statvfs(c->a->o.work_dir, &info) != 0)
        return err_os(why, errno, "the data directory's disk");
    uint64_t room = (uint64_t)info.f_bavail * info.f_frsize;
    snprintf(said, SAID_MAX, "%llu bytes free", (unsigned long long)room);
    *ret = room < HEALTH_ROOM_LEAST    ? STATE_FAIL
           : room < HEALTH_ROOM_ENOUGH ? STATE_WARN
                                       : STATE_OK;
    return OK;
}

static status look_configuration(call *c, state *ret, char said[SAID_MAX], err *why)
{
    bool bad = __atomic_load_n(&c->a->reload_failed, __ATOMIC_ACQUIRE);
    (void)why;
    snprintf(said, SAID_MAX, bad ? "what was read last is wrong: it stays as it was" : "right");
    *ret = bad ? STATE_WARN : STATE_OK;
    return OK;
}

static const check checks[] = {{"store", look_store}, {"index", look_index},
                               {"audit", look_audit}, {"jail", look_jail},
                               {"disk", look_disk},   {"configuration", look_configuration}};

status api_health(call *c, err *why)
{
    static const char *const words[] = {"ok", "warn", "fail"};
    state worst = STATE_OK;
    (void)why;
    json_writer w = json_writer_on(c->out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.health/1"));
    json_key(&w, "checks");
    json_open(&w, '[');
    for (size_t i = 0; i < COUNT_OF(checks); i++) {
        char said[SAID_MAX] = "";
        err bad = {0};
        state now = STATE_OK;
        if (checks[i].look(c, &now, said, &bad) != OK) {
            now = STATE_FAIL;
            snprintf(said, sizeof said, "%s", bad.msg);
        }
        worst = now > worst ? now : worst;
        json_open(&w, '{');
        json_field_text(&w, "check", slice_str(checks[i].name));
        json_field_text(&w, "state", slice_str(words[now]));
        json_field_text(&w, "said", slice_str(said));
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_field_text(&w, "state", slice_str(words[worst]));
    json_close(&w, '}');
    return OK;
}
