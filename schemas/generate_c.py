"""The C side of generate.py: vocabulary, messages, forms and one port for each daemon."""

HEAD = "/* {} Written by schemas/generate.py; change the schemas instead. */\n"
TYPES = {"UUID": "struct uuid ", "TEXT": "struct text ", "INT": "int64_t ", "DAY": "int32_t ",
         "BOOL": "bool "}


def files(schemas):
    """All generated files: name -> content."""
    made = {"vocabulary.h": vocabulary_h(schemas), "vocabulary.c": vocabulary_c(schemas),
            "messages.h": messages_h(schemas), "messages.c": messages_c(schemas),
            "forms.h": forms_h(schemas), "forms.c": forms_c(schemas)}
    for daemon in schemas.daemons:
        made[f"{daemon}_port.h"] = port_h(schemas, daemon)
        made[f"{daemon}_port.c"] = port_c(schemas, daemon)
    return made


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def enum_value(enum, value):
    return f"{enum}_{value}".upper()


def vocabulary_h(schemas):
    lines = [HEAD.format("The enumerations of the trade: 0 is absent, names_[value] is the word."),
             '#pragma once\n\n#include "common/text.h"\n']
    for name, definition in schemas.enums.items():
        values = [enum_value(name, "none") + " = 0"]
        values += [enum_value(name, value) for value in definition["enum"]]
        lines.append(f"/* {definition['description']} */")
        lines.append(f"enum {name} {{\n    " + ",\n    ".join(values) + "\n};")
        lines.append(f"#define {name.upper()}_COUNT {len(values)} /* with the absent one: the "
                     f"length of {name}_names */")
        lines.append(f"extern const char *const {name}_names[{name.upper()}_COUNT];")
        lines.append(f"enum {name} {name}_of(struct text word); /* 0 for a word that is none */\n")
    return "\n".join(lines)


def vocabulary_c(schemas):
    lines = [HEAD.format("The enumerations' words."),
             '#include "vocabulary.h"\n\n#include <string.h>\n',
             "static int find(const char *const *names, int count, struct text word)\n{\n"
             "    if (!word.data)\n        return 0;\n"
             "    for (int i = 1; i < count; i++)\n"
             "        if (strlen(names[i]) == word.length &&\n"
             "            memcmp(names[i], word.data, word.length) == 0)\n"
             "            return i;\n    return 0;\n}\n"]
    for name, definition in schemas.enums.items():
        words = ["NULL"] + [quote(value) for value in definition["enum"]]
        lines.append(f"const char *const {name}_names[{name.upper()}_COUNT] = {{\n    "
                     + ",\n    ".join(words) + "};\n")
        lines.append(f"enum {name} {name}_of(struct text word)\n{{\n"
                     f"    return (enum {name})find({name}_names, {name.upper()}_COUNT, word);\n"
                     "}\n")
    return "\n".join(lines)


def struct_name(kind, parent=None):
    return f"{parent.name}_{kind.name}" if parent else kind.name


def member(field, owner):
    if field.kind == "NAME":
        base = f"enum {field.enum} "
    elif field.kind == "OBJECT":
        base = f"struct {struct_name(field.of, owner)} "
    else:
        base = TYPES[field.kind]
    if field.array:
        return f"    const {base}*{field.name};\n    size_t {field.name}_count;"
    if field.kind == "OBJECT":
        return f"    const {base}*{field.name};"
    return f"    {base}{field.name};"


def struct(kind, parent=None):
    lines = []
    for field in kind.fields:
        if field.of:
            lines.append(struct(field.of, kind))
    comment = kind.prose if not parent else f"{kind.prose} Part of {parent.name}."
    lines.append(f"/* {comment} */\nstruct {struct_name(kind, parent)} {{")
    for field in kind.fields:
        note = "" if field.required or field.kind == "BOOL" else " /* optional */"
        lines.append(member(field, kind) + note)
    lines.append("};\n")
    return "\n".join(lines)


def number(value):
    if value == 2**63 - 1:
        return "INT64_MAX"
    return str(value) if abs(value) < 2**31 else f"INT64_C({value})"


