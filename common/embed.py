#!/usr/bin/python3
"""Writes a folder of pages, styles and translations as one C file and its header.

    embed.py NAME FOLDER OUTPUT_FOLDER

makes OUTPUT_FOLDER/NAME.c and NAME.h with

    const struct embedded_file *NAME(size_t *count);

The files come in the order of their names, dot files are left out, and each is followed by a NUL.
Style sheets are squeezed. Nothing is written when nothing changed, so that a build does not start
again for it.
"""
import os
import re
import sys

FILES_MOST = 1000
BYTES_MOST = 2 * 1024 * 1024
COLUMNS = 32


def squeezed(sheet):
    """A style sheet without what only its writers read: comments, indentation, blanks."""
    for pattern, instead in ((rb"/\*.*?\*/", b""), (rb"\s+", b" "), (rb" ?([{};,>]) ?", rb"\1"),
                             (rb"(?<=[a-z]): ", b":"), (rb";}", b"}")):
        sheet = re.sub(pattern, instead, sheet, flags=re.DOTALL)
    return sheet.strip() + b"\n"


def gather(folder):
    """All files below the folder as (name with slashes, bytes)."""
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for file in sorted(files):
            if file.startswith("."):
                continue
            path = os.path.join(place, file)
            with open(path, "rb") as stream:
                content = stream.read()
            if file.endswith(".css"):
                content = squeezed(content)
            if len(content) > BYTES_MOST:
                sys.exit(f"{path}: larger than {BYTES_MOST} bytes")
            found.append((os.path.relpath(path, folder).replace(os.sep, "/"), content))
    if len(found) > FILES_MOST:
        sys.exit(f"{folder}: more than {FILES_MOST} files")
    return sorted(found)


def array(number, content):
    """The bytes of one file, a NUL last, as a C array."""
    lines = [f"static const char file_{number}[{len(content) + 1}] = {{"]
    for at in range(0, len(content), COLUMNS):
        part = content[at : at + COLUMNS]
        # Signed, as char is here: a constant that does not fit would be a warning.
        lines.append(",".join(str(b if b < 128 else b - 256) for b in part) + ",")
    return "\n".join(lines + ["0};"])


def source(name, files):
    """The whole C file."""
    arrays = "\n".join(array(i, content) for i, (_, content) in enumerate(files))
    rows = "\n".join(
        f'    {{"{path}", {{file_{i}, {len(content)}}}}},'
        for i, (path, content) in enumerate(files)
    )
    table = f"static const struct embedded_file files[] = {{\n{rows}\n}};" if files else ""
    answer = "files" if files else "NULL"
    return (
        f'/* Written by common/embed.py. */\n#include "{name}.h"\n\n{arrays}\n\n{table}\n\n'
        f"const struct embedded_file *{name}(size_t *count)\n{{\n"
        f"    *count = {len(files)};\n    return {answer};\n}}\n"
    )


def header(name):
    """The header of one function."""
    return (
        "/* Written by common/embed.py. */\n#pragma once\n\n#include \"common/embedded.h\"\n\n"
        f"const struct embedded_file *{name}(size_t *count);\n"
    )


def write(path, text):
    """Writes only what is new."""
    try:
        with open(path, encoding="utf-8") as stream:
            if stream.read() == text:
                return
    except FileNotFoundError:
        pass
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)


def main():
    if len(sys.argv) != 4 or not re.fullmatch(r"[a-z][a-z0-9_]*", sys.argv[1]):
        sys.exit(__doc__)
    name, folder, output = sys.argv[1:]
    files = gather(folder)
    for path, _ in files:
        if not re.fullmatch(r"[A-Za-z0-9_./-]+", path):
            sys.exit(f"{folder}/{path}: a file's name may have letters, digits, and _ . - only")
    os.makedirs(output, exist_ok=True)
    write(os.path.join(output, name + ".c"), source(name, files))
    write(os.path.join(output, name + ".h"), header(name))


if __name__ == "__main__":
    main()
