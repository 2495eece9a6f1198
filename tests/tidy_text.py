"""What tests/tidy.py sees in the text alone: lengths, columns, calls, words, layers."""
import collections
import json
import os
import re
import statistics
from pathlib import Path

Finding = collections.namedtuple("Finding", "path line sentence check")

MOST_COLUMNS, MOST_SCRIPT_COLUMNS = 100, 120  # a browser test names and says whole sentences
MOST_FUNCTION, SOFT_FILE, HARD_FILE = 60, 500, 800
MEDIAN_FUNCTION, P90_FUNCTION = 15, 40
LIBRARIES = ("services/planner/",)  # no daemon: code that a service may have inside
DAEMONS = ("intake", "matching", "scheduling", "notification", "evaluation", "desk")
SKIPPED = {".git", "build", "var", "node_modules", "__pycache__", ".ccache"}
SOURCE = {".c", ".h"}
TEXT = SOURCE | {".py", ".sh", ".sql", ".mjs", ".js", ".css", ".mustache", ".ini", ".txt", ".md",
                 ".json", ".po", ".html", ".service", ".csv", ""}
NARROW = SOURCE | {".py", ".sh", ".sql", ".mjs", ".ini"}
LISTS = {".json", ".po", ".csv", ".txt", ".md"}  # data and pages may be as long as they are

BETTER = {
    "strcpy": "memcpy with a checked length, or arena_copy",
    "strncpy": "memcpy with a checked length (strncpy may leave no NUL)",
    "strcat": "snprintf or arena_format", "strncat": "snprintf or arena_format",
    "sprintf": "snprintf or arena_format", "vsprintf": "vsnprintf",
    "strtok": "common/text.h (strtok keeps hidden state)", "strtok_r": "common/text.h",
    "atoi": "a parser that can refuse", "atol": "a parser that can refuse",
    "atoll": "a parser that can refuse", "atof": "a parser that can refuse, in integers",
    "gets": "getline", "scanf": "a parser that can refuse", "sscanf": "a parser that can refuse",
    "fscanf": "a parser that can refuse",
    "localtime": "common/domain's dates", "gmtime": "common/domain's dates",
    "ctime": "common/domain's dates", "asctime": "common/domain's dates",
    "rand": "randombytes_buf", "random": "randombytes_buf", "srand": "nothing: randombytes_buf",
    "assert": "CHECK, which no build removes",
    "alloca": "the slice's arena", "system": "posix_spawn with an argument list",
    "popen": "posix_spawn with an argument list", "signal": "sigaction, or the reactor's signals",
    "tmpnam": "mkstemp", "mktemp": "mkstemp",
    "setlocale": "common/i18n: the process has no locale",
    "sleep": "a timer of the reactor, or a wait for the condition",
    "usleep": "a timer of the reactor, or a wait for the condition",
}
# The only file that may: everybody else asks it.
ONE_HOME = {"clock_gettime": "common/clock.c", "gettimeofday": "common/clock.c",
            "time": "common/clock.c"}

SQL = re.compile(
    r"^\s*(--\s[^\n]*\n|with\s+(recursive\s+)?\w+(\s*\([^)]*\))?\s+as\b|select\b.*\bfrom\b"
    r"|select\s+\w[\w.]*\("
    r"|insert\s+into\s|update\s+\S+(\s+\w+)?\s+set\b|delete\s+from\s|merge\s+into\s|truncate\s"
    r"|(create|alter|drop)\s+(table|schema|role|view|index|function)\b|listen\s|notify\s"
    r"|call\s+\w[\w.]*\()", re.I | re.S)
SQL_HOME = re.compile(r"(_store|/store|/ledger\w*)\.c$|^tests/")
LEFTOVER = re.compile(r"\b(FIX(?=M)ME|TO(?=D)DO|XX(?=X)X|HA(?=C)CK)\b")
TWO_WORDS = {"seat": "place", "seats": "places", "waitlist": "waiting list"}


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


class File:
    """A text file: as it is, without comments, and without comments and strings."""

    def __init__(self, root, path):
        self.path = path
        self.name = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8", errors="replace")
        self.lines = self.text.split("\n")
        if self.lines and not self.lines[-1]:
            self.lines.pop()
        self.is_c = path.suffix in SOURCE

    @property
    def code(self):
        """Without comments; a string in it stays."""
        if not hasattr(self, "_code"):
            self._code = TOKEN.sub(
                lambda m: blank(m) if m.group(0)[0] == "/" else m.group(0), self.text)
        return self._code

    @property
    def bare(self):
        if not hasattr(self, "_bare"):
            self._bare = TOKEN.sub(blank, self.text)
        return self._bare

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1


