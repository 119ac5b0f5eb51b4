/* sandbox_test.c - documents and archives through a worker, when all is well. */
#include "kit.h"

#include <sys/time.h>

static const format formats[] = {KIT_LINES};
KIT_FORMATS(formats)

TEST(a_document_is_read)
{
    kit_facts k;
    sandbox_report r;
    err why = {0};
    sandbox *s = kit_sandbox(NULL);
    CHECK_EQ(kit_read(s, "", S("#lines\na.example\nb.example\n\nc.example"), &k, &r, &why), OK);
    if (why.code)
        fprintf(stderr, "%s\n", why.msg);
    CHECK_EQ(k.records, 3);
    CHECK_EQ(k.claims, 3);
    CHECK(strcmp(k.last, "c.example") == 0);
    CHECK(strcmp(r.format, "lines") == 0);
    const char *line = "";
    CHECK_OK(sandbox_check(s, WORKER_DOC, &line, &why));
    fprintf(stderr, "jail: %s cpu %u mem %u\n", line, r.cpu_ms, r.memory_kib);
    struct timeval a, b;
    gettimeofday(&a, 0);
    int fd = kit_bytes(S("#lines\nx.example\n"));
    for (int i = 0; i < 1000; i++) {
        fact_sink sink = kit_sink(&k);
        CHECK_OK(
            sandbox_read_document(s, fd, &(sandbox_document){.path = S("t")}, &sink, &r, &why));
    }
    gettimeofday(&b, 0);
    fprintf(stderr, "%.3f ms a job\n",
            (double)((b.tv_sec - a.tv_sec) * 1000000 + (b.tv_usec - a.tv_usec)) / 1e6);
    sandbox_free(s);
}
