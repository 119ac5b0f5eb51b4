/* peer_cjson.c - cJSON: a tree of the whole document. */
#include "json/peers.h"

#include <cjson/cJSON.h>
#include <string.h>

bool peer_cjson(const char *bytes, size_t len, found *ret)
{
    cJSON *root = cJSON_ParseWithLength(bytes, len);
    const cJSON *o;
    cJSON_ArrayForEach(o, cJSON_GetObjectItemCaseSensitive(root, "objects"))
    {
        const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, "id"));
        ret->objects++;
        ret->id_bytes += id ? strlen(id) : 0;
    }
    cJSON_Delete(root);
    return root != NULL;
}