class Tree:
    def __init__(self, root, build):
        self.root, self.build = root, build
        self.files = [File(root, path) for path in sorted(self.walk(root))]
        self.c = [file for file in self.files if file.is_c]
        self.house = [f for f in self.c if f.name.startswith(("common/", "services/"))]
        self.by_name = {file.name: file for file in self.files}
        self.notes = []

    @staticmethod
    def walk(root):
        for folder, names, files in os.walk(root):
            names[:] = [name for name in names
                        if name not in SKIPPED and not name.startswith("build-")]
            for name in files:
                path = Path(folder, name)
                if path.suffix in TEXT and not path.is_symlink():
                    yield path

    def allowed(self, finding):
        file = self.by_name.get(finding.path)
        if not file or finding.line < 1:
            return False
        near = "\n".join(file.lines[max(0, finding.line - 5):finding.line])
        return f"tidy({finding.check}):" in near


def functions(file):
    """Name, first line and length of each function: clang-format puts its braces in column 0."""
    lines = file.bare.split("\n")
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start:
            head = " ".join(lines[max(0, start - 6):start - 1])
            names = re.findall(r"(\w+)\s*\(", re.split(r"[;}]", head)[-1])
            names = [name for name in names if name not in ("__attribute__", "format")]
            yield (names[0] if names else "?"), start, number - start + 1
            start = None


