#!/usr/bin/python3
"""common/embed.py: what a style sheet loses on its way into a daemon, and what it does not."""
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "common"))
import embed  # noqa: E402  pylint: disable=wrong-import-position

SHEETS = {
    "/* why */ a { color: red; }\n": "a{color:red}\n",
    "a  ,\nb > c { margin: 0 auto; }": "a,b>c{margin:0 auto}\n",
    "[dir=rtl] :is(.a, .b)::before { content: \"\\203a\"; }":
        "[dir=rtl] :is(.a,.b)::before{content:\"\\203a\"}\n",
    "@media (min-width: 40rem) { a { inset: 0 -1px; } }":
        "@media (min-width:40rem){a{inset:0 -1px}}\n",
    "a { width: calc(100% - 2 * var(--gap)); }": "a{width:calc(100% - 2 * var(--gap))}\n",
}


class Squeezed(unittest.TestCase):
    def test_says_the_same_in_fewer_bytes(self):
        for sheet, small in SHEETS.items():
            self.assertEqual(embed.squeezed(sheet.encode()).decode(), small)

    def test_is_done_to_style_sheets_alone(self):
        files = dict(embed.gather(ROOT / "services" / "desk" / "pages"))
        self.assertNotIn(b"/*", files["desk.css"])
        source = (ROOT / "services/desk/pages/head.html").read_bytes()
        self.assertEqual(files["head.html"], source)


if __name__ == "__main__":
    unittest.main()
