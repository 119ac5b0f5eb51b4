/* unknown.c - what we do not know, ordered by what would change the answer, and whom to ask. */
#include "answer/ask/job.h"

static void add(job *j, answer_unknown **list, message what, const char *would_change)
{
    answer_unknown *p = job_more(j, *list, j->w->unknown_count, sizeof *p);
    if (!p)
        return;
    *list = p;
    p[j->w->unknown_count++] =
        (answer_unknown){phrase_one(j, what), would_change, j->w->ask_a_person};
}

static int64_t known_port(const job *j)
{
    for (size_t i = 0; i < j->w->fact_count; i++)
        if (j->w->facts[i].port)
            return j->w->facts[i].port;
    return 0;
}

static void of_network(job *j, answer_unknown **list)
{
    const verdict *v = &j->w->verdict;
    bool bad = v->word != VERDICT_UNKNOWN && v->word != VERDICT_BENIGN;
    kind k = j->w->question.node.kind;
    int64_t port = known_port(j);
    if (bad && v->state != STATE_CURRENT)
        add(j, list, port ? msg_ask_unk_port(port) : msg_ask_unk_today(), "verdict");
    if (v->word == VERDICT_UNKNOWN)
        add(j, list, msg_ask_unk_everything(), "verdict");
    if (v->independent == 1 && bad)
        add(j, list, msg_ask_unk_second_source(), "verdict");
    add(j, list,
        k == KIND_DOMAIN || k == KIND_URL ? msg_ask_unk_registration() : msg_ask_unk_owner(),
        "attribution");
    if (bad)
        add(j, list, msg_ask_unk_exercise(), "priority");
}

static void of_file(job *j, answer_unknown **list)
{
    if (j->w->verdict.word == VERDICT_UNKNOWN)
        add(j, list, msg_ask_unk_everything(), "verdict");
    add(j, list, msg_ask_unk_file(), "verdict");
    add(j, list, msg_ask_unk_ran(), "priority");
}

status step_unknown(job *j, err *why)
{
    answer_unknown *list = NULL;
    slice value = shell_word(j, j->w->question.value);
    value_class cls = class_of(j->w->question.node.kind);
    j->w->ask_a_person =
        cls == CLASS_FILE
            ? job_text(j, "noroshi request new --type file-analysis --attach PATH %.*s",
                       SLICE_FMT(value))
            : job_text(j, "noroshi request new --type indicator-context %.*s", SLICE_FMT(value));
    if (cls == CLASS_NETWORK)
        of_network(j, &list);
    else if (cls == CLASS_FILE)
        of_file(j, &list);
    else
        add(j, &list, cls == CLASS_MAIL ? msg_ask_unk_mails() : msg_ask_unk_everything(),
            "verdict");
    j->w->unknown = list;
    return job_status(j, why);
}
