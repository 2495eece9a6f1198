#!/usr/bin/python3
"""The demo, the reports and the doctor on a whole house of their own, as people run them."""
import csv
import email
import email.policy
import io
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

import psycopg2

from core_rig import audit_problems, audit_rows

BUILD = pathlib.Path(os.environ.get("GRUPPSTOD_TEST_BUILD", "build")).resolve()
RELEASE = pathlib.Path(__file__).resolve().parent.parent.parent
SITUATION_WORDS = ("missbruk", "beroende", "alkohol", "våld", "psyk", "separ", "skils", "violence",
                   "abuse", "addict", "mental", "grupp", "group")
PATIENCE = 400


def free_ports():
    """The first of three ports in a row that nobody has."""
    for port in range(20000 + os.getpid() % 10000, 40000, 3):
        try:
            for number in range(port, port + 3):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", number))
            return port
        except OSError:
            continue
    raise OSError("no three ports in a row are free")


class House:
    """A state folder from `up --init --demo`."""

    def __init__(self):
        self.var = tempfile.mkdtemp(prefix="demo.")
        self.environment = {**os.environ, "GRUPPSTOD_RELEASE": str(RELEASE), "LC_ALL": "C.UTF-8"}

    def command(self, *words):
        return [str(BUILD / "bin/gruppstod"), "--var", self.var, *words]

    def say(self, *words):
        return subprocess.run(self.command(*words), env=self.environment, capture_output=True,
                              text=True, timeout=PATIENCE, check=False)

    def get(self, *words):
        said = self.say("-o", "json", *words)
        if said.returncode:
            raise AssertionError(f"{words}: {said.returncode} {said.stderr}")
        return json.loads(said.stdout)

    def connect(self, role):
        where = [row["value"] for row in self.get("config", "show")
                 if row["key"] == "store.conninfo"][0]
        return psycopg2.connect(f"{where} user={role}")

    def letters(self):
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                for path in pathlib.Path(self.var, "mail").glob("*.eml")]


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = House()
        up = cls.house.say("up", "--init", "--demo", "--port", str(free_ports()))
        if up.returncode:
            cls.tearDownClass()
            raise AssertionError(f"up: {up.stderr}")
        cls.demo = cls.house.say("demo", "--referrals", "120", "--json")
        cls.told = json.loads(cls.demo.stdout) if cls.demo.stdout else {}

    @classmethod
    def tearDownClass(cls):
        cls.house.say("down")
        shutil.rmtree(cls.house.var, ignore_errors=True)

    def test_a1_the_demo_ends_well(self):
        self.assertEqual(self.demo.returncode, 0, self.demo.stderr)
        self.assertIn("Checked by SQL", self.demo.stderr)

    def test_a2_nothing_is_lost_or_doubled(self):
        told = self.told
        self.assertEqual(told["acknowledged"], 120)
        self.assertEqual(told["received"], 120)
        self.assertEqual(told["by_form"] + told["by_api"], 120)
        self.assertGreater(told["by_form"], 0)
        for name in ("lost", "queued", "dead_letters", "two_places", "over_size", "too_late",
                     "letters_failed"):
            self.assertEqual(told[name], 0, name)
        self.assertEqual(sum(told["states"].values()), 120)

    def test_a3_children_get_places_also_in_groups_that_were_formed(self):
        told = self.told
        self.assertGreater(told["groups_formed"], 0)
        self.assertGreater(told["placed_in_formed_groups"], 0)
        self.assertEqual(told["placed"],
                         told["placed_in_open_groups"] + told["placed_in_formed_groups"])
        self.assertGreater(told["answered_yes"], told["answered_no"])
        self.assertGreaterEqual(told["answered_yes"], told["placed"])

    def test_a3_the_planner_formed_them_and_explains(self):
        planner = self.told["planner"]
        self.assertGreater(planner["plans"], 0)
        self.assertGreaterEqual(planner["groups"], self.told["groups_formed"])
        self.assertGreater(planner["score"], 0)
        self.assertGreaterEqual(planner["bound"], planner["score"])
        told = self.house.get("explain", planner["explained"]["code"])[0]
        self.assertEqual((told["wait_reason"], told["wait_why"]),
                         (planner["explained"]["reason"], planner["explained"]["why"]))
        self.assertRegex(told["wait_why"], r"more child")
        self.assertRegex(told["wait"], r"more child(ren)? aged \d+.*needed who can come on \w+days")
        self.assertEqual(self.house.get("status")["planner"][0]["planner"], "answers")

    def test_a4_red_is_never_offered_anything(self):
        self.assertGreater(self.told["red"], 0)
        self.assertGreaterEqual(self.told["states"]["protection_first"], self.told["red"])

    def test_a5_silence_has_run_out_on_a_turned_clock(self):
        self.assertGreater(self.told["silent"], 0)
        self.assertGreaterEqual(self.told["expired"], self.told["silent"] - self.told["pending"])
        self.assertGreater(self.told["civil_days_ahead"], 10)
        self.assertIn("civil clock", self.demo.stderr)

    def test_b1_what_it_told_is_in_the_house(self):
        referrals = self.house.get("get", "referrals")
        placed = [row for row in referrals if row["state"] == "placed"]
        self.assertEqual(len(placed), self.told["placed"])
        hops = self.house.say("trace", placed[0]["code"]).stdout
        for message in ("referral_received", "place_offered", "offer_answered", "place_taken",
                        "referral_placed"):
            self.assertIn(message, hops)

    def test_b2_letters_are_neutral_and_go_to_one(self):
        letters = self.house.letters()
        leaders = [letter for letter in letters if letter["To"].endswith("@arbete.example.org")]
        self.assertEqual(len(letters) - len(leaders), self.told["letters_sent"])
        for letter in letters:
            if letter not in leaders:
                self.assertTrue(letter["To"].endswith("@example.org"), letter["To"])
            self.assertNotIn(",", letter["To"])
            for word in SITUATION_WORDS:
                self.assertNotIn(word, letter["Subject"].lower())

    def test_b3_the_report_shows_no_small_number(self):
        said = self.house.say("report", "--csv")
        self.assertEqual(said.returncode, 0, said.stderr)
        cells = list(csv.DictReader(io.StringIO(said.stdout)))
        tables = {cell["table"] for cell in cells}
        self.assertLessEqual({"wait", "unmet_district", "unmet_reason", "groups", "placed"}, tables)
        small = [cell for cell in cells if cell["table"] not in ("days", "groups")
                 and cell["value"] in ("1", "2", "3", "4")]
        self.assertEqual(small, [])
        self.assertTrue(any(cell["value"] == "< 5" for cell in cells))
        everybody = [cell["value"] for cell in cells
                     if (cell["table"], cell["row"], cell["column"]) == ("wait", "all", "all")]
        self.assertEqual(everybody, [str(120 - self.told["incomplete"])])
        self.assertIn("Children who wait", self.house.say("report").stdout)

    def test_b4_the_doctor_finds_the_turned_clock_and_nothing_broken(self):
        said = self.house.say("doctor")
        self.assertEqual(said.returncode, 1, said.stdout)
        found = {check["check"]: check for check in json.loads(
            self.house.say("-o", "json", "doctor").stdout)}
        self.assertEqual(found["clock"]["level"], "warn")
        self.assertEqual(found["decisions"]["level"], "warn")
        for name in ("postgresql", "migrations", "durability", "daemons", "queues", "dead", "keys",
                     "settings", "sockets"):
            self.assertEqual(found[name]["level"], "ok", found[name])

    def test_b5_programs_get_numbers_truths_and_times(self):
        time = r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$"
        code = self.house.get("get", "referrals")[0]["code"]
        group = self.house.get("get", "groups")[0]["group_id"]
        found = {"shape": self.house.get("shape"), "trace": self.house.get("trace", code),
                 "explain": self.house.get("explain", code), **self.house.get("status")}
        for name in ("referrals", "groups", "leaders", "rooms", "offers", "letters", "proposals"):
            found[name] = self.house.get("get", name)
        self.assertEqual(self.house.get("get", "dead"), [])
        for about, lists in ((("referral", code), "referral offers letters trace"),
                             (("group", group), "group leaders meetings roster trace")):
            self.assertEqual(list(self.house.get("describe", *about)), lists.split())
        numbers = {"daemons": "pid queued port", "queues": "waiting later dead copies"
                   " handled_minute oldest_s p50_ms p95_ms p99_ms said_minute",
                   "states": "referrals oldest_days",
                   "shape": "to_7 over_112 all oldest_days", "trace": "ms",
                   "referrals": "age days urgency", "groups": "taken places", "rooms": "capacity",
                   "leaders": "groups", "letters": "tries", "proposals": "children score"}
        times = {"daemons": "since", "trace": "handled_at", "offers": "created_at expires_at",
                 "letters": "ended_at", "proposals": "created_at"}
        for name, rows in found.items():
            self.assertTrue(rows, name)
            for column in numbers.get(name, "").split():
                kinds = {type(row[column]) for row in rows} - {type(None)}
                self.assertLessEqual(kinds, {int, float}, (name, column))
                self.assertTrue(kinds or column in ("oldest_s", "p50_ms", "p99_ms"), column)
            for column in times.get(name, "").split():
                for row in rows:
                    self.assertRegex(row[column] or "2026-01-01T00:00:00.000+00:00", time)
        self.assertEqual({type(row["experienced"]) for row in found["leaders"]}, {bool})
        table = self.house.say("get", "offers").stdout
        self.assertRegex(table, r"\b20\d\d-\d\d-\d\d \d\d:\d\d  ")
        self.assertNotRegex(table, r"\dT\d\d:")

    def test_b6_settings_for_programs(self):
        shown = self.house.say("config", "show").stdout.splitlines()
        told = self.house.get("config", "show")
        self.assertEqual([f"{row['key']} = {row['value']}  # {row['origin']}" for row in told],
                         [line for line in shown if line and not line.startswith(";")])
        self.assertEqual({row["daemon"] for row in told}, {"intake", "matching", "scheduling",
                                                           "notification", "evaluation", "desk"})
        rows = list(csv.DictReader(io.StringIO(self.house.say("-o", "csv", "config",
                                                              "show").stdout)))
        self.assertEqual(rows, told)
        self.assertEqual(self.house.say("config", "check").returncode, 0)

    def test_b7_who_may_sign_in_is_in_the_audit_chain(self):
        key = bytes.fromhex(pathlib.Path(self.house.var, "keys/audit.key").read_text())

        def lines():
            with self.house.connect("gruppstod_operator") as connection:
                rows = audit_rows(connection)
            connection.close()
            self.assertEqual(audit_problems(rows, key), [])
            return [(row[3].split(":")[0], row[4], str(row[5]), row[6]) for row in rows
                    if row[4].startswith("staff_")]

        self.assertEqual([line[3] for line in lines()],
                         ["coordinator", "leader", "operator", "read_only"])
        for words in (("anna", "coordinator", "Anna Ek"), ("anna", "read_only", "Anna Ek"),
                      ("anna", "--end")):
            self.assertEqual(self.house.say("staff", *words).returncode, 0)
        self.assertNotEqual(self.house.say("staff", "nobody", "--end").returncode, 0)
        with self.house.connect("gruppstod_operator") as connection, \
                connection.cursor() as cursor:
            cursor.execute("select staff_id::text from desk.staff_v where user_name = 'anna'")
            anna = cursor.fetchone()[0]
        connection.close()
        self.assertEqual(lines()[4:], [("operator", "staff_made", anna, "coordinator"),
                                       ("operator", "staff_made", anna, "read_only"),
                                       ("operator", "staff_ended", anna, None)])
        pathlib.Path(self.house.var, "keys/audit.key").rename(self.house.var + "/away.key")
        try:
            self.assertNotEqual(self.house.say("staff", "olle", "operator", "Olle").returncode, 0)
        finally:
            pathlib.Path(self.house.var, "away.key").rename(self.house.var + "/keys/audit.key")
        self.assertEqual(len(lines()), 7)

    def test_c1_it_can_be_stopped_at_any_time(self):
        with subprocess.Popen(self.house.command("demo", "--referrals", "400"),
                              env=self.house.environment, stderr=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, text=True) as demo:
            for line in demo.stderr:
                if line.startswith("Referrals: "):
                    demo.send_signal(signal.SIGINT)
                    break
            rest = demo.stderr.read()
        self.assertEqual(demo.returncode, 130, rest)
        self.assertIn("what was sent stays", rest)

    def test_c2_another_run_adds_more_and_a_coordinator_clears_what_waits(self):
        said = self.house.say("demo", "--referrals", "30", "--coordinator", "--json")
        self.assertEqual(said.returncode, 0, said.stderr)
        told = json.loads(said.stdout)
        self.assertEqual(told["acknowledged"], 30)
        self.assertGreater(told["cleared_at_desk"], 0)
        self.assertGreaterEqual(len(self.house.get("get", "referrals")), 145)

    def test_d1_the_doctor_sees_keys_that_others_may_read(self):
        key = pathlib.Path(self.house.var, "keys/clearance.key")
        key.chmod(0o644)
        try:
            said = self.house.say("doctor")
            self.assertEqual(said.returncode, 69)
            self.assertRegex(said.stdout, r"fail +keys +.*clearance\.key has mode 0644")
        finally:
            key.chmod(0o400)

    def test_d2_the_doctor_says_what_to_do_when_all_is_down(self):
        self.assertEqual(self.house.say("down").returncode, 0)
        said = self.house.say("doctor")
        self.assertEqual(said.returncode, 69)
        self.assertRegex(said.stdout, r"fail +postgresql .*-> gruppstod up")
        self.assertEqual(self.house.say("demo", "--referrals", "1").returncode, 69)


if __name__ == "__main__":
    unittest.main()