def check_lengths(tree):
    lengths = []
    for file in tree.files:
        if file.path.suffix not in LISTS and len(file.lines) > HARD_FILE:
            yield Finding(file.name, HARD_FILE, f"the file has {len(file.lines)} lines, the wall "
                          f"is {HARD_FILE}: it does two things", "length")
        elif file.is_c and len(file.lines) > SOFT_FILE:
            tree.notes.append(f"{file.name} has {len(file.lines)} lines, we aim at {SOFT_FILE}")
    for file in tree.c:
        for name, line, length in functions(file):
            if file in tree.house:
                lengths.append(length)
            if length > MOST_FUNCTION:
                yield Finding(file.name, line, f"{name} has {length} lines, "
                              f"the most is {MOST_FUNCTION}", "length")
    if len(lengths) < 20:
        return
    lengths.sort()
    median, p90 = statistics.median(lengths), lengths[len(lengths) * 9 // 10]
    tree.notes.append(f"{len(lengths)} functions in common and services: "
                      f"median {median:g}, p90 {p90}, longest {lengths[-1]} lines")
    for what, value, most in (("median", median, MEDIAN_FUNCTION), ("p90", p90, P90_FUNCTION)):
        if value > most:
            yield Finding("services", 1, f"the {what} function has {value:g} lines, "
                          f"the bar is {most}", "length")


def check_columns(tree):
    for file in tree.files:
        if file.path.suffix not in NARROW and file.name not in ("CMakeLists.txt", "tests/run"):
            continue
        most = MOST_SCRIPT_COLUMNS if file.path.suffix == ".mjs" else MOST_COLUMNS
        for number, line in enumerate(file.lines, 1):
            # A table's comment is one sentence in one literal, which SQL cannot break.
            if len(line) > most and not line.lower().startswith("comment on "):
                yield Finding(file.name, number, f"{len(line)} columns, the most is {most}",
                              "columns")
            if file.is_c and ("\t" in line or line != line.rstrip()):
                yield Finding(file.name, number, "a tab or a trailing space", "columns")


def check_banned(tree):
    calls = re.compile(r"(?<![\w.>])(" + "|".join([*BETTER, *ONE_HOME]) + r")\s*\(")
    for file in tree.c:
        for match in calls.finditer(file.bare):
            name, line = match.group(1), file.line_of(match.start())
            if name == "signal" and re.match(r"[^;]*\bSIG_(IGN|DFL)\s*\)", file.bare[match.end():]):
                continue
            if name == "clock_gettime" and file.name.startswith("common/"):
                continue  # a timed wait wants a timespec
            if name in BETTER:
                yield Finding(file.name, line, f"{name} is banned: use {BETTER[name]}", "banned")
            elif file in tree.house and file.name != ONE_HOME[name]:
                yield Finding(file.name, line, f"{name} belongs in {ONE_HOME[name]}: "
                              "ask the clock you were given", "banned")


def check_sleeping_tests(tree):
    """A test that sleeps is slow and still flaky; only a loop may pause between its rounds."""
    for file in tree.files:
        if not re.match(r"tests/(?!tidy).*\.py$", file.name):
            continue
        around = []  # (indentation, first word) of the blocks that a line stands in
        for number, line in enumerate(file.lines, 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            indentation = len(line) - len(line.lstrip())
            around = [block for block in around if block[0] < indentation]
            if re.search(r"\bsleep\(", line.split("#")[0]) and not any(
                    word in ("while", "for") for _, word in around):
                yield Finding(file.name, number, "a test sleeps: wait for the condition", "sleep")
            around.append((indentation, words[0]))


def check_sql(tree):
    joined = re.compile(r'"(?:\\.|[^"\\\n])*"(?:\s*"(?:\\.|[^"\\\n])*")*')
    for file in tree.house:
        if SQL_HOME.search(file.name):
            continue
        for match in joined.finditer(file.code):
            words = "".join(re.findall(r'"((?:\\.|[^"\\\n])*)"', match.group(0)))
            if SQL.match(words.replace("\\n", "\n")):
                yield Finding(file.name, file.line_of(match.start()),
                              "SQL outside a *_store.c", "sql")


def check_today(tree):
    """The server's zone is not the city's: its day is wrong for an hour or two each night."""
    for file in tree.files:
        if not re.match(r"(services|schemas)/.*\.(c|sql)$", file.name):
            continue
        for number, line in enumerate(file.lines, 1):
            if re.search(r"now\(\)::date|\bcurrent_date\b", line):
                yield Finding(file.name, number, "a day of the server's zone: ask common.today()",
                              "today")


def check_goto(tree):
    for file in tree.c:
        for match in re.finditer(r"\bgoto\s+(\w+)", file.bare):
            if match.group(1) != "out":
                yield Finding(file.name, file.line_of(match.start()),
                              f"goto {match.group(1)}: the only label is out", "goto")


def check_switch(tree):
    enums = set()
    for file in tree.c + generated(tree):
        for body in re.findall(r"\benum\s*\w*\s*\{([^}]*)\}", file.bare):
            enums.update(re.findall(r"(?:^|,)\s*([A-Z]\w*)", body))
    for file in tree.house:
        for match in re.finditer(r"\bswitch\s*\(", file.bare):
            body = block_after(file.bare, match.end())
            named = set(re.findall(r"\bcase\s+([A-Z]\w*)\s*:", body)) & enums
            offset = re.search(r"\bdefault\s*:", body)
            if named and offset:
                yield Finding(file.name, file.line_of(match.start()), "a default in a switch over "
                              f"an enum ({min(named)}) hides the next value", "switch")


def block_after(text, offset):
    """The brace block that follows, without the switches nested in it."""
    start = text.find("{", offset)
    depth, kept, nested = 0, [], None
    for position in range(max(start, 0), len(text)):
        char = text[position]
        if char == "{":
            depth += 1
            if nested is None and re.search(r"\bswitch\s*\([^{};]*$", text[start:position][-200:]):
                nested = depth
        if nested is None:
            kept.append(char)
        if char == "}":
            nested = None if nested == depth else nested
            depth -= 1
            if depth == 0:
                break
    return "".join(kept)


def generated(tree):
    folder = tree.build / "generated"
    return [File(tree.build, path) for path in sorted(folder.glob("*.[ch]"))]


def check_includes(tree):
    names = {file.path.name for file in generated(tree)}
    for file in tree.house:
        own = "/".join(file.name.split("/")[:2])
        for match in re.finditer(r'^#include "([^"]+)"', file.code, re.M):
            name, line = match.group(1), file.line_of(match.start())
            if "/" not in name and name not in names and not name.endswith("_pages.h"):
                yield Finding(file.name, line, f'an include names its place: "{own}/{name}"?',
                              "include")
            if name.startswith("services/") and not name.startswith((own + "/", *LIBRARIES)):
                yield Finding(file.name, line, f"{own} includes another service's {name}: "
                              "it should hear a message", "include")
    for file in tree.c:
        if file.path.suffix == ".h" and "#pragma once" not in file.code:
            yield Finding(file.name, 1, "a header without #pragma once", "include")
        told_by_header = file.text.startswith(f'#include "{file.name[:-2]}.h"')
        if not file.text.startswith("/*") and not told_by_header:
            yield Finding(file.name, 1, "the file's head does not tell what it is for", "head")


def check_daemon_names(tree):
    word = re.compile(r"\b(" + "|".join(DAEMONS) + r")(_\w+)?\b")
    for file in tree.house:
        if not file.name.startswith("common/"):
            continue
        for match in word.finditer(file.code):
            yield Finding(file.name, file.line_of(match.start()), f"common/ names a daemon: "
                          f"{match.group(0)}", "layer")


def check_leftovers(tree):
    for file in tree.files:
        for match in LEFTOVER.finditer(file.text):
            yield Finding(file.name, file.line_of(match.start()), f"left over: {match.group(1)}",
                          "leftover")


def check_words(tree):
    words = dict(TWO_WORDS)
    common = tree.root / "schemas/common.json"
    if common.exists():
        words.update(json.loads(common.read_text()).get("x-never", {}))
    pattern = re.compile(r"(?<![A-Za-z])(" + "|".join(map(re.escape, words)) + r")(?![A-Za-z])",
                         re.I)
    for file in tree.files:
        if file.path.suffix not in SOURCE | {".sql"} and not (
                file.path.suffix == ".json" and file.name.startswith("schemas/messages/")):
            continue
        for match in pattern.finditer(file.text):
            word = match.group(1).lower()
            yield Finding(file.name, file.line_of(match.start()), f"two words for one thing: "
                          f"{word} is called {words[word]}", "words")


def note_comments(tree):
    total = sum(len(file.lines) for file in tree.house)
    told = sum(1 for file in tree.house for code, line in zip(file.code.split("\n"), file.lines)
               if line.strip() and not code.strip())
    if total:
        tree.notes.append(f"{total} lines in common and services, {100 * told // total} % of them "
                          "comments (we aim at 10 to 20)")


CHECKS = (check_lengths, check_columns, check_banned, check_sleeping_tests, check_sql,
          check_today, check_goto, check_switch, check_includes, check_daemon_names,
          check_leftovers, check_words)