def table(kind, parent=None):
    """The field table and the type of a message, a form or an object in it."""
    name, lines = struct_name(kind, parent), []
    for field in kind.fields:
        if field.of:
            lines.append(table(field.of, kind))
    lines.append(f"static const struct message_field {name}_fields[] = {{")
    lines += [entry(name, kind, field) for field in kind.fields]
    lines.append("};\n")
    subject = f"offsetof(struct {name}, {kind.subject})" if kind.subject else "SIZE_MAX"
    static = "static " if parent else ""
    lines.append(
        f"{static}const struct message_type {name}_type = {{\n"
        f"    .name = {quote(name)},\n    .title = {quote(kind.title)},\n"
        + (f"    .schema = {name}_schema,\n" if kind.schema else "")
        + f"    .fields = {name}_fields,\n    .field_count = {len(kind.fields)},\n"
        f"    .size = sizeof(struct {name}),\n    .subject_offset = {subject},\n"
        f"    .version = {kind.version},\n    .durable = {truth(kind.durable)},\n"
        f"    .closed = {truth(kind.closed)},\n}};\n")
    return "\n".join(lines)


def truth(value):
    return "true" if value else "false"


def entry(name, owner, field):
    parts = [f".name = {quote(field.name)}", f".name_length = {len(field.name)}",
             f".kind = FIELD_{field.kind}", f".offset = offsetof(struct {name}, {field.name})",
             f".privacy = PRIVACY_{field.privacy.upper()}"]
    if field.required:
        parts.append(".required = true")
    if field.array:
        parts += [".array = true", f".count_offset = offsetof(struct {name}, {field.name}_count)",
                  f".items_least = {field.items_least}", f".items_most = {field.items_most}"]
    if field.kind in ("TEXT", "INT", "DAY"):
        parts += [f".least = {number(field.least)}", f".most = {number(field.most)}"]
    if field.kind == "TEXT":
        parts.append(f".pattern = {field.pattern}")
    if field.graphemes:
        parts.append(f".graphemes_most = {field.graphemes}")
    if field.enum:
        parts += [f".names = {field.enum}_names", f".most = {field.enum.upper()}_COUNT - 1"]
    if field.of:
        parts.append(f".object = &{struct_name(field.of, owner)}_type")
    parts.append(f".sentence = {quote(field.sentence)}")
    return "    {" + ",\n        ".join(parts) + "},"


def messages_h(schemas):
    lines = [HEAD.format("What the daemons say to each other."),
             '#pragma once\n\n#include "common/message.h"\n#include "vocabulary.h"\n']
    for kind in schemas.messages:
        lines.append(struct(kind) + f"extern const struct message_type {kind.name}_type;\n")
    count = sum(1 for _ in grants(schemas))
    lines.append(f"/* All of them in the order of their names. */\n"
                 f"#define MESSAGE_TYPE_COUNT {len(schemas.messages)}\n"
                 "extern const struct message_type *const message_types[MESSAGE_TYPE_COUNT];\n\n"
                 "/* Who may say what to whom in the ledger. */\n"
                 f"#define MESSAGE_GRANT_COUNT {count}\n"
                 "extern const struct message_grant message_grants[MESSAGE_GRANT_COUNT];\n")
    return "\n".join(lines)


def grants(schemas):
    for kind in schemas.messages:
        if kind.durable:
            for said_by in kind.said_by:
                for heard_by in kind.heard_by:
                    yield kind.name, said_by, heard_by


def messages_c(schemas):
    lines = [HEAD.format("The tables of the messages."),
             '#include "messages.h"\n\n#include <stddef.h>\n']
    lines += [table(kind) for kind in schemas.messages]
    names = ",\n    ".join(f"&{kind.name}_type" for kind in schemas.messages)
    lines.append("const struct message_type *const message_types[MESSAGE_TYPE_COUNT] = {\n    "
                 + names + "};\n")
    rows = ",\n    ".join(f'{{"{kind}", "{a}", "{b}"}}' for kind, a, b in grants(schemas))
    lines.append("const struct message_grant message_grants[MESSAGE_GRANT_COUNT] = {\n    "
                 + rows + "};\n")
    return "\n".join(lines)


