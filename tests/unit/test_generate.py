#!/usr/bin/python3
"""schemas/generate.py: what it refuses, and that it writes whole files and only changed ones.

Run from anywhere; the last line is "N passed, N failed", the exit status is not 0 on a failure.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
SCHEMAS = os.path.join(ROOT, "schemas")
GENERATE = os.path.join(SCHEMAS, "generate.py")
MESSAGE, FORM = "messages/referral_cleared.json", "forms/answer_form.json"


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="generate-")
        self.root = os.path.join(self.folder, "schemas")
        shutil.copytree(SCHEMAS, self.root)
        self.out = os.path.join(self.folder, "out")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def path(self, name):
        return os.path.join(self.root, name)

    def change(self, name, change, saved_as=None):
        """Reads a schema, lets `change` spoil it, writes it back or under another name."""
        with open(self.path(name), encoding="utf-8") as file:
            schema = json.load(file)
        change(schema)
        with open(self.path(saved_as or name), "w", encoding="utf-8") as file:
            json.dump(schema, file)

    def change_field(self, name, field, **keywords):
        def spoil(schema):
            for keyword, value in keywords.items():
                keyword = keyword.replace("x_", "x-")
                if value is None:
                    del schema["properties"][field][keyword]
                else:
                    schema["properties"][field][keyword] = value
        self.change(name, spoil)

    def add_field(self, name, field, **schema):
        schema = {key.replace("x_", "x-"): value for key, value in schema.items()}
        self.change(name, lambda whole: whole["properties"].update({field: schema}))

    def run_it(self, *arguments):
        return subprocess.run([GENERATE, "--root", self.root, *arguments], text=True,
                              capture_output=True, check=False)

    def refused(self, *words):
        done = self.run_it("--out", self.out)
        self.assertNotEqual(done.returncode, 0, "it was not refused")
        self.assertNotIn("Traceback", done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertFalse(os.path.exists(self.out), "something was written")

    def written(self):
        done = self.run_it("--out", self.out)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {name: os.stat(os.path.join(self.out, name)) for name in os.listdir(self.out)}


class Refusals(Case):
    def test_a_secret_in_a_message(self):
        self.change_field(MESSAGE, "urgency", x_privacy="secret")
        self.refused(MESSAGE, "urgency", "ids, not people")

    def test_an_object_in_a_message(self):
        inner = {"type": "integer", "minimum": 0, "maximum": 1, "description": "A number.",
                 "x-privacy": "open"}
        self.add_field(MESSAGE, "person", description="A person.", type="object", x_name="person",
                       properties={"n": inner}, required=[], additionalProperties=False)
        self.refused("person", "ids, not people")

    def test_a_personal_field_in_what_is_published(self):
        self.change_field("messages/catalogue_changed.json", "group_id", x_privacy="personal")
        self.refused("catalogue_changed", "published")

    def test_an_unknown_keyword_of_a_field(self):
        self.change_field(MESSAGE, "urgency", exclusiveMaximum=4)
        self.refused("urgency", "unknown keyword exclusiveMaximum")

    def test_an_unknown_keyword_of_a_message(self):
        self.change(MESSAGE, lambda schema: schema.update(oneOf=[]))
        self.refused(MESSAGE, "unknown keyword oneOf")

    def test_a_keyword_of_another_type(self):
        self.change_field(MESSAGE, "urgency", maxLength=4)
        self.refused("urgency", "unknown keyword maxLength")

    def test_a_field_without_a_sentence(self):
        self.change_field(MESSAGE, "urgency", description=None)
        self.refused("urgency", "sentence")

    def test_a_field_with_half_a_sentence(self):
        self.change_field(MESSAGE, "urgency", description="how urgent")
        self.refused("urgency", "sentence")

    def test_a_message_without_a_sentence(self):
        self.change(MESSAGE, lambda schema: schema.pop("description"))
        self.refused(MESSAGE, "description is missing")

    def test_a_field_without_privacy(self):
        self.change_field(MESSAGE, "urgency", x_privacy=None)
        self.refused("urgency", "x-privacy")

    def test_a_number_without_a_least(self):
        self.change_field(MESSAGE, "urgency", minimum=None)
        self.refused("urgency", "the bound minimum is missing")

    def test_a_number_without_a_most(self):
        self.change_field(MESSAGE, "urgency", maximum=None)
        self.refused("urgency", "the bound maximum is missing")

    def test_a_text_without_a_most(self):
        self.change_field(FORM, "message", maxLength=None)
        self.refused("message", "the bound maxLength is missing")

    def test_a_list_without_a_most(self):
        self.change_field("messages/referral_received.json", "needs", maxItems=None)
        self.refused("needs", "the bound maxItems is missing")

    def test_bounds_the_wrong_way_round(self):
        self.change_field(MESSAGE, "urgency", minimum=9)
        self.refused("urgency", "least is more than the most")

    def test_a_bound_past_64_bits(self):
        self.change_field(MESSAGE, "urgency", maximum=2**63)
        self.refused("urgency", "64 bits")

    def test_a_pattern_that_the_walker_does_not_know(self):
        self.change_field(FORM, "message", pattern="^x$")
        self.refused("message", "pattern")

    def test_an_unknown_daemon(self):
        self.change(MESSAGE, lambda schema: schema["x-to"].append("archive"))
        self.refused(MESSAGE, "unknown daemon archive")

    def test_a_message_that_nobody_hears(self):
        self.change(MESSAGE, lambda schema: schema["x-to"].clear())
        self.refused(MESSAGE, "who hears it")

    def test_a_subject_that_is_no_id(self):
        self.change(MESSAGE, lambda schema: schema.update({"x-subject": "urgency"}))
        self.refused(MESSAGE, "x-subject")

    def test_an_optional_subject(self):
        self.change(MESSAGE, lambda schema: schema["required"].remove("referral_id"))
        self.refused(MESSAGE, "x-subject")

    def test_two_messages_with_one_name(self):
        self.change(MESSAGE, lambda schema: None, saved_as="messages/referral_cleared_too.json")
        self.refused("two messages with one name: referral_cleared")

    def test_a_form_with_a_message_s_name(self):
        self.change(FORM, lambda schema: schema.update({"$id": "referral_cleared"}),
                    saved_as="forms/referral_cleared.json")
        self.refused("two messages with one name: referral_cleared")

    def test_a_name_that_is_not_the_file_s(self):
        self.change(MESSAGE, lambda schema: schema.update({"$id": "cleared"}))
        self.refused(MESSAGE, "$id")

    def test_a_forbidden_word_as_a_name(self):
        self.add_field(MESSAGE, "seat_no", description="A number.", type="integer", minimum=0,
                       maximum=9, x_privacy="open")
        self.refused("seat_no", "the word seat is not used here: say place")

    def test_a_forbidden_word_in_a_sentence(self):
        self.change_field(MESSAGE, "urgency", description="How soon the Kid needs it.")
        self.refused("urgency", "the word kid")

    def test_a_forbidden_word_in_an_enumeration(self):
        self.change("common.json", lambda schema: schema["$defs"]["need"]["enum"].append("seat"))
        self.refused("common.json", "the word seat")

    def test_a_word_of_c_as_a_name(self):
        self.add_field(MESSAGE, "case", description="A number.", type="integer", minimum=0,
                       maximum=9, x_privacy="open")
        self.refused("case is a word of C")

    def test_a_name_with_capitals(self):
        self.add_field(MESSAGE, "caseNo", description="A number.", type="integer", minimum=0,
                       maximum=9, x_privacy="open")
        self.refused("caseNo is no name")

    def test_a_reference_to_nothing(self):
        self.change_field(MESSAGE, "version", **{"$ref": "../common.json#/$defs/edition"})
        self.refused("version", "$ref")

    def test_a_required_field_that_is_not_there(self):
        self.change(MESSAGE, lambda schema: schema["required"].append("colour"))
        self.refused("required colour is no field")

    def test_a_message_without_its_turn(self):
        self.change("common.json", lambda schema: schema["x-sequence"].remove("referral_red"))
        self.refused("x-sequence")

    def test_an_open_form(self):
        self.change(FORM, lambda schema: schema.pop("additionalProperties"))
        self.refused(FORM, "additionalProperties")

    def test_a_key_twice(self):
        with open(self.path(MESSAGE), encoding="utf-8") as file:
            text = file.read()
        with open(self.path(MESSAGE), "w", encoding="utf-8") as file:
            file.write(text.replace('"x-version": 1', '"x-version": 1, "x-version": 2'))
        self.refused(MESSAGE, "twice")

    def test_no_json(self):
        with open(self.path(MESSAGE), "w", encoding="utf-8") as file:
            file.write("{")
        self.refused(MESSAGE)

    def test_a_value_twice(self):
        self.change("common.json", lambda s: s["$defs"]["need"]["enum"].append("quiet_room"))
        self.refused("need", "twice")


class Output(Case):
    def test_the_page_is_current(self):
        done = self.run_it("--check")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_an_old_page_is_told(self):
        self.change_field(MESSAGE, "urgency", maximum=4)
        done = self.run_it("--check")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("MESSAGES.md is old", done.stderr)

    def test_only_what_changed_is_written(self):
        before = self.written()
        self.change_field("messages/meeting_held.json", "theme", maxLength=130)
        after = self.written()
        self.assertEqual(set(before), set(after))
        changed = {name for name in before if before[name].st_ino != after[name].st_ino}
        self.assertEqual(changed, {"messages.c"})

    def test_a_daemon_cannot_say_what_is_not_its_own(self):
        self.written()
        with open(os.path.join(self.out, "matching_port.h"), encoding="utf-8") as file:
            port = file.read()
        self.assertIn("matching_on_referral_received(", port)
        self.assertIn("matching_send_place_offered(", port)
        self.assertNotIn("matching_send_referral_received", port)

    def test_it_compiles_with_both_compilers(self):
        self.written()
        flags = ("-std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wconversion "
                 "-Wmissing-prototypes -Wstrict-prototypes -Wwrite-strings -Werror "
                 "-fsyntax-only").split() + [f"-I{ROOT}", f"-I{self.out}"]
        for header in [name for name in os.listdir(self.out) if name.endswith(".h")]:
            with open(os.path.join(self.out, f"alone_{header}.c"), "w", encoding="utf-8") as file:
                file.write(f'#include "{header}"\nextern int alone;\n')
        sources = [os.path.join(self.out, name) for name in sorted(os.listdir(self.out))
                   if name.endswith(".c")]
        for compiler in filter(shutil.which, ("gcc", "clang")):
            done = subprocess.run([compiler, *flags, *sources], text=True, capture_output=True,
                                  check=False)
            self.assertEqual(done.returncode, 0, done.stderr)


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    done = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    failed = len(done.failures) + len(done.errors)
    print(f"{done.testsRun - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
