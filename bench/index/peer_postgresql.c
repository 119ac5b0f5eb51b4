/* peer_postgresql.c - a server that bench/index/run started: COPY into a table with its index, then
 * one prepared query a key, 128 of them in a pipeline. */
#include "peers.h"

#include <libpq-fe.h>

enum { COPY_ROOM = 1 << 16, ROW = 2 + 4 + KEY + 4 + 4 };

static void done(PGconn *c, PGresult *r, ExecStatusType wanted)
{
    need(PQresultStatus(r) == wanted, PQerrorMessage(c));
    PQclear(r);
}

static void prepare(PGconn *c)
{
    done(c, PQexec(c, "CREATE TABLE IF NOT EXISTS t (k bytea PRIMARY KEY, v int4)"),
         PGRES_COMMAND_OK);
    done(c, PQprepare(c, "find", "SELECT v FROM t WHERE k = $1", 1, NULL), PGRES_COMMAND_OK);
}

static void *open_pg(const run *r)
{
    need(r->address != NULL, "no PostgreSQL server");
    PGconn *c = PQconnectdb(r->address);
    need(PQstatus(c) == CONNECTION_OK, PQerrorMessage(c));
    done(c, PQexec(c, "SET client_min_messages = error"), PGRES_COMMAND_OK);
    prepare(c);
    return c;
}

static size_t put_number(char *at, uint32_t n, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (char)(n >> (8 * (bytes - 1 - i)));
    return bytes;
}

static void insert_pg(void *e, const run *r)
{
    static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"; /* 19 bytes count */
    PGconn *c = e;
    char room[COPY_ROOM];
    size_t n = 19;
    done(c, PQexec(c, "COPY t FROM STDIN (FORMAT binary)"), PGRES_COPY_IN);
    memcpy(room, head, n);
    for (uint64_t i = 0; i < r->keys; i++) {
        if (n + ROW > sizeof room) {
            need(PQputCopyData(c, room, (int)n) == 1, PQerrorMessage(c));
            n = 0;
        }
        n += put_number(room + n, 2, 2);
        n += put_number(room + n, KEY, 4);
        index_next_key(r, i, room + n);
        n += KEY;
        n += put_number(room + n, 4, 4);
        n += put_number(room + n, 1, 4);
    }
    need(PQputCopyData(c, room, (int)n) == 1 && PQputCopyEnd(c, NULL) == 1, PQerrorMessage(c));
    done(c, PQgetResult(c), PGRES_COMMAND_OK);
    done(c, PQexec(c, "VACUUM ANALYZE t"), PGRES_COMMAND_OK);
    done(c, PQexec(c, "CHECKPOINT"), PGRES_COMMAND_OK);
}

static void send(PGconn *c, const char *key)
{
    const int len = KEY, binary = 1;
    need(PQsendQueryPrepared(c, "find", 1, &key, &len, &binary, 1) == 1, PQerrorMessage(c));
}

static size_t rows(PGconn *c)
{
    PGresult *r = PQgetResult(c);
    need(PQresultStatus(r) == PGRES_TUPLES_OK, PQerrorMessage(c));
    size_t n = (size_t)PQntuples(r);
    PQclear(r);
    return n;
}

static size_t find_pg(void *e, const char *keys, size_t count)
{
    PGconn *c = e;
    size_t hits = 0;
    if (count > 1)
        need(PQenterPipelineMode(c) == 1, PQerrorMessage(c));
    for (size_t i = 0; i < count; i++)
        send(c, keys + i * KEY);
    if (count > 1)
        need(PQpipelineSync(c) == 1, PQerrorMessage(c));
    for (size_t i = 0; i < count; i++) {
        hits += rows(c);
        need(PQgetResult(c) == NULL, "more than one result");
    }
    if (count > 1) {
        PGresult *end = PQgetResult(c);
        need(PQresultStatus(end) == PGRES_PIPELINE_SYNC, PQerrorMessage(c));
        PQclear(end);
        need(PQexitPipelineMode(c) == 1, PQerrorMessage(c));
    }
    return hits;
}

static void close_pg(void *e)
{
    PQfinish(e);
}

const engine engine_postgresql = {"postgresql", BATCH, open_pg, insert_pg, find_pg, close_pg};
