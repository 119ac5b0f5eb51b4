/* secret.h - passwords, keys, tokens: bytes that nothing prints.
 *
 *     secret *s;
 *     if ((st = secret_read("/etc/noroshi/backup.key", &s, why)) != OK) ...
 *     use(secret_reveal(s));
 *     s = secret_free(s);
 *
 * Uses: base. Used by: what signs, seals or logs in. An option of type OPTION_SECRET holds the path
 * of such a file, so that no flag, variable, configuration file or `config show` ever carries one.
 * Rules: no function writes a secret to a buf, a sink, JSON or an err, and none may be added;
 * secret_reveal is searched for in reviews. The pages are locked and left out of core dumps and of
 * forked children where the kernel can, and wiped before they are given back.
 * Sources: threat-model rows "secret or customer text in logs" and "secrets at rest"; madvise(2)
 * MADV_DONTDUMP, MADV_WIPEONFORK; prctl(2) PR_SET_DUMPABLE.
 * A secret belongs to one thread at a time. */
#ifndef NOROSHI_SECRET_H
#define NOROSHI_SECRET_H

#include "base/base.h"

enum { SECRET_BYTES_MAX = 64 << 10 };

typedef struct secret secret;

/* The bytes of a file, without a newline at the end.
 *   ERR_NOT_FOUND  no such file;  ERR_IO  cannot be read
 *   ERR_FORBIDDEN  others than its owner may read or write it, or it is no plain file
 *   ERR_INPUT      empty;         ERR_LIMIT  over SECRET_BYTES_MAX, or memory is out */
status secret_read(const char *path, secret **ret, err *why) NODISCARD;
/* A copy of bytes that came another way; the caller wipes its own. The same errors. */
status secret_keep(slice bytes, secret **ret, err *why) NODISCARD;
secret *secret_free(secret *s); /* wipes; NULL is fine; returns NULL */

/* From now on this process leaves no core, whatever kills it, and other processes of its user
 * neither read its memory nor trace it (root does): for whoever holds secrets for long. Its
 * requests and keys of TLS stand in memory of libraries, too. What it executes begins anew. */
void secret_leave_no_core(void);

/* The bytes, valid until secret_free. */
slice secret_reveal(const secret *s);
/* Compared in time that depends on the lengths only. */
bool secret_eq(const secret *s, slice other);

#endif
