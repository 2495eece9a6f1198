"""The page MESSAGES.md: tables for people, who says what to whom, who may see what."""
from datetime import date, timedelta

NONE = "-"


def page(schemas):
    return "\n".join([
        "# Messages and forms\n",
        "Written by `schemas/generate.py --page` from `schemas/`; change the schemas, not this "
        "page.\n",
        "Each message goes into the ledger in the transaction of what it tells, and over the "
        "express after the commit; what is published goes over the express only. On the wire it "
        "is a msgpack map with the names below: ids are 16 bytes, days count from 1970-01-01, "
        "enumerations are their words. In JSON ids and days are text. A reader skips what it does "
        "not know and refuses what is missing or out of bounds. Only optional fields are ever "
        "added; a new meaning is a new message.\n",
        drawing(schemas), grant_table(schemas), audit(schemas), form_audit(schemas),
        "## The messages\n", "\n".join(message(kind) for kind in schemas.messages),
        "## The forms\n", "\n".join(form(kind) for kind in schemas.forms),
        vocabulary(schemas)])


def row(*cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def head(*cells):
    return row(*cells) + "\n" + row(*("---" for _ in cells))


def drawing(schemas):
    """One arrow for each pair of daemons, with all that goes along it."""
    ways = {}
    for kind in schemas.messages:
        for said_by in kind.said_by:
            for heard_by in kind.heard_by or ["listeners"]:
                ways.setdefault((said_by, heard_by), []).append(kind.name)
    lines = ["## Who says what to whom\n", "```mermaid", "flowchart LR"]
    lines += [f'    {a} -->|"{"<br>".join(names)}"| {b}' for (a, b), names in ways.items()]
    return "\n".join(lines + ["```\n"])


def grant_table(schemas):
    """The same as a matrix: what the row's daemon may say to the column's."""
    lines = [head("says \\ hears", *schemas.daemons)]
    for said_by in schemas.daemons:
        cells = []
        for heard_by in schemas.daemons:
            names = [kind.name for kind in schemas.messages
                     if said_by in kind.said_by and heard_by in kind.heard_by]
            cells.append(", ".join(names) or NONE)
        lines.append(row(f"**{said_by}**", *cells))
    return "\n".join(lines) + "\n"


def audit(schemas):
    """Each personal field of a message, and the daemons that see it."""
    lines = ["## Who may see what\n",
             "No message carries a name, a contact or a personal number: the generator refuses "
             "it. Personal fields are masked in traces and dead letters. These daemons see them:\n",
             head("personal field", "in", *schemas.daemons)]
    seen = {}
    for kind in schemas.messages:
        for field in kind.fields:
            if field.privacy == "personal":
                names, who = seen.setdefault(field.name, ([], set()))
                names.append(kind.name)
                who.update(kind.said_by, kind.heard_by)
    for name, (names, who) in sorted(seen.items()):
        marks = ("x" if daemon in who else NONE for daemon in schemas.daemons)
        lines.append(row(name, ", ".join(names), *marks))
    return "\n".join(lines) + "\n"


def form_audit(schemas):
    lines = ["Secret fields come in with a form, to intake only, which seals them and cannot read "
             "them back:\n", head("form", "secret fields")]
    for kind in schemas.forms:
        names = [name for name, field in flat(kind) if field.privacy == "secret"]
        lines.append(row(kind.name, ", ".join(names)))
    return "\n".join(lines) + "\n"


def flat(kind, before=""):
    """The fields of a form with the objects' fields in their places."""
    for field in kind.fields:
        if field.of:
            yield from flat(field.of, before + field.name + ("[]." if field.array else "."))
        else:
            yield before + field.name, field


def message(kind):
    to = ", ".join(kind.heard_by) or "whoever listens (published, at most once)"
    about = f" · about {kind.subject}" if kind.subject else ""
    lines = [f"### {kind.name}\n", f"**{kind.title}.** {kind.prose}\n",
             f"{', '.join(kind.said_by)} → {to} · version {kind.version}{about}\n",
             head("field", "type", "bounds", "privacy", "meaning")]
    lines += [field_row(field.name, field) for field in kind.fields]
    return "\n".join(lines) + "\n"


def form(kind):
    lines = [f"### {kind.name}\n", f"**{kind.title}.** {kind.prose}\n",
             head("field", "type", "bounds", "privacy", "meaning")]
    for field in kind.fields:
        if field.of:
            bounds = f"at most {field.items_most}" if field.array else ""
            lines.append(row(f"{field.name} (optional)", "objects" if field.array else "object",
                             bounds, field.privacy, field.sentence))
            before = field.name + ("[]." if field.array else ".")
            lines += [field_row(before + inner.name, inner) for inner in field.of.fields]
        else:
            lines.append(field_row(field.name, field))
    return "\n".join(lines) + "\n"


def field_row(name, field):
    if not field.required and field.kind != "BOOL":
        name += " (optional)"
    kind = field.enum or {"UUID": "id", "TEXT": "text", "INT": "integer", "DAY": "date",
                          "BOOL": "true or false"}[field.kind]
    if field.array:
        kind += "[]"
    return row(name, kind, bounds(field), field.privacy, field.sentence)


def bounds(field):
    said = []
    if field.array:
        said.append(f"{field.items_least} to {field.items_most} of them")
    if field.kind == "INT":
        said.append(f"{field.least} to {field.most}")
    elif field.kind == "DAY":
        first = date(1970, 1, 1)
        said.append(f"{first + timedelta(field.least)} to {first + timedelta(field.most)}")
    elif field.kind == "TEXT":
        said.append(f"{field.least} to {field.most} characters")
        if field.graphemes:
            said.append(f"at most {field.graphemes} as a reader counts them")
        said.append({"PATTERN_LINE": "one line", "PATTERN_LINES": "lines",
                     "PATTERN_WORD": "small letters and -"}[field.pattern])
    return "; ".join(said)


def vocabulary(schemas):
    lines = ["## The enumerations\n", head("name", "what for", "values")]
    lines += [row(name, each["description"], ", ".join(each["enum"]))
              for name, each in schemas.enums.items()]
    lines += ["\n## The words\n", head("word", "means")]
    lines += [row(word, means) for word, means in schemas.common["x-words"].items()]
    lines += ["\nNever: " + "; ".join(f"*{word}* (say {better})" for word, better
                                      in schemas.common["x-never"].items()) + ".\n"]
    return "\n".join(lines)
