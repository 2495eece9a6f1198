#!/usr/bin/python3
"""`gruppstod bench planner` prints what it promises: rows, curves, rounds; not how good it is."""
import json
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import rig

SVG = "{http://www.w3.org/2000/svg}"


def bench(*options):
    """(status, objects, stderr)"""
    status, out, errors = rig.run(["-o", "json", "bench", "planner", *options])
    return status, [json.loads(line) for line in out.splitlines()], errors.decode()


class Bench(unittest.TestCase):
    def test_rows_and_curves(self):
        picture = Path(rig.FOLDER.name, "curves.svg")
        status, rows, errors = bench("--only", "district-1,city-1", "--seconds", 2, "--svg",
                                     picture)
        self.assertEqual(status, 0, errors)
        self.assertEqual([row["instance"] for row in rows], ["district-1", "city-1"])
        for row in rows:
            self.assertNotEqual(row["missed"], "rules broken")
            self.assertLessEqual(row["score"], row["bound"])
            self.assertLess(row["alone_placed"], row["hand_placed"])
            self.assertLess(row["hand_score"], row["score"])
            self.assertGreater(row["memory_mb"], 1)
        self.look_at(picture)

    def look_at(self, picture):
        """One panel, of the city: two lines that say something, and words."""
        root = ElementTree.parse(picture).getroot()
        self.assertEqual(root.tag, f"{SVG}svg")
        lines = {path.get("class"): path.get("d") for path in root.iter(f"{SVG}path")}
        self.assertEqual(set(lines), {"score", "bound"})
        for line in lines.values():
            self.assertRegex(line, r"^M[\d.]+ [\d.]+(H[\d.]+V[\d.]+)*$")
        words = [text.text for text in root.iter(f"{SVG}text")]
        self.assertTrue(any(word.startswith("city-1: ") for word in words), words)

    def test_rounds(self):
        status, rows, errors = bench("--only", "rolling", "--rounds", 3, "--seconds", 2)
        self.assertEqual(status, 0, errors)
        alone, by_hand, planned = rows
        for row in rows:
            self.assertEqual((row["arrived"], row["placed"] + row["left"]), (180, 180))
        self.assertLess(alone["placed"], by_hand["placed"])
        self.assertLess(by_hand["placed"], planned["placed"])

    def test_wrong_words(self):
        for options in (("--only",), ("--rounds", "0"), ("--nosuch", "1"), ("--waiting", "-1")):
            status, rows, errors = bench(*options)
            self.assertEqual((status, rows), (64, []), options)
            self.assertIn("usage:", errors)

    def test_a_generator_that_is_not_there(self):
        status, rows, errors = bench("--only", "district-1", "--generator", "/nonexistent.py")
        self.assertEqual((status, rows), (70, []))
        self.assertIn("district-1", errors)


if __name__ == "__main__":
    unittest.main()
