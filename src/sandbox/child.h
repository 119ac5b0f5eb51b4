/* child.h - what a locked-up child does: one document or one archive, from descriptor 3 to
 * descriptor 4.
 * Uses: job, reader, wire. Used by: worker.c, unpack.c, zip_directory.c. */
#ifndef NOROSHI_SANDBOX_CHILD_H
#define NOROSHI_SANDBOX_CHILD_H

#include "base/reader.h"
#include "sandbox/job.h"
#include "sandbox/worker.h"

/* Runs the job and says the last word. The child is inside its jail. */
void child_run(const worker_options *options, const job_request *job);

/* The input descriptor as bytes at offsets; never more of them than the parent counted. */
typedef struct child_input {
    int fd;
    uint64_t size, pos;
} child_input;
status child_pread(const child_input *in, void *into, size_t room, uint64_t at, size_t *ret_len,
                   err *why) NODISCARD;
reader child_reader(child_input *in);

/* One level of an archive to the sink (unpack.c). */
status child_unpack(child_input *in, const job_request *job, const unpack_sink *sink,
                    err *why) NODISCARD;
/* What was said in a recording of traffic, as one member: a log (recording.c). One that is damaged
 * or cut off is a log up to there, and then a refusal that says so. */
status child_capture(child_input *in, const job_request *job, const unpack_sink *sink,
                     err *why) NODISCARD;
/* Text in UTF-16 as one member in UTF-8 (decode.c). */
status child_decode(child_input *in, const job_request *job, const unpack_sink *sink,
                    err *why) NODISCARD;
/* What a zip's directory names stands apart (zip_directory.c), before anything of it is read.
 *   ERR_LIMIT  members overlap; no memory. A zip that is damaged is OK here */
status child_zip_check(child_input *in, uint64_t members_max, err *why) NODISCARD;

#endif
