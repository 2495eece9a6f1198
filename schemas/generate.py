#!/usr/bin/python3
"""Reads schemas/ and writes C tables and typed ports, never logic.

    generate.py --out DIR    C files in DIR; only what has changed is written
    generate.py --page       schemas/MESSAGES.md, for people
    generate.py --check      fails when MESSAGES.md is not what --page would write

The schemas are a small closed subset of JSON Schema 2020-12. What is not in the subset, and what
would break a promise of the house (a secret in a message, a field without a bound or a sentence,
a word that is not the trade's), is refused with the file and the field.
"""
import argparse
import json
import os
import re
import sys
from datetime import date

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import generate_c  # noqa: E402
import generate_page  # noqa: E402

MESSAGE_KEYS = {"$schema", "$id", "title", "description", "type", "properties", "required",
                "x-version"}
LEDGER_KEYS = {"x-from", "x-to", "x-subject", "x-durable"}
FORM_KEYS = {"additionalProperties"}
FIELD_KEYS = {"description", "x-privacy"}
OBJECT_KEYS = {"type", "x-name", "properties", "required", "additionalProperties"}
ARRAY_KEYS = {"type", "items", "minItems", "maxItems"}
SCALAR_KEYS = {
    "string": {"type", "minLength", "maxLength", "pattern", "x-lines", "x-graphemes"},
    "uuid": {"type", "format"},
    "date": {"type", "format", "x-earliest", "x-latest"},
    "enum": {"type", "enum"},
    "integer": {"type", "minimum", "maximum"},
    "boolean": {"type"},
}
COMMON_KEYS = {"$schema", "$id", "title", "description", "x-daemons", "x-sequence",
               "x-words", "x-never",
               "$defs"}
PATTERNS = {"^[a-z][a-z-]{1,30}$": "PATTERN_WORD"}  # the walker knows these and no others
PRIVACY = ["open", "personal", "secret"]
FIELDS_MOST = 63  # common/message.h, MESSAGE_FIELDS_MOST
KEYWORDS = set("auto break case char const continue default do double else enum extern float for "
               "goto if inline int long register restrict return short signed sizeof static struct "
               "switch typedef union unsigned void volatile while bool true false".split())


class Refused(Exception):
    """What is wrong with the schemas, for the person who edits them."""


class Field:
    """One field as the tables need it; `of` is the type of an object's fields."""

    def __init__(self, name, sentence, required, privacy):
        self.name, self.sentence, self.required, self.privacy = name, sentence, required, privacy
        self.kind = self.enum = self.of = None
        self.least = self.most = self.graphemes = 0
        self.pattern = "PATTERN_LINE"
        self.array, self.items_least, self.items_most = False, 0, 0


class Type:
    """A message, a form or an object in a form."""

    def __init__(self, name, title, prose, fields):
        self.name, self.title, self.prose, self.fields = name, title, prose, fields
        self.version, self.closed, self.durable = 1, False, True
        self.said_by, self.heard_by, self.subject = [], [], None
        self.schema = None


