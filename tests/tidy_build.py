"""What tests/tidy.py sees with a build beside it: objects, headers, dead files, messages."""
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tidy_text import DAEMONS, SOURCE, Finding

# What a decision may call (DECISIONS, "core purity"): it neither sees nor changes the world.
PURE = re.compile(
    r"mem\w+|str(?!error|signal|dup|ndup|ftime|tok|coll|xfrm)\w+|v?snprintf|qsort|bsearch"
    r"|l?labs|abs|l?l?div"
    r"|(floor|ceil|trunc|l?l?round|l?l?rint|sqrt|pow|exp|log|fabs|fmin|fmax|fmod|hypot"
    r"|sin|cos|tan|asin|acos|atan2?)[fl]?"
    r"|arena_\w+|check_failed|uuid_(equal|compare|absent)|text_\w+"
    r"|__(mem|str|stp|v?snprintf)\w*_chk|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_"
    r"|__(popcount|clz|ctz)[ds]i2|__(ubsan|asan|tsan)_\w+")


def objects(tree):
    """(source's name, object) of the house's own objects."""
    for path in sorted(tree.build.glob("CMakeFiles/*.dir/**/*.o")):
        parts = path.relative_to(tree.build).parts
        name = "/".join(parts[2:])[:-2]
        if parts[1].endswith(("_objects.dir", "common.dir")) and (
                name in tree.by_name or name.startswith("generated/")):
            yield name, path


def symbols(paths):
    """Of each object: (name, class, section) of every symbol, from one run of nm."""
    result = {path: [] for path in paths}
    if not paths:
        return result
    said = subprocess.run(["nm", "-A", "-f", "sysv", *map(str, paths)], capture_output=True,
                          text=True, check=True).stdout
    for line in said.splitlines():
        fields = [field.strip() for field in line.split("|")]
        if len(fields) == 7:
            path, _, name = fields[0].rpartition(":")
            result[Path(path)].append((name, fields[2], fields[6]))
    return result


def line_naming(tree, name, symbol):
    file = tree.by_name.get(name)
    match = file and re.search(rf"\b{re.escape(symbol)}\b", file.bare)
    return file.line_of(match.start()) if match else 1


def is_pure(name):
    return "/core/" in name or name.startswith("common/domain/") or name.endswith("/vocabulary.c")


def check_objects(tree):
    found = dict((name, path) for name, path in objects(tree))
    if tree.house and not found:
        yield Finding("CMakeLists.txt", 1, f"no objects in {tree.build}: build first", "purity")
    table = symbols(list(found.values()))
    inside = {symbol for name, path in found.items() if is_pure(name)
              for symbol, kind, _ in table[path] if kind not in "Uw"}
    for name, path in found.items():
        for symbol, kind, section in table[path]:
            line = line_naming(tree, name, symbol)
            if is_pure(name) and kind in "Uw" and symbol not in inside \
                    and not PURE.fullmatch(symbol):
                yield Finding(name, line, f"a decision reaches out: {symbol}", "purity")
            if is_pure(name) and kind in "bBdDC" and re.match(r"\.(bss|data|tbss|tdata)$", section):
                yield Finding(name, line, f"a decision remembers: {symbol} is writable", "purity")
            if kind in "BCDGRSV" and not name.startswith("generated/") \
                    and not symbol.endswith("_service"):
                yield Finding(name, line, f"an exported variable: {symbol}", "export")


def compiler_flags(tree):
    commands = tree.build / "compile_commands.json"
    if not commands.exists():
        return [f"-I{tree.root}", f"-I{tree.build}", f"-I{tree.build}/generated"]
    for entry in json.loads(commands.read_text()):
        if f"/{entry['file']}".endswith(".c"):
            words = entry["command"].split()
            taken = [word for word in words if word.startswith(("-I", "-D", "-std"))
                     and not word.startswith(("-DSERVICE", "-D_FORTIFY", "-DBUILD_DIR"))]
            system = [words[i + 1] for i, word in enumerate(words) if word == "-isystem"]
            return taken + [flag for folder in system for flag in ("-isystem", folder)]
    return []


