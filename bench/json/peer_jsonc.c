/* peer_jsonc.c - json-c: a tree of the whole document. */
#include "json/peers.h"

#include <json-c/json.h>

bool peer_jsonc(const char *bytes, size_t len, found *ret)
{
    json_tokener *t = json_tokener_new();
    json_object *root = json_tokener_parse_ex(t, bytes, (int)len), *objects = NULL, *id;
    if (json_object_object_get_ex(root, "objects", &objects))
        for (size_t i = 0; i < json_object_array_length(objects); i++) {
            ret->objects++;
            if (json_object_object_get_ex(json_object_array_get_idx(objects, i), "id", &id))
                ret->id_bytes += (uint64_t)json_object_get_string_len(id);
        }
    json_object_put(root);
    json_tokener_free(t);
    return objects != NULL;
}
