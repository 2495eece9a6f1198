#!/usr/bin/python3
"""The register from the command line: get and describe, and leaders and rooms from files."""
import csv
import io
import json
import subprocess
import sys
import unittest
import uuid
from datetime import date, timedelta

from scheduling_world import BUILD, key, main
from test_scheduling import Daemon

DAY = timedelta(days=1)
OK, WRONG, NOT_THERE, USAGE = 0, 65, 66, 64


class Register(Daemon):
    """An operator's words to a city whose scheduling runs."""

    def say_to(self, *words):
        """(exit code, stdout, stderr) of `gruppstod WORDS`."""
        done = subprocess.run([BUILD / "bin" / "gruppstod", "--var", self.cluster.folder,
                               *map(str, words)], capture_output=True, text=True, timeout=30,
                              check=False)
        return done.returncode, done.stdout, done.stderr

    def get(self, *words):
        code, out, error = self.say_to("-o", "json", "get", *words)
        self.assertEqual((code, error), (OK, ""))
        return json.loads(out)

    def names(self, *words):
        return [row["name"] for row in self.get(*words)]

    # --- get ---

    def test_lists_are_narrowed_by_words(self):
        group = str(self.book("Ett"))
        row = self.get("groups")[0]
        self.assertEqual((row["group_id"], row["state"], row["district"], row["places"]),
                         (group, "booked", "norr", 8))
        first, last = row["first_day"], row["meetings_to"]
        for words, there in ((("--state", "booked"), 1), (("--state", "running"), 0),
                             (("--district", "Norr"), 1), (("--district", "soder"), 0),
                             (("--situation", "substance"), 1), (("--situation", "violence"), 0),
                             (("--leader", "anna"), 1), (("--leader", "Eva"), 0),
                             (("--from", last), 1),
                             (("--from", date.fromisoformat(last) + DAY), 0),
                             (("--to", first), 1),
                             (("--to", date.fromisoformat(first) - DAY, "--state", "booked"), 0)):
            self.assertEqual(len(self.get("groups", *words)), there, words)
        self.assertEqual(self.names("leaders", "--situation", "violence"), [])
        self.assertEqual(len(self.names("leaders", "--district", "norr", "--state", "active")), 5)
        self.assertEqual({row["site"] for row in self.get("rooms", "--district", "norr")},
                         {"Huset"})
        meetings = self.get("meetings", "--group", self.get("groups")[0]["name"])
        self.assertEqual([(row["no"], row["theme"]) for row in meetings],
                         [(1, "Ett"), (2, "Två"), (3, "Tre")])
        self.assertEqual({row["leaders"] for row in meetings}, {"Anna + Bo"})
        self.assertEqual(len(self.get("meetings", "--from", meetings[1]["day"], "--to",
                                      meetings[1]["day"], "--leader", "Bo")), 1)

    def test_every_form_has_its_columns(self):
        self.book("Ett")
        for what, head in (("groups", "NAME"), ("leaders", "NAME"), ("rooms", "SITE"),
                           ("meetings", "DAY")):
            table, wide = (self.say_to("-o", form, "get", what)[1].splitlines()
                           for form in ("table", "wide"))
            self.assertTrue(table[0].startswith(head) and wide[0].startswith(head), what)
            self.assertLess(len(table[0]), len(wide[0]), what)
            rows = list(csv.DictReader(io.StringIO(self.say_to("-o", "csv", "get", what)[1])))
            self.assertEqual(list(rows[0]), list(self.get(what)[0]), what)
            self.assertEqual(len(rows), len(table) - 1)

    def test_what_is_wrong_is_answered_with_what_would_be_right(self):
        self.book("Ett")
        name = self.get("groups")[0]["name"]
        for words, code, said in (
                (("get", "groups", "--district", "nor"), WRONG, "near: norr"),
                (("get", "groups", "--state", "runing"), WRONG, "booked offered confirmed running"),
                (("get", "groups", "--situation", "grief"), WRONG, "substance mental violence"),
                (("get", "groups", "--from", "2026-02-30"), WRONG, "--from: 2026-02-30 is no day"),
                (("get", "groups", "--leader", "Ana"), WRONG, "near: Anna"),
                (("get", "rooms", "--state", "booked"), USAGE, "get rooms [--district DISTRICT]"),
                (("get", "meetings", "--group"), USAGE, "[--group NAME]"),
                (("get", "trees"), USAGE, "groups|leaders|rooms|meetings"),
                (("describe", "leader", "Anne"), NOT_THERE, "no leader is called Anne; near: Anna"),
                (("describe", "room", "Huset 1"), NOT_THERE, "near: Huset, 1"),
                (("describe", "room", "1"), NOT_THERE, "2 rooms are called 1: say the id"),
                (("describe", "group", name[:-2]), NOT_THERE, f"near: {name}"),
                (("describe", "group", "Zzzzzz"), NOT_THERE, "`gruppstod get groups` lists them"),
                (("describe", "meeting", f"{name} 9"), NOT_THERE, f"near: {name}")):
            found = self.say_to(*words)
            self.assertEqual((found[0], found[1]), (code, ""), words)
            self.assertIn(said, found[2], words)

    # --- describe ---

    def test_one_thing_with_all_that_belongs_to_it(self):
        group = str(self.book("Ett"))
        name = self.get("groups")[0]["name"]
        for words, lists in (
                (("group", name), "group leaders meetings roster trace"),
                (("leader", "Anna"), "leader trainings hours absences groups meetings"),
                (("room", "huset, 1"), "room hours bookings"),
                (("meeting", f"{name} 2"), "meeting leaders attendance")):
            code, out, error = self.say_to("-o", "json", "describe", *words)
            self.assertEqual((code, error), (OK, ""), words)
            found = json.loads(out)
            self.assertEqual(list(found), lists.split())
            again = self.say_to("-o", "json", "describe", words[0],
                                found[words[0]][0][f"{words[0]}_id"])[1]
            self.assertEqual(json.loads(again), found)
        shown = json.loads(self.say_to("-o", "json", "describe", "leader", "Anna")[1])
        self.assertEqual([row["group_id"] for row in shown["groups"]], [group])
        self.assertEqual(len(shown["meetings"]), 3)
        self.assertEqual([(row["situation"], row["holds"]) for row in shown["trainings"]],
                         [("substance", True)])
        room = json.loads(self.say_to("-o", "json", "describe", "room", "Huset, 1")[1])
        self.assertEqual([row["group"] for row in room["bookings"]], [name] * 3)


def load_tests(_loader, _tests, _pattern):
    """Only what is told here, not what it inherits."""
    return unittest.TestSuite(Register(name) for name in vars(Register) if name.startswith("test_"))


if __name__ == "__main__":
    sys.exit(main(__name__))
