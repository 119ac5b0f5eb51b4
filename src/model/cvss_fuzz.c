/* A vector that is read and written is canonical: it reads back as the same, writes the same, and
 * has the same scores, whatever order it came in; scores are between 0 and 10. */
#include "model/cvss.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    char one[CVSS_TEXT_MAX], two[CVSS_TEXT_MAX];
    cvss v, again;
    err why = {0};
    if (cvss_parse(slice_of((const char *)data, size), &v, &why) != OK) {
        if (!why.msg[0] || why.at > size)
            abort();
        return 0;
    }
    size_t n = cvss_print(&v, one);
    if (cvss_parse(slice_of(one, n), &again, NULL) != OK || memcmp(&v, &again, sizeof v) != 0)
        abort();
    if (!slice_eq(slice_of(one, n), slice_of(two, cvss_print(&again, two))))
        abort();
    cvss_scores s = cvss_score(&v), t = cvss_score(&again);
    if (memcmp(&s, &t, sizeof s) != 0 || s.base < 0 || s.base > 100 || s.overall < 0 ||
        s.overall > 100 || s.temporal > s.base)
        abort();
    return 0;
}
