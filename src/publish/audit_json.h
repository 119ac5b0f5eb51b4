/* audit_json.h - the head of the audit log, and what its proof found, as JSON objects.
 * Uses: know. Used by: cmd (audit verify), serve. Shapes: docs/accounts.md. */
#ifndef NOROSHI_PUBLISH_AUDIT_JSON_H
#define NOROSHI_PUBLISH_AUDIT_JSON_H

#include "know/audit.h"

/* noroshi.audit-head/1; appended without a newline, as the next. */
void audit_head_json(buf *out, const audit_head *h);
/* noroshi.audit-report/1 */
void audit_report_json(buf *out, const audit_report *r);

#endif
