"""schema - as much of JSON Schema 2020-12 as our own OpenAPI document uses; an unknown word is an error, so
that nothing passes by not being looked at."""
import json
import re

WORDS = {"type", "properties", "required", "additionalProperties", "items", "enum", "oneOf", "allOf", "$ref", "description",
         "format", "maxLength", "maxItems", "minimum", "maximum", "contentMediaType"}
TYPES = {"string": str, "object": dict, "array": list, "null": type(None)}


def has_type(name, value):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if name == "boolean":
        return isinstance(value, bool)
    return isinstance(value, TYPES[name])


def resolve(document, schema):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def wrong(document, schema, value, at="$"):
    """What does not fit, or None."""
    schema = resolve(document, schema)
    unknown = set(schema) - WORDS
    if unknown:
        return "%s: the schema says %s" % (at, unknown)
    if "oneOf" in schema:
        fits = [s for s in schema["oneOf"] if not wrong(document, s, value, at)]
        return None if len(fits) == 1 else "%s: fits %d of oneOf: %s" % (at, len(fits), short(value))
    for part in schema.get("allOf", []):
        bad = wrong(document, part, value, at)
        if bad:
            return bad
    types = schema.get("type", [])
    if types and not any(has_type(t, value) for t in ([types] if isinstance(types, str) else types)):
        return "%s: not %s: %s" % (at, types, short(value))
    if "enum" in schema and value not in schema["enum"]:
        return "%s: %s is none of %s" % (at, short(value), schema["enum"])
    if schema.get("format") == "date-time" and value is not None \
            and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value):
        return "%s: no time: %s" % (at, short(value))
    if isinstance(value, dict):
        return wrong_object(document, schema, value, at)
    if isinstance(value, list) and "items" in schema:
        for i, item in enumerate(value):
            bad = wrong(document, schema["items"], item, "%s[%d]" % (at, i))
            if bad:
                return bad
    return None


def wrong_object(document, schema, value, at):
    missing = [name for name in schema.get("required", []) if name not in value]
    if missing:
        return "%s: without %s" % (at, missing)
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name, member in value.items():
        if name in properties:
            bad = wrong(document, properties[name], member, at + "." + name)
        elif others is False:
            bad = "%s: has %s" % (at, name)
        else:
            bad = wrong(document, others, member, at + "." + name) if isinstance(others, dict) else None
        if bad:
            return bad
    return None


def short(value):
    return json.dumps(value)[:120]
