#!/usr/bin/python3
"""How soon and how heavy the pages come: first byte and bytes of each, on a city that runs.

    tests/bench/pages.py VAR [--rounds N]

VAR is the state folder of a running demo city (deploy/quickstart prints it). Every page is asked
for N times (50) over one kept connection, signed in where it is the desk's; one JSON line a page,
then the slowest and the heaviest beside what was asked for: 20 ms at the median, 50 KiB.
"""
import argparse
import http.client
import json
import re
import statistics
import time
import urllib.parse
from pathlib import Path

ASKED_MS, ASKED_BYTES = 20, 50 * 1024
PUBLIC = ("/sv/", "/sv/barn", "/sv/foralder", "/sv/anmal", "/sv/grupper", "/sv/akut", "/sv/kvitto",
          "/ar/", "/en/grupper")
DESK = {"samordnare": ("/", "/vantelista", "/grupper", "/ideer", "/ledare", "/lokaler", "/program",
                       "/kalendrar", "/lov", "/plan", "/karta", "/handledning", "/besok"),
        "ledare": ("/grupper", "/mina-timmar"), "drift": ("/koer", "/vantan", "/tangenter")}


class Visitor:
    def __init__(self, port):
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.cookie = ""

    def ask(self, method, path, body=None):
        """Status, headers, body, and the milliseconds until the status line was there."""
        headers = {"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        self.link.request(method, path, body, headers)
        answer = self.link.getresponse()
        first = (time.perf_counter() - started) * 1000
        return answer.status, answer.headers, answer.read(), first

    def sign_in(self, user, password):
        body = urllib.parse.urlencode({"namn": user, "losenord": password})
        status, headers, _, _ = self.ask("POST", "/in", body)
        if status != 303:
            raise SystemExit(f"{user} could not sign in: {status}")
        self.cookie = headers["Set-Cookie"].split(";")[0]


def measure(visitor, who, path, rounds):
    times = []
    for _ in range(rounds):
        status, _, body, first = visitor.ask("GET", path)
        if status != 200:
            raise SystemExit(f"{who} {path}: {status}")
        times.append(first)
    row = {"who": who, "page": path, "p50_ms": round(statistics.median(times), 2),
           "p95_ms": round(sorted(times)[int(len(times) * 0.95)], 2), "bytes": len(body)}
    print(json.dumps(row), flush=True)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("var", type=Path)
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    settings = "".join(path.read_text(encoding="utf-8")
                       for path in [options.var / "gruppstod.ini", *sorted(
                           (options.var / "conf.d").glob("*.ini"))])
    port = int(re.search(r"\[intake\][^\[]*?port *= *(\d+)", settings).group(1))
    passwords = dict(line.split()[:2] for line in
                     (options.var / "demo-sign-in.txt").read_text(encoding="utf-8").splitlines())
    rows = [measure(Visitor(port), "public", path, options.rounds) for path in PUBLIC]
    for user, pages in DESK.items():
        visitor = Visitor(port + 1)
        visitor.sign_in(user, passwords[user])
        rows += [measure(visitor, user, path, options.rounds) for path in pages]
    slowest = max(rows, key=lambda row: row["p50_ms"])
    heaviest = max(rows, key=lambda row: row["bytes"])
    print(json.dumps({"pages": len(rows), "slowest": slowest["page"],
                      "p50_ms": slowest["p50_ms"], "asked_ms": ASKED_MS,
                      "ratio": round(slowest["p50_ms"] / ASKED_MS, 3), "heaviest": heaviest["page"],
                      "bytes": heaviest["bytes"], "asked_bytes": ASKED_BYTES}))


if __name__ == "__main__":
    main()
