/* peer_simdjson.cpp - the fields of log lines by simdjson On-Demand: see peers.h. */
#include "peers.h"

#include <simdjson.h>

using namespace simdjson;

namespace
{

typedef void handler(void *ctx, const char *value, size_t len);

struct hand {
    handler *on_value;
    void *ctx;
    void operator()(ondemand::value v) const
    {
        std::string_view s;
        if (!v.get_string().get(s))
            on_value(ctx, s.data(), s.size());
    }
};

void event_data(ondemand::object o, const hand &h)
{
    for (auto f : o) {
        auto key = f.key().value_unsafe();
        if (key == "DestinationIp" || key == "Hashes" || key == "Image" || key == "ParentImage")
            h(f.value());
    }
}

void nested(ondemand::object o, bool http, const hand &h)
{
    for (auto f : o) {
        auto key = f.key().value_unsafe();
        if (http) {
            if (key == "hostname" || key == "url" || key == "http_refer" ||
                key == "http_user_agent")
                h(f.value());
        } else if (key == "EventData") {
            ondemand::object data;
            if (!f.value().get_object().get(data))
                event_data(data, h);
        }
    }
}

void document(ondemand::object o, const hand &h)
{
    for (auto f : o) {
        auto key = f.key().value_unsafe();
        if (key == "id.orig_h" || key == "id.resp_h" || key == "query" || key == "src_ip" ||
            key == "dest_ip") {
            h(f.value());
        } else if (key == "answers") {
            ondemand::array a;
            if (!f.value().get_array().get(a))
                for (auto x : a)
                    h(x.value());
        } else if (key == "http" || key == "Event") {
            bool http = key == "http";
            ondemand::object in;
            if (!f.value().get_object().get(in))
                nested(in, http, h);
        }
    }
}

} // namespace

size_t simdjson_fields(const char *text, size_t len, handler *on_value, void *ctx)
{
    ondemand::parser parser;
    ondemand::document_stream stream;
    hand h = {on_value, ctx};
    size_t count = 0;
    if (parser.iterate_many(reinterpret_cast<const uint8_t *>(text), len, 1 << 20).get(stream))
        return 0;
    for (auto one : stream) {
        ondemand::object o;
        if (one.get_object().get(o))
            continue;
        document(o, h);
        count++;
    }
    return count;
}