def check_headers(tree):
    flags = ["gcc", "-x", "c", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
             *compiler_flags(tree), "-"]
    headers = [file for file in tree.house if file.path.suffix == ".h"]

    def compile_alone(file):
        return file, subprocess.run(flags, input=f'#include "{file.name}"\n', cwd=tree.root,
                                    capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(2) as pool:
        for file, run in pool.map(compile_alone, headers):
            if run.returncode:
                first = next((line for line in run.stderr.splitlines() if "error" in line), "?")
                yield Finding(file.name, 1, f"the header does not compile alone: {first}", "alone")


# What nobody uses

def check_dead(tree):
    commands = tree.build / "compile_commands.json"
    built = set()
    if commands.exists():
        built = {os.path.realpath(entry["file"]) for entry in json.loads(commands.read_text())}
        for file in tree.c:
            if file.path.suffix == ".c" and os.path.realpath(file.path) not in built \
                    and not re.match(r"tests/fuzz/fuzz_\w+\.c$", file.name):
                yield Finding(file.name, 1, "no target builds this file", "dead")
    included = {name for file in tree.c for name in
                re.findall(r'^#include "([^"]+)"', file.code, re.M)}
    for file in tree.house:
        if file.path.suffix == ".h" and file.name not in included \
                and file.path.name not in included:
            yield Finding(file.name, 1, "nobody includes this header", "dead")
    yield from dead_data(tree)


def dead_data(tree):
    """Pages, letters, catalogues and cases live as long as some code or page names them."""
    readers = [file for file in tree.files
               if file.path.suffix in SOURCE | {".py", ".mustache", ".html", ".mjs", ".css"}
               or file.name == "CMakeLists.txt" or "/pages/" in file.name]
    for path in sorted(tree.root.glob("services/*/pages/**/*")) + sorted(
            tree.root.glob("tests/cases/*")):
        name = path.relative_to(tree.root).as_posix()
        if not path.is_file():
            continue
        word = re.compile(rf"(?<![\w-]){re.escape(path.name.split('.')[0])}(?![\w-])")
        if not any(word.search(reader.text) for reader in readers if reader.name != name):
            yield Finding(name, 1, "nobody loads this file", "dead")


# What the schemas promise

def check_messages(tree):
    folder = tree.root / "schemas/messages"
    services = {daemon: "\n".join(file.code for file in tree.house
                                  if file.name.startswith(f"services/{daemon}/"))
                for daemon in DAEMONS}
    golden = [path.name for path in (tree.root / "tests/golden").glob("**/*")]
    for path in sorted(folder.glob("*.json")):
        name, kind = path.relative_to(tree.root).as_posix(), path.stem
        try:
            message = json.loads(path.read_text())
        except ValueError as trouble:
            yield Finding(name, 1, f"not JSON: {trouble}", "message")
            continue
        if not message.get("description", "").strip():
            yield Finding(name, 1, f"{kind} is not explained", "message")
        if not any(re.match(rf"{kind}\b", sample) for sample in golden):
            yield Finding(name, 1, f"{kind} has no sample in tests/golden", "message")
        for hearer in message.get("x-to", []):
            if services.get(hearer) and not re.search(rf"\b{hearer}_on_{kind}\(", services[hearer]):
                yield Finding(name, 1, f"{hearer} does not handle {kind}", "message")
    yield from messages_page(tree)


def messages_page(tree):
    generator = tree.root / "schemas/generate.py"
    if generator.exists():
        run = subprocess.run([sys.executable, str(generator), "--root", str(tree.root / "schemas"),
                              "--check"], capture_output=True, text=True, check=False)
        if run.returncode:
            yield Finding("schemas/MESSAGES.md", 1, "is not what the schemas say: "
                          + (run.stderr + run.stdout).strip()[-200:], "page")


CHECKS = (check_objects, check_headers, check_dead, check_messages)
