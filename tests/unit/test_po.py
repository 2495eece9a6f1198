#!/usr/bin/python3
"""Every text that people meet is translated, once, with the same names and tags in it."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "common" / "po_check.py"
COMPLETE = {"services/desk": "en", "services/intake": "en,ar", "services/notification": "en,ar"}


def check(folder, languages):
    return subprocess.run([sys.executable, PROGRAM, "--complete", languages, folder],
                          capture_output=True, text=True, cwd=ROOT, check=False)


class Translations(unittest.TestCase):
    def test_are_complete(self):
        for folder, languages in COMPLETE.items():
            with self.subTest(folder):
                said = check(folder, languages)
                self.assertEqual(said.returncode, 0, said.stdout + said.stderr)

    def test_that_are_not_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            pages = Path(folder, "pages")
            (pages / "po").mkdir(parents=True)
            (pages / "a.html").write_text("{{#_}}Hej {{name}}{{/_}}", encoding="utf-8")
            good = 'msgid "Hej {{name}}"\nmsgstr "Hello {{name}}"\n'
            for text, word in ((good, ""), ("", "missing"), (good + "\n" + good, "comes twice"),
                               (good.replace("Hello {{name}}", "Hello"), "other {{names}}"),
                               (good + '\nmsgid "Nej"\nmsgstr "No"\n', "unused")):
                (pages / "po" / "en.po").write_text(text, encoding="utf-8")
                said = check(folder, "en")
                self.assertEqual(said.returncode != 0, bool(word), text)
                self.assertIn(word, said.stdout + said.stderr)


if __name__ == "__main__":
    unittest.main()