def forms_h(schemas):
    lines = [HEAD.format("What people and partners send: the only place for secret fields."),
             '#pragma once\n\n#include "common/message.h"\n#include "vocabulary.h"\n']
    for kind in schemas.forms:
        lines.append(struct(kind) + f"extern const struct message_type {kind.name}_type;\n")
    return "\n".join(lines)


def forms_c(schemas):
    lines = [HEAD.format("The tables of the forms."),
             '#include "forms.h"\n\n#include <stddef.h>\n']
    for kind in schemas.forms:
        pieces = [kind.schema[i:i + 80] for i in range(0, len(kind.schema), 80)]
        lines.append(f"static const char {kind.name}_schema[] =\n    "
                     + "\n    ".join(quote(piece) for piece in pieces) + ";\n")
        lines.append(table(kind))
    return "\n".join(lines)


def heard(schemas, daemon):
    """What a daemon hears, in the order of a referral's life: in one slice the earlier kind is
    handled first, so a referral is received before it is cleared."""
    kinds = [kind for kind in schemas.messages if daemon in kind.heard_by]
    if schemas.sequence:
        kinds.sort(key=lambda kind: schemas.sequence.index(kind.name))
    return kinds


def said(schemas, daemon):
    return [kind for kind in schemas.messages if daemon in kind.said_by]


def port_h(schemas, daemon):
    lines = [HEAD.format(f"What {daemon} hears and says."),
             '#pragma once\n\n#include "common/service.h"\n#include "messages.h"\n']
    for kind in heard(schemas, daemon):
        lines.append(f"/* From {', '.join(kind.said_by)}: {kind.title}. */\n"
                     f"bool {daemon}_on_{kind.name}(struct context *context,\n"
                     f"    const struct {kind.name} *messages, struct slice *slice, "
                     "struct error *error);\n")
    for kind in said(schemas, daemon):
        if kind.durable:
            lines.append(f"/* To {', '.join(kind.heard_by)}: {kind.title}. */\n"
                         f"void {daemon}_send_{kind.name}(\n    struct context *context, "
                         f"const struct {kind.name} *messages, size_t count);\n")
        else:
            lines.append(f"/* To whoever listens, at most once: {kind.title}. */\n"
                         f"void {daemon}_publish_{kind.name}(\n    struct house *house, "
                         f"const struct {kind.name} *message);\n")
    count = len(heard(schemas, daemon))
    if count:
        lines.append(f"#define {daemon.upper()}_ROUTE_COUNT {count}\n"
                     f"extern const struct route {daemon}_routes[{daemon.upper()}_ROUTE_COUNT];\n")
    return "\n".join(lines)


def port_c(schemas, daemon):
    lines = [HEAD.format(f"The port of {daemon}: each route's typed ear, each message's mouth."),
             f'#include "{daemon}_port.h"\n\n#include "common/check.h"\n']
    for kind in heard(schemas, daemon):
        lines.append(f"static bool hear_{kind.name}(\n    struct context *context, const void "
                     "*messages, struct slice *slice, struct error *error)\n{\n"
                     f"    return {daemon}_on_{kind.name}(context, messages, slice, error);\n}}\n")
    for kind in said(schemas, daemon):
        if kind.durable:
            receivers = ", ".join(quote(each) for each in kind.heard_by)
            lines.append(f"void {daemon}_send_{kind.name}(\n    struct context *context, "
                         f"const struct {kind.name} *messages, size_t count)\n{{\n"
                         f"    static const char *const receivers[] = {{{receivers}}};\n\n"
                         f"    context_send(context, &{kind.name}_type, messages, "
                         "sizeof *messages, count, receivers,\n        COUNT(receivers));\n}\n")
        else:
            lines.append(f"void {daemon}_publish_{kind.name}(\n    struct house *house, "
                         f"const struct {kind.name} *message)\n{{\n"
                         f"    house_publish(house, &{kind.name}_type, message);\n}}\n")
    routes = ",\n    ".join(f'{{"{kind.name}", &{kind.name}_type, hear_{kind.name}}}'
                            for kind in heard(schemas, daemon))
    if routes:
        lines.append(f"const struct route {daemon}_routes[{daemon.upper()}_ROUTE_COUNT] = {{\n"
                     f"    {routes}}};\n")
    return "\n".join(lines)
