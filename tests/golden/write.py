#!/usr/bin/python3
"""Writes one sample of each message and form as it is on the wire and in JSON.

A sample that is there is never written again: last release's bytes must still be read. A new
version of a schema gets a new file. The encoder here is another than the house's, on purpose: what
both write must be the same byte for byte (tests/unit/test_message.c).
"""
import json
import os
import struct
import sys
from datetime import date

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMAS = os.path.join(HERE, "..", "..", "schemas")
TEXTS = {"name": "Måns Öberg", "email": "guardian@example.org", "phone": "070-000 00 00",
         "child_name": "Noor", "child_personal_number": "", "hours": "08-16", "theme": "Känslor",
         "token_hash": "0a" * 32, "school_year": "2026/27", "message": "Rad ett.\r\nRad två: ✓"}


def pack(value):
    """msgpack, each value in its shortest form."""
    if value is True or value is False:
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return pack_int(value)
    if isinstance(value, str):
        data = value.encode()
        return sized(len(data), 0xA0, 32, [(0xD9, ">B"), (0xDA, ">H"), (0xDB, ">I")]) + data
    if isinstance(value, bytes):
        return sized(len(value), 0, 0, [(0xC4, ">B"), (0xC5, ">H")]) + value
    if isinstance(value, list):
        return sized(len(value), 0x90, 16, [(0xDC, ">H")]) + b"".join(map(pack, value))
    parts = (pack(key) + pack(each) for key, each in value.items())
    return sized(len(value), 0x80, 16, [(0xDE, ">H")]) + b"".join(parts)


def sized(count, small, small_most, larger):
    if count < small_most:
        return bytes([small + count])
    for byte, form in larger:
        if count < 256 ** struct.calcsize(form):
            return bytes([byte]) + struct.pack(form, count)
    raise ValueError(count)


def pack_int(value):
    if -32 <= value < 128:
        return struct.pack(">b", value)
    forms = ((0xCC, ">B"), (0xCD, ">H"), (0xCE, ">I"), (0xCF, ">Q")) if value > 0 else (
        (0xD0, ">b"), (0xD1, ">h"), (0xD2, ">i"), (0xD3, ">q"))
    for byte, form in forms:
        try:
            return bytes([byte]) + struct.pack(form, value)
        except struct.error:
            continue
    raise ValueError(value)


class Maker:
    """Makes one value for each field: the same ones in every run, different ones in each field."""

    def __init__(self):
        self.count = 0
        with open(os.path.join(SCHEMAS, "common.json"), encoding="utf-8") as file:
            self.defs = json.load(file)["$defs"]

    def value(self, name, schema):
        """(what msgpack carries, what JSON carries)"""
        self.count += 1
        if "$ref" in schema:
            schema = self.defs[schema["$ref"].rsplit("/", 1)[1]]
        if schema["type"] == "array":
            many = min(schema["maxItems"], 3)
            pairs = [self.value(name, schema["items"]) for _ in range(many)]
            return [a for a, _ in pairs], [b for _, b in pairs]
        if schema["type"] == "object":
            pairs = {key: self.value(key, one) for key, one in schema["properties"].items()}
            return ({key: a for key, (a, _) in pairs.items()},
                    {key: b for key, (_, b) in pairs.items()})
        return self.scalar(name, schema)

    def scalar(self, name, schema):
        n = self.count
        if schema["type"] == "boolean":
            return True, True  # an optional one that is false says no more than an absent one
        if schema["type"] == "integer":
            least, most = schema["minimum"], schema["maximum"]
            value = min(most, 1790000000000 + n if most > 2**40 else least + n % (most - least + 1))
            return value, value
        if "enum" in schema:
            word = schema["enum"][n % len(schema["enum"])]
            return word, word
        if schema.get("format") == "uuid":
            text = f"0199d3c0-7000-7000-8000-0000000000{n:02x}"
            return bytes.fromhex(text.replace("-", "")), text
        if schema.get("format") == "date":
            day = date(2026, 1 + n % 12, 1 + n % 28)
            return (day - date(1970, 1, 1)).days, day.isoformat()
        if "pattern" in schema:
            word = ["sv", "ar", "enskede-arsta"][n % 3]
            return word, word
        text = TEXTS.get(name, f"Exempel {n}")
        if schema.get("minLength", 0) > len(text):  # an opening: weekday, from, to
            text = "0 15:00 20:00"
        return text, text


def write_once(name, content):
    path = os.path.join(HERE, name)
    if os.path.exists(path):
        return 0
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)
    return 1


def main():
    written = 0
    for folder in ("messages", "forms"):
        for entry in sorted(os.listdir(os.path.join(SCHEMAS, folder))):
            with open(os.path.join(SCHEMAS, folder, entry), encoding="utf-8") as file:
                schema = json.load(file)
            plain = {"type": "object", "properties": schema["properties"]}
            wire, text = Maker().value("", plain)
            name = f"{schema['$id']}.v{schema['x-version']}"
            digits = pack(wire).hex()
            lines = [digits[i:i + 96] for i in range(0, len(digits), 96)]
            written += write_once(f"{name}.msgpack.hex", "\n".join(lines) + "\n")
            written += write_once(f"{name}.json", json.dumps(
                text, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(f"{written} samples written")


if __name__ == "__main__":
    sys.exit(main())
