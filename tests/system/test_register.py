#!/usr/bin/python3
"""The register from the command line: get and describe, and leaders and rooms from files."""
import csv
import io
import json
import subprocess
import sys
import unittest
from datetime import date, timedelta

from scheduling_world import BUILD, ROOT, main
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


    # --- leaders from a file ---

    def bring_in(self, kind, table, *options, encoding="utf-8"):
        path = self.cluster.folder / f"{kind}.csv"
        path.write_bytes(table.encode(encoding))
        return self.say_to("import", kind, path, *options)

    def refused(self, kind, table, *sentences):
        """Nothing is written, and each sentence is said of the file's line and column."""
        counts = ("select count(*) || '/' || max(xmin::text::bigint) from scheduling." +
                  {"leaders": "leader", "rooms": "room"}[kind])
        before = self.ask(counts)
        code, out, error = self.bring_in(kind, table)
        self.assertEqual((code, self.ask(counts)), (WRONG, before), error)
        for sentence in sentences:
            self.assertIn(f"{kind}.csv:{sentence}", error)
        self.assertRegex(error, f"\n?gruppstod: {len(sentences)} faults?; nothing has been")
        self.assertEqual(out, "")

    def leaders(self, *rows):
        head = ("name;kind;email;employer;unit;district;languages;trainings;contract_from;"
                "contract_to;release;slots;led\n")
        return head + "".join(f"{row}\n" for row in rows)

    ANNA = ("Anna;fixed;;Kommunen;Enheten;norr;;substance:basic:2020-01-01;2020-01-01;{until};"
            "{hours};;{led}")
    NEW = ("Åsa;hourly;asa@arbete.example.org;Församlingen;Diakonin;Söder;sv ar;"
           "mental:deeper:2025-01-01:2031-12-31|violence:basic:2025-01-01;2026-01-01;2031-12-31;"
           "16;mon 15:00, tue 15.00;40")

    def tearDown(self):
        self.cursor.execute("update scheduling.leader set contract_until = '2040-01-01',"
                            " led_before = 0, experienced = work_name in ('Anna', 'Cia', 'Eva')")
        self.cursor.execute("delete from scheduling.leader_release")

    def test_leaders_come_in_once_and_change_when_they_change(self):
        table = self.leaders(self.NEW, self.ANNA.format(until="2040-01-01", hours="", led=""))
        code, out, error = self.bring_in("leaders", table, "--dry-run")
        self.assertEqual((code, error), (OK, ""))
        self.assertIn("Åsa: new\n2 leaders: 1 new, 0 changed, 1 as they were\nA dry run", out)
        self.assertNotIn("Åsa", self.names("leaders"))
        self.assertIn("1 new, 0 changed", self.bring_in("leaders", table)[1])
        self.assertIn("0 new, 0 changed, 2 as they were", self.bring_in("leaders", table)[1])
        found = json.loads(self.say_to("-o", "json", "describe", "leader", "åsa")[1])
        row = found["leader"][0]
        self.assertEqual([row[name] for name in ("employment", "employer", "unit", "home", "led",
                                                 "districts", "languages", "release", "slots",
                                                 "experienced", "situations")],
                         ["hourly", "Församlingen", "Diakonin", "soder", 40, "soder", "ar,sv", 16,
                          "mon 15:00, tue 15:00", True, "mental,violence"])
        changed = table.replace("Åsa;hourly", "Åsa-Lena;lent").replace("ar;mental:deeper",
                                                                       "ar;mental:basic")
        code, out, error = self.bring_in("leaders", changed)
        self.assertEqual((code, error), (OK, ""))
        self.assertIn("Åsa-Lena: name, kind, trainings\n2 leaders: 0 new, 1 changed, 1 as they",
                      out)
        self.assertEqual(self.ask("select count(*) from audit.entry where action ="
                                  " 'leader_imported'"), 2)
        self.cursor.execute("delete from scheduling.leader_slot where leader_id not in"
                            " (select leader_id from scheduling.leader where email is null)")
        for name in ("training", "language", "district", "release"):
            self.cursor.execute(f"delete from scheduling.leader_{name} where leader_id in (select"
                                " leader_id from scheduling.leader where email is not null)")
        self.cursor.execute("delete from scheduling.leader where email is not null")

    def test_a_table_is_read_as_a_spreadsheet_wrote_it(self):
        table = self.leaders(self.NEW).replace(
            "name;kind;email;employer;unit;district;", "Namn;anställning;e-post;arbetsgivare;"
            "enhet;stadsdel;").replace("hourly", "Timanställd")
        for sort in (table.replace(";", "\t"), "\ufeff" + table):
            self.assertIn("1 new", self.bring_in("leaders", sort, "--dry-run")[1])
        self.assertIn("Åsa: new", self.bring_in("leaders", table, "--dry-run",
                                                encoding="windows-1252")[1])

    def test_every_wrong_cell_is_named_with_its_line_and_the_right_form(self):
        wrong = ("Ev;fixd;eva@;K;E;nor;sv qq;grief:basic:2020-01-01 mental:top:2020-01-01 "
                 "violence:basic:2020-02-30;2026-13-01;2020-01-01;41;mon 15:01;-1")
        table = self.leaders(self.NEW, wrong, self.NEW).replace("led\n", "lid\n", 1)
        self.refused("leaders", table,
                     "1: lid: no such column is known; near: led",
                     "3: kind: fixd is none of fixed, hourly, lent or partner",
                     "3: email: eva@ is no address",
                     "3: district: there is no district nor; near: norr",
                     "3: languages: qq is no language",
                     "3: trainings: grief:basic:2020-01-01: the situation is one of",
                     "3: trainings: mental:top:2020-01-01: the level is one of",
                     "3: trainings: violence:basic:2020-02-30: the day from which it holds",
                     "3: contract_from: 2026-13-01 is no day, as 2026-10-07 is",
                     "3: release: 41 is no whole number from 0 to 40",
                     "3: slots: mon 15:01 is none of the weekly times",
                     "4: name: line 2 is about the same leader")
        self.refused("leaders", "name;unit\nAnna;\n", "1: kind: the column is missing",
                     "1: district: the column is missing",
                     "1: contract_from: the column is missing",
                     "1: contract_to: the column is missing", "2: unit: it is empty")
        self.assertIn(":2: fewer cells than columns", self.bring_in("leaders", "a;b\n1\n")[2])

    def test_whoever_would_become_impossible_is_refused_with_the_reason(self):
        self.book("Ett")
        name = self.get("groups")[0]["name"]
        days = [row["day"] for row in self.get("meetings", "--group", name)]
        self.refused("leaders", self.leaders(
            self.ANNA.format(until=days[1], hours=7, led=3).replace("basic:2020", "basic:2035")),
                     f"2: contract_to: {name} meets on {days[2]}: the contract lasts until then",
                     f"2: trainings: {name} meets on {days[0]} and wants substance, basic",
                     "2: release: the week of ",
                     f"2: led: is the experienced one of {name}")
        code, out, _ = self.bring_in("leaders", self.leaders(
            self.ANNA.format(until=days[2], hours=8, led=30)))
        self.assertEqual((code, out), (OK, "Anna: led, contract_to, release\n"
                                       "1 leaders: 0 new, 1 changed, 0 as they were\n"))

    # --- rooms from a file ---

    ROOMS = ("site;room;district;withheld;discretion;capacity;access;equipment;hours\n"
             "Huset;1;norr;;;8;step_free;kök|projektor;mon-thu 14:00-20:00\n"
             "Villan;Salen;Söder;ja;secret;10;-;;mon 15.00-18.00, tis 15.00-20.00\n"
             "Villan;Loftet;Söder;ja;secret;6;;;sat 10:00-14:00\n")

    def test_rooms_come_in_once_and_change_when_they_change(self):
        self.assertIn("2 new, 1 changed", self.bring_in("rooms", self.ROOMS, "--dry-run")[1])
        self.assertEqual(len(self.get("rooms")), 3)
        code, out, error = self.bring_in("rooms", self.ROOMS)
        self.assertEqual((code, error), (OK, ""))
        self.assertIn("Huset, 1: access, equipment, hours\nVillan, Salen: new\n"
                      "Villan, Loftet: new\n3 rooms: 2 new, 1 changed, 0 as they were\n", out)
        self.assertIn("0 new, 0 changed, 3 as they were", self.bring_in("rooms", self.ROOMS)[1])
        row, = (row for row in self.get("rooms") if row["name"] == "Salen")
        self.assertEqual([row[name] for name in ("site", "district", "capacity", "withheld",
                                                 "discretion", "hours")],
                         ["Villan", "soder", 10, True, "secret",
                          "mon 15:00-18:00, tue 15:00-20:00"])
        self.assertEqual(self.ask("select array_agg(slot order by slot) from scheduling.room_slot"
                                  " join scheduling.room using (room_id) where name = 'Salen'"),
                         [0, 1, 4])
        later = self.ROOMS.replace("secret;10;-;", "secret;12;-;").replace("10:00-14:00",
                                                                           "11:00-14:00")
        self.assertIn("Villan, Salen: capacity\nVillan, Loftet: hours\n3 rooms: 0 new, 2 changed",
                      self.bring_in("rooms", later)[1])
        self.assertIn("3 as they were", self.bring_in("rooms", later)[1])

    def test_rooms_that_are_wrong_or_booked_are_refused(self):
        group = str(self.book("Ett"))
        name = self.get("groups")[0]["name"]
        day = self.get("meetings", "--group", group)[0]["day"]
        head, _, rest = self.ROOMS.partition("\n")
        self.refused("rooms", f"{head}\nHuset;1;soder;;;7;;;tue-thu 14:00-20:00\n",
                     f"2: capacity: {name} has 8 places in this room",
                     f"2: hours: {name} meets here on {day} 15:00: move the meeting first",
                     f"2: district: {name} meets in the house")
        self.refused("rooms", f"{head}\nHuset;9;norr;maybe;front;0;lift;;mon 20:00-14:00\n"
                     "Huset;9;soder;;;8;;;mon 14:00-18:00,mon 17:00-20:00\n"
                     "Huset;10;norr;nej;secret;8;;;\n",
                     "2: withheld: maybe is none of", "2: discretion: front is none of",
                     "2: capacity: 0 is no whole number", "2: access: lift is none of",
                     "2: hours: mon 20:00-14:00 is no weekday and hours",
                     "3: room: line 2 is about the same room",
                     "3: district: line 2 puts the house elsewhere",
                     "3: hours: two spans of a day overlap",
                     "4: withheld: a house whose address is secret",
                     "4: district: line 3 puts the house elsewhere")
        self.refused("rooms", f"{head}\nHuset;10;norr;;;8;;;\n",
                     "2: hours: a new room says when it is open")
        del rest

    def test_the_columns_are_told_where_they_are_looked_for(self):
        code, out, _ = self.say_to("import", "--help")
        self.assertEqual(code, OK)
        page = (ROOT / "schemas" / "IMPORT.md").read_text(encoding="utf-8")
        kinds = {part.split("\n", 1)[0]: part for part in page.split("\n## ")}
        for kind in ("leaders", "rooms"):
            lines = out.split(f"\n{kind}\n")[1].split("\n\n")[0].splitlines()
            self.assertGreater(len(lines), 8)
            for line in lines:
                self.assertIn(f"| `{line.split()[0]}` |", kinds[kind])


def load_tests(_loader, _tests, _pattern):
    """Only what is told here, not what it inherits."""
    return unittest.TestSuite(Register(name) for name in vars(Register) if name.startswith("test_"))


if __name__ == "__main__":
    sys.exit(main(__name__))
