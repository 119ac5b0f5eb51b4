// peer_simdjson.cpp - simdjson: the whole document as a DOM, On-Demand over it, and its DOM parser
// on one element at a time behind our splitter (what "simdjson behind a thin C face" would be).
#include "json/peers.h"

#include <simdjson.h>

extern "C" {
#include "json/parts.h"
}

extern "C" bool peer_simdjson_dom(const char *bytes, size_t len, found *ret)
{
    // kept from round to round, as its manual advises: its memory is warm
    static simdjson::dom::parser parser;
    simdjson::dom::element document;
    simdjson::dom::array objects;
    if (parser.parse(bytes, len, false).get(document) || document["objects"].get(objects))
        return false;
    for (simdjson::dom::element o : objects) {
        std::string_view id;
        ret->objects++;
        if (!o["id"].get(id))
            ret->id_bytes += id.size();
    }
    return true;
}

extern "C" bool peer_simdjson_ondemand(const char *bytes, size_t len, found *ret)
{
    static simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    simdjson::padded_string_view view(bytes, len, len + simdjson::SIMDJSON_PADDING);
    if (parser.iterate(view).get(document))
        return false;
    simdjson::ondemand::array objects;
    if (document["objects"].get_array().get(objects))
        return false;
    for (auto o : objects) {
        simdjson::ondemand::object members;
        ret->objects++;
        if (o.get_object().get(members))
            return false;
        for (auto field : members) {
            simdjson::ondemand::raw_json_string key;
            std::string_view id;
            if (field.key().get(key))
                return false;
            if (key == "id" && !field.value().get_string().get(id))
                ret->id_bytes += id.size();
        }
    }
    return true;
}

namespace
{
struct state {
    simdjson::dom::parser parser;
    found *ret;
};

bool on_part(void *ctx, const char *bytes, size_t len)
{
    state *s = static_cast<state *>(ctx);
    simdjson::dom::element o;
    std::string_view id;
    // the window gives no promise of padding, so simdjson copies the part
    if (s->parser.parse(bytes, len, true).get(o))
        return false;
    s->ret->objects++;
    if (!o["id"].get(id))
        s->ret->id_bytes += id.size();
    return true;
}
} // namespace

extern "C" bool peer_simdjson_parts(const char *bytes, size_t len, found *ret)
{
    state s;
    s.ret = ret;
    return parts_each(bytes, len, on_part, &s);
}
