#!/usr/bin/python3
"""Style as a test: reads the whole tree and says where it breaks the house's rules.

    tests/tidy.py [--build DIR]     look at this checkout (objects and compile commands from DIR)
    tests/tidy.py --selftest        plant each offence in a small tree: each must be found

Each finding is one line, `file:line: sentence [check]`; any finding makes the status 1. A line that
has to break a rule says so and why in a comment, on it or just above: `tidy(check): the reason`.
"""
import argparse
import sys
from pathlib import Path

import tidy_build
import tidy_text

CHECKS = tidy_text.CHECKS + tidy_build.CHECKS


def look(root, build):
    """Findings of each check by its name, and notes that are no findings."""
    tree = tidy_text.Tree(root, build)
    findings = {check.__name__: [finding for finding in check(tree) if not tree.allowed(finding)]
                for check in CHECKS}
    tidy_text.note_comments(tree)
    return findings, tree.notes


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default="build", help="a release build of this checkout")
    parser.add_argument("--selftest", action="store_true", help="plant offences and find them")
    options = parser.parse_args()
    if options.selftest:
        import tidy_plants  # only the self-test needs it
        return tidy_plants.run(look)
    root = Path(__file__).resolve().parent.parent
    findings, notes = look(root, (root / options.build).resolve())
    for note in notes:
        print(f"note: {note}")
    for finding in (finding for found in findings.values() for finding in found):
        print(f"{finding.path}:{finding.line}: {finding.sentence} [{finding.check}]")
    failed = sum(1 for found in findings.values() if found)
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
