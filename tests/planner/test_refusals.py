#!/usr/bin/python3
"""What `gruppstod plan` refuses: status 2 or 3, the field's path, a sentence, no plan, and soon."""
import json
import time
import unittest

import defects
import rig

MALFORMED, CONTRADICTION = 2, 3


def put(*path_and_value):
    """Changes the field at the path."""
    *path, last, value = path_and_value

    def change(instance):
        thing = instance
        for step in path:
            thing = thing[step]
        thing[last] = value
    return change


def again(kind, number=0):
    return lambda instance: instance[kind].append(instance[kind][number])


def add(kind, value):
    return lambda instance: instance[kind].append(value)


def second_group(instance):
    other = {**instance["groups"][0], "id": "other", "members": [], "parent_group": None,
             "leaders": ["ann", "bo"]}
    instance["groups"].append(other)


REFUSED = [
    ("another format", MALFORMED, r"^format\b", put("format", "gruppstod-instance/9")),
    ("an unknown situation", MALFORMED, r"^children\[0\].themes", put("children", 0, "themes",
                                                                     ["weather"])),
    ("an unknown district", MALFORMED, r"^children\[3\].home", put("children", 3, "home", "Z")),
    ("an unknown room", MALFORMED, r"^groups\[0\].room", put("groups", 0, "room", "tent")),
    ("an unknown leader", MALFORMED, r"^groups\[0\].leaders", put("groups", 0, "leaders",
                                                                 ["ann", "zoe"])),
    ("an unknown sibling", MALFORMED, r"^together\[0\]", put("together", 0, ["a2", "zoe"])),
    ("an unknown child to avoid", MALFORMED, r"^leaders\[2\].avoid", put("leaders", 2, "avoid",
                                                                        ["zoe"])),
    ("an unknown site", MALFORMED, r"^closed\[0\]", put("closed", 0, ["a1", "moon", "mon1500"])),
    ("a child twice", MALFORMED, r"^children\[12\]", again("children")),
    ("a room twice", MALFORMED, r"^rooms\[4\]", again("rooms")),
    ("a leader twice", MALFORMED, r"^leaders\[8\]", again("leaders")),
    ("a slot twice", MALFORMED, r"^slots\b", again("slots")),
    ("65 slots", MALFORMED, r"^slots\b", put("slots", [f"s{i}" for i in range(65)])),
    ("negative minutes", MALFORMED, r"^travel\[1\]\[0\]", put("travel", 1, 0, -1)),
    ("half a minute", MALFORMED, r"^travel\[0\]\[1\]", put("travel", 0, 1, 30.5)),
    ("too short a row", MALFORMED, r"^travel\[0\]", put("travel", 0, [10])),
    ("a band of 0", MALFORMED, r"^policy.max_band_years", put("policy", "max_band_years", 0)),
    ("a share over 100", MALFORMED, r"^policy.parent_share", put("policy", "parent_share", 101)),
    ("a date that does not exist", MALFORMED, r"^children\[1\].birth",
     put("children", 1, "birth", "2001-02-29")),
    ("a month too many", MALFORMED, r"^plan_date", put("plan_date", "2009-13-01")),
    ("a date of another shape", MALFORMED, r"^term_end", put("term_end", "20 Dec 2009")),
    ("urgency 4", MALFORMED, r"^children\[0\].urgency", put("children", 0, "urgency", 4)),
    ("a word for a number", MALFORMED, r"^rooms\[0\].capacity", put("rooms", 0, "capacity", "6")),
    ("a number for a list", MALFORMED, r"^children\[0\].slots", put("children", 0, "slots", 7)),
    ("no rooms at all said", MALFORMED, r"^rooms\b", lambda instance: instance.pop("rooms")),
    ("two groups in one room and slot", CONTRADICTION, r"^groups\b", second_group),
    ("a leader in two groups at once", CONTRADICTION, r"^groups\b", lambda instance: (
        second_group(instance), instance["groups"][1].update(room="east",
                                                             leaders=["finn", "ann"]))),
    ("a member of a group who waits", CONTRADICTION, r"^groups\b", put(
        "groups", 0, "members", 0, "id", "a1")),
    ("together and apart", CONTRADICTION, r"^(together|apart)", add("apart", ["a2", "a3"])),
    ("together and never to meet", CONTRADICTION, r"^(together|must_not_meet)",
     add("must_not_meet", ["a3", "a2"])),
    ("a term that ends before it begins", CONTRADICTION, r"^term_end", put(
        "term_end", "2009-08-30")),
]


class Refusals(unittest.TestCase):
    def refused(self, data, status, pattern, seconds=2):
        started = time.monotonic()
        ended, out, errors = rig.run(["plan", "--iterations", "1"], data)
        took = time.monotonic() - started
        self.assertEqual((ended, out), (status, b""), errors)
        self.assertRegex(errors.decode(), pattern)
        self.assertLessEqual(len(errors.decode().splitlines()), 3, errors)
        self.assertLess(took, seconds * rig.SANITIZED)

    def test_fields(self):
        rig.plan(defects.world(), "--iterations", 1)
        for words, status, pattern, change in REFUSED:
            with self.subTest(words):
                self.refused(rig.as_bytes(rig.changed(defects.world(), change)), status,
                             pattern)

    def test_what_is_no_instance(self):
        for data in (b"", b"null", b"[]", b"{", b"\xff\xfe", b"{} {}", b'"' + b"x" * 100000,
                     json.dumps(defects.world()).encode()[:-1]):
            with self.subTest(data[:20]):
                self.refused(data, MALFORMED, r"\w")

    def test_deep(self):
        self.refused(b"[" * 10000 + b"]" * 10000, MALFORMED, r"deep|nest")
        self.refused(b'{"policy": ' + b'{"a":' * 10000 + b"1" + b"}" * 10001, MALFORMED,
                     r"deep|nest")

    def test_200_megabytes(self):
        self.refused(b'{"name": "' + b"x" * (200 << 20) + b'"}', MALFORMED, r"MB|large|big",
                     seconds=4)
        self.refused(b" " * (200 << 20), MALFORMED, r"MB|large|big", seconds=4)


if __name__ == "__main__":
    unittest.main()
