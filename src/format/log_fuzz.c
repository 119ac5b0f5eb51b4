/* Property: what holds of every event (log_texts_check: each field lies in its record, accessors
 * are fields, addresses are addresses); a stream read in pieces gives the same events as in one. */
#include "format/log_text.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    log_texts one, pieces;
    if (size < 2)
        return 0;
    /* the first byte: the size of the pieces, and whether a format is given */
    size_t named = data[0] >> 3;
    slice stream = slice_of((const char *)data + 1, size - 1);
    log_texts_open(&one, named < log_format_count() ? log_format_name(log_format_at(named)) : NULL);
    log_texts_open(&pieces, one.named);
    one.fields = pieces.fields = true;
    one.only = pieces.only = (data[0] & 4) != 0;
    pieces.step = (size_t)(data[0] & 3) + 1;
    log_texts_read(&one, stream);
    log_texts_read(&pieces, stream);
    LOG_MUST(slice_eq(buf_slice(&one.out), buf_slice(&pieces.out)));
    LOG_MUST(one.headers + one.events == one.records || one.st != OK);
    log_texts_close(&one);
    log_texts_close(&pieces);
    return 0;
}