class Schemas:
    """All of schemas/, checked: `enums`, `messages` and `forms` in the order of their names."""

    def __init__(self, root):
        self.common = load(os.path.join(root, "common.json"))
        only(self.common, COMMON_KEYS, "common.json")
        self.defs = self.common["$defs"]
        self.daemons = list(self.common["x-daemons"])
        self.enums = {}
        for name, definition in self.defs.items():
            check_name(name, "common.json")
            self.check_words(name, f"common.json: {name}")
            self.check_sentence(definition, f"common.json: {name}")
            if "enum" in definition:
                for value in definition["enum"]:
                    check_name(value, f"common.json: {name}", keyword_ok=True)
                    self.check_words(value, f"common.json: {name}")
                if len(set(definition["enum"])) != len(definition["enum"]):
                    raise Refused(f"common.json: {name}: a value stands twice")
                self.enums[name] = definition
        names = {}
        self.messages = [self.message(*each) for each in self.read(root, "messages", names)]
        self.forms = [self.form(*each) for each in self.read(root, "forms", names)]
        self.sequence = self.common.get("x-sequence", [])
        durable = sorted(each.name for each in self.messages if each.durable)
        if self.sequence and sorted(self.sequence) != durable:
            raise Refused("common.json: x-sequence must hold each durable message once")

    def read(self, root, folder, names):
        """The files of a folder as (where, schema); a name may stand once in all of schemas/."""
        found = []
        for entry in sorted(os.listdir(os.path.join(root, folder))):
            if not entry.endswith(".json"):
                raise Refused(f"{folder}/{entry}: only .json files belong here")
            where = f"{folder}/{entry}"
            schema = load(os.path.join(root, folder, entry))
            name = schema.get("$id")
            if name in names:
                raise Refused(f"{where}: two messages with one name: {name} is {names[name]} too")
            names[name] = where
            if name != entry[:-5]:
                raise Refused(f"{where}: $id must be the file's name, {entry[:-5]}")
            check_name(name, where)
            found.append((where, schema))
        return found

    def head(self, where, schema):
        for key in ("title", "description", "type", "properties", "required", "x-version"):
            if key not in schema:
                raise Refused(f"{where}: {key} is missing")
        self.check_words(schema["$id"], where)
        self.check_words(schema["title"], where)
        self.check_sentence(schema, where)
        made = Type(schema["$id"], schema["title"], schema["description"],
                    self.fields(where, schema))
        made.version = schema["x-version"]
        if not isinstance(made.version, int) or made.version < 1:
            raise Refused(f"{where}: x-version counts from 1")
        return made

    def message(self, where, schema):
        only(schema, MESSAGE_KEYS | LEDGER_KEYS, where)
        made = self.head(where, schema)
        made.said_by, made.heard_by = schema.get("x-from", []), schema.get("x-to", [])
        made.durable = schema.get("x-durable", True)
        for daemon in made.said_by + made.heard_by:
            if daemon not in self.daemons:
                raise Refused(f"{where}: unknown daemon {daemon}")
        if not made.said_by or made.durable != bool(made.heard_by):
            raise Refused(f"{where}: x-from names who says it, x-to who hears it; only what is "
                          "published (x-durable false) has no x-to")
        for field in made.fields:
            if field.privacy == "secret" or field.of:
                raise Refused(f"{where}: {field.name}: a message carries ids, not people: no "
                              "secret field, no object")
            if field.privacy != "open" and not made.durable:
                raise Refused(f"{where}: {field.name}: what is published has only open fields")
        made.subject = schema.get("x-subject")
        if made.durable and not any(f.name == made.subject and f.required and f.kind == "UUID"
                                    and not f.array for f in made.fields):
            raise Refused(f"{where}: x-subject must be a required field with an id")
        return made

    def form(self, where, schema):
        only(schema, MESSAGE_KEYS | FORM_KEYS, where)
        if schema.get("additionalProperties") is not False:
            raise Refused(f"{where}: a form says additionalProperties: false")
        made = self.head(where, schema)
        made.closed = True
        made.schema = json.dumps(self.plain(schema), ensure_ascii=True, separators=(",", ":"))
        return made

    def plain(self, schema):
        """The schema with references resolved and without our own keywords, for OpenAPI."""
        if isinstance(schema, list):
            return [self.plain(each) for each in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            schema = {**self.definition(schema["$ref"], "forms"), **schema}
        return {key: self.plain(value) for key, value in schema.items()
                if not key.startswith("x-") and key not in ("$ref", "$schema", "$id")}

    def fields(self, where, schema, depth=0):
        properties, required = schema["properties"], schema["required"]
        if schema["type"] != "object" or not properties or len(properties) > FIELDS_MOST:
            raise Refused(f"{where}: an object with 1 to {FIELDS_MOST} fields is needed")
        for name in required:
            if name not in properties:
                raise Refused(f"{where}: required {name} is no field")
        return [self.field(f"{where}: {name}", name, one, name in required, depth)
                for name, one in properties.items()]

    def field(self, where, name, schema, required, depth):
        check_name(name, where)
        self.check_words(name, where)
        self.check_sentence(schema, where)
        made = Field(name, schema["description"], required, schema.get("x-privacy"))
        if schema.get("type") == "array":
            only(schema, ARRAY_KEYS | FIELD_KEYS, where)
            made.array = True
            made.items_least = bound(schema, "minItems", where, 0)
            made.items_most = bound(schema, "maxItems", where)
            if not made.items_least <= made.items_most <= 1000:
                raise Refused(f"{where}: minItems and maxItems do not fit")
            schema = schema["items"]
            extra = set()
        else:
            extra = FIELD_KEYS
        if schema.get("type") == "object":
            self.object(where, made, schema, extra, depth)
        else:
            self.scalar(where, made, schema, extra)
            if made.privacy not in PRIVACY:
                raise Refused(f"{where}: x-privacy must be one of {', '.join(PRIVACY)}")
        if made.kind == "BOOL" and made.array:
            raise Refused(f"{where}: no arrays of truths")
        return made

    def object(self, where, made, schema, extra, depth):
        only(schema, OBJECT_KEYS | extra, where)
        if depth or "x-name" not in schema or schema.get("additionalProperties") is not False:
            raise Refused(f"{where}: an object has an x-name and additionalProperties: false, and "
                          "no object in it")
        if made.privacy:
            raise Refused(f"{where}: x-privacy stands at the fields of the object")
        check_name(schema["x-name"], where)
        made.kind = "OBJECT"
        made.of = Type(schema["x-name"], made.sentence, made.sentence,
                       self.fields(where, schema, depth + 1))
        made.of.closed = True
        made.privacy = max((f.privacy for f in made.of.fields), key=PRIVACY.index)

    def scalar(self, where, made, schema, extra):
        reference = schema.get("$ref")
        if reference:
            only(schema, {"$ref"} | extra, where)
            schema, extra = self.definition(reference, where), {"description"}
            if "enum" in schema:
                made.enum = reference.rsplit("/", 1)[1]
        form = schema.get("format") or ("enum" if made.enum else schema.get("type"))
        if form not in SCALAR_KEYS:
            raise Refused(f"{where}: unknown type or format {form}")
        only(schema, SCALAR_KEYS[form] | extra, where)
        if form == "string":
            made.kind = "TEXT"
            made.least, made.most = bound(schema, "minLength", where, 0), bound(
                schema, "maxLength", where)
            made.graphemes = bound(schema, "x-graphemes", where, 0)
            if "pattern" in schema:
                if schema["pattern"] not in PATTERNS:
                    raise Refused(f"{where}: the walker does not know this pattern")
                made.pattern = PATTERNS[schema["pattern"]]
            elif schema.get("x-lines"):
                made.pattern = "PATTERN_LINES"
        elif form == "integer":
            made.kind = "INT"
            made.least, made.most = bound(schema, "minimum", where), bound(
                schema, "maximum", where)
        elif form == "date":
            made.kind = "DAY"
            made.least, made.most = (
                (date.fromisoformat(bound(schema, key, where)) - date(1970, 1, 1)).days
                for key in ("x-earliest", "x-latest"))
        else:
            made.kind = {"uuid": "UUID", "enum": "NAME", "boolean": "BOOL"}[form]
        if made.least > made.most:
            raise Refused(f"{where}: the least is more than the most")

    def definition(self, reference, where):
        start, _, name = reference.partition("#/$defs/")
        if start != "../common.json" or name not in self.defs:
            raise Refused(f"{where}: $ref must name something in ../common.json: {reference}")
        return self.defs[name]

    def check_sentence(self, schema, where):
        sentence = schema.get("description", "")
        if len(sentence) < 4 or sentence[-1] not in ".?":
            raise Refused(f"{where}: a description in a sentence is missing")
        self.check_words(sentence, where)

    def check_words(self, prose, where):
        for word in re.findall(r"[a-z]+", prose.lower().replace("_", " ")):
            if word in self.common["x-never"]:
                better = self.common["x-never"][word]
                raise Refused(f"{where}: the word {word} is not used here: say {better}")


def load(path):
    def once(pairs):
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise Refused(f"{path}: a key stands twice: {keys}")
        return dict(pairs)

    with open(path, encoding="utf-8") as file:
        try:
            return json.load(file, object_pairs_hook=once)
        except json.JSONDecodeError as error:
            raise Refused(f"{path}: {error}") from None


def only(schema, known, where):
    unknown = sorted(set(schema) - known)
    if unknown:
        raise Refused(f"{where}: unknown keyword {', '.join(unknown)}")


def bound(schema, key, where, default=None):
    value = schema.get(key, default)
    if value is None:
        raise Refused(f"{where}: the bound {key} is missing")
    if key.startswith("x-") and isinstance(value, str):
        return value
    if not isinstance(value, int) or not -2**63 < value < 2**63:
        raise Refused(f"{where}: {key} must be a whole number of 64 bits")
    return value


def check_name(name, where, keyword_ok=False):
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", name):
        raise Refused(f"{where}: {name} is no name: small letters, digits and _")
    if name in KEYWORDS and not keyword_ok:
        raise Refused(f"{where}: {name} is a word of C")


def write(path, content):
    """Whole or not at all, and only when it differs, so that nothing is compiled for nothing."""
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == content:
                return
    except FileNotFoundError:
        pass
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(content)
    os.replace(path + ".new", path)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", default=here, help="the folder of the schemas")
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--out", metavar="DIR", help="write the C files there")
    task.add_argument("--page", action="store_true", help="write MESSAGES.md")
    task.add_argument("--check", action="store_true", help="is MESSAGES.md current?")
    arguments = parser.parse_args()
    page = os.path.join(arguments.root, "MESSAGES.md")
    try:
        schemas = Schemas(arguments.root)
    except Refused as refused:
        sys.exit(f"generate.py: {refused}")
    if arguments.out:
        os.makedirs(arguments.out, exist_ok=True)
        for name, content in generate_c.files(schemas).items():
            write(os.path.join(arguments.out, name), content)
    elif arguments.page:
        write(page, generate_page.page(schemas))
    else:
        with open(page, encoding="utf-8") as file:
            if file.read() != generate_page.page(schemas):
                sys.exit("generate.py: MESSAGES.md is old: run schemas/generate.py --page")


if __name__ == "__main__":
    main()
