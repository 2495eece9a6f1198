"""What other solvers know of the small instances: known.py FROM TO [--seconds S] [--solver NAME]

Solves the textbook model of the seeds FROM to TO-1 and keeps the best of all runs in known.csv:
the score of a plan that exists, and a bound that no plan passes. Run again with more seconds or the
other solver (glpsol, cbc), it closes gaps, and stops where two solvers contradict each other.
"""
import argparse
import csv
import hashlib
import json
import sys
import time
from pathlib import Path

import small
import textbook

TABLE = Path(__file__).parent / "known.csv"
FIELDS = ["seed", "children", "digest", "score", "bound", "solvers"]


def digest(instance):
    """Tells an instance from one that another generator would make."""
    return hashlib.sha256(json.dumps(instance).encode()).hexdigest()[:12]


def read():
    """Rows by seed, numbers as numbers."""
    if not TABLE.exists():
        return {}
    with TABLE.open(newline="", encoding="ascii") as file:
        rows = [{**row, **{name: int(row[name]) for name in ("seed", "children", "score", "bound")}}
                for row in csv.DictReader(file)]
    return {row["seed"]: row for row in rows}


def write(rows):
    with TABLE.open("w", newline="", encoding="ascii") as file:
        table = csv.DictWriter(file, FIELDS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows[seed] for seed in sorted(rows))


def learn(rows, seed, solver, seconds):
    instance = small.make(seed)
    score, bound = textbook.solve(instance, solver, seconds)
    row = {"seed": seed, "children": len(instance["children"]), "digest": digest(instance),
           "score": score, "bound": bound, "solvers": solver}
    old = rows.get(seed)
    if old and old["digest"] == row["digest"]:
        solvers = set(old["solvers"].split("+")) | ({solver} if score == bound else set())
        row.update(score=max(score, old["score"]), bound=min(bound, old["bound"]),
                   solvers="+".join(sorted(solvers)))
    elif score != bound:
        row["solvers"] = ""
    row["solvers"] = row["solvers"].strip("+")
    if row["bound"] < row["score"]:
        sys.exit(f"seed {seed}: {solver} says {score} to {bound}, before it was {old}")
    rows[seed] = row
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("first", type=int)
    parser.add_argument("past", type=int)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--solver", choices=("glpsol", "cbc"), default="glpsol")
    parser.add_argument("--open", action="store_true", help="only what is not proved yet")
    wish = parser.parse_args()
    rows = read()
    for seed in range(wish.first, wish.past):
        if wish.open and seed in rows and rows[seed]["score"] == rows[seed]["bound"]:
            continue
        started = time.monotonic()
        row = learn(rows, seed, wish.solver, wish.seconds)
        write(rows)
        print(f"{seed} {row['children']} children: {row['score']} to {row['bound']}, "
              f"{time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
