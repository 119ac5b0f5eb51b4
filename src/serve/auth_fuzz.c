/* Properties: a token is spelled in one way, so what differs from one in any byte is none; scopes
 * that are read are written as what reads as the same set. */
#include "serve/auth.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_token(slice text, size_t at)
{
    slice id;
    char other[AUTH_TOKEN_TEXT];
    if (!auth_token_read(text, &id))
        return;
    assert(text.len == AUTH_TOKEN_TEXT && id.len == TOKEN_ID_TEXT && id.ptr == text.ptr + 4);
    memcpy(other, text.ptr, sizeof other);
    other[at % sizeof other] ^= 1;
    assert(!auth_token_read(slice_of(other, sizeof other), &id));
}

static void check_scopes(slice text)
{
    rights one, two = 0;
    char written[RIGHTS_TEXT_MAX];
    if (rights_parse(text, &one, NULL) != OK)
        return;
    status st = rights_parse(slice_str(rights_text(one, written)), &two, NULL);
    assert(st == OK && one == two && one);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    slice all = slice_of((const char *)data, size);
    check_token(all, size ? data[size - 1] : 0);
    check_token(slice_sub(all, 0, AUTH_TOKEN_TEXT), size ? data[size - 1] : 0);
    check_scopes(all);
    return 0;
}
