#!/usr/bin/python3
"""Compares the Swedish texts of a daemon with its translations.

    po_check.py [--write] [--complete CODE[,CODE]] SERVICE_FOLDER...

Texts are {{#_}}...{{/_}} in pages/*.html and *.txt, and T("...") in *.c and *.h. For each
pages/po/CODE.po it says which are missing, unused, and which have other {{names}} or other HTML
tags than their source. With --write, missing texts are added to each file with an empty
translation and a remark where they stand. Ends with 1 when something is wrong, or when a language
after --complete lacks a text.
"""
import argparse
import os
import re
import sys

SECTION = re.compile(r"\{\{#\s*_\s*\}\}(.*?)\{\{/\s*_\s*\}\}", re.S)
CALL = re.compile(r'\bT\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)')
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
VALUE = re.compile(r"\{\{\{?\s*&?\s*([^{}\s]+)\s*\}?\}\}")
HTML_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*")
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


def key(text):
    """How the daemons compare texts: runs of white space are one space, none at the ends."""
    return " ".join(re.split(r"[ \t\r\n]+", text)).strip(" ")


def unescape(text):
    return re.sub(r"\\(.)", lambda m: ESCAPES.get(m.group(1), m.group(0)), text)


def escape(text):
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")


def sources(folder):
    """Each Swedish text, and the first place where it stands."""
    found = {}
    for place, folders, files in os.walk(folder):
        folders.sort()
        for file in sorted(files):
            path = os.path.join(place, file)
            if file.endswith((".html", ".txt", ".c", ".h")):
                with open(path, encoding="utf-8") as stream:
                    content = stream.read()
                for start, text in texts(content, file.endswith((".c", ".h"))):
                    where = f"{path}:{content.count(chr(10), 0, start) + 1}"
                    found.setdefault(key(text), where)
    return found


def texts(content, is_code):
    if is_code:
        for call in CALL.finditer(content):
            yield call.start(), "".join(unescape(s) for s in STRING.findall(call.group(1)))
    else:
        for section in SECTION.finditer(content):
            yield section.start(), section.group(1)


def read_po(path):
    """msgid -> (msgstr, line); the daemons' own reader refuses what is malformed."""
    entries, part, fuzzy = {}, None, False
    current = {"msgid": "", "msgstr": "", "line": 0, "fuzzy": False}

    def finish():
        if current["line"] and current["msgid"]:
            translated = "" if current["fuzzy"] else current["msgstr"]
            text = key(current["msgid"])
            if text in entries:
                sys.exit(f"{path}:{current['line']}: comes twice, no daemon would start: {text}")
            entries[text] = (translated, current["line"])

    with open(path, encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            line = line.strip()
            if line.startswith("#,") and "fuzzy" in line:
                fuzzy = True
            keyword = re.match(r"(msgid|msgstr)\s", line)
            if keyword and keyword.group(1) == "msgid":
                finish()
                current = {"msgid": "", "msgstr": "", "line": number, "fuzzy": fuzzy}
                fuzzy = False
            if keyword:
                part = keyword.group(1)
            string = STRING.search(line)
            if part and string and not line.startswith("#"):
                current[part] += unescape(string.group(1))
    finish()
    return entries


def compare(path, wanted, entries, must_be_complete):
    """Prints what is wrong; returns how much of it fails the check."""
    failures = 0
    missing = [text for text in wanted if not entries.get(text, ("", 0))[0]]
    for text in missing:
        print(f"{wanted[text]}: missing in {path}: {text}")
    failures += len(missing) if must_be_complete else 0
    for text, (translated, line) in entries.items():
        if text not in wanted:
            print(f"{path}:{line}: unused: {text}")
            failures += 1
        elif translated and set(VALUE.findall(text)) != set(VALUE.findall(translated)):
            print(f"{path}:{line}: other {{{{names}}}} than the source: {text}")
            failures += 1
        elif translated and sorted(HTML_TAG.findall(text)) != sorted(HTML_TAG.findall(translated)):
            print(f"{path}:{line}: other HTML tags than the source: {text}")
            failures += 1
    print(f"{path}: {len(wanted) - len(missing)} of {len(wanted)} texts")
    return failures


def add_missing(path, wanted, entries):
    with open(path, "a", encoding="utf-8") as stream:
        for text, where in wanted.items():
            if text not in entries:
                stream.write(f'\n#: {where}\nmsgid "{escape(text)}"\nmsgstr ""\n')


def check_folder(folder, options):
    wanted = sources(folder)
    complete = set(options.complete.split(",")) if options.complete else set()
    po_folder = os.path.join(folder, "pages", "po")
    files = sorted(os.listdir(po_folder)) if os.path.isdir(po_folder) else []
    failures = 0
    for code in sorted(complete - {f[:-3] for f in files}):
        if wanted:
            print(f"{folder}: no pages/po/{code}.po")
            failures += 1
    for file in files:
        if not file.endswith(".po"):
            continue
        path = os.path.join(po_folder, file)
        if options.write:
            add_missing(path, wanted, read_po(path))
        failures += compare(path, wanted, read_po(path), file[:-3] in complete)
    return failures


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="add missing texts to the files")
    parser.add_argument("--complete", metavar="CODES", help="languages that may lack nothing")
    parser.add_argument("folders", nargs="+", metavar="SERVICE_FOLDER")
    options = parser.parse_args()
    failures = sum(check_folder(folder.rstrip("/"), options) for folder in options.folders)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
