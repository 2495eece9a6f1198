#!/usr/bin/python3
"""An evening on the desk's pages: a child is missing, a leader is worried, parents take part.

Intake, matching, scheduling, evaluation and the desk are real; the clock stands where a test turns
it, and the letters to the leaders lie in the ledger.
"""
import email
import email.policy
import http.client
import pathlib
import re
import sys
import time
import traceback
import uuid
from datetime import date, timedelta

from core_rig import SLOW
from desk_rig import City, words
from notification_rig import new_id, wait_for
from scheduling_world import CITY, key

EPOCH = date(1970, 1, 1)


def text_of(letter):
    return letter.get_body(("plain",)).get_content()


def raw(name):
    return uuid.UUID(key(name)).bytes


class Town(City):
    """The desk's city with a running group of Anna's, and families on its list."""

    def __init__(self):
        super().__init__()
        try:
            self.open()
        except BaseException:
            self.close()
            raise

    def open(self):
        self.sql(CITY.replace("norr", "bromma").replace("soder", "kista"))
        self.sql("update desk.staff set leader_id = %s where user_name = 'ledare'", key("Anna"))
        self.sql("insert into scheduling.programme_material values (%s, 1, 2, 'stora papper')",
                 key("demo"))
        self.sql("update scheduling.programme_version set joint = '{2}'")
        self.sql("insert into scheduling.programme (programme_id, name, situation, format) values"
                 " (%s, 'Samtal', 'substance', 'individual')", key("samtal"))
        self.sql("insert into scheduling.programme_version (programme_id, version, valid_from,"
                 " minutes, themes, least, most, parents, parent_leaders, entry, entry_meeting)"
                 " values (%s, 1, '2007-01-01', 60, array['Berätta', 'Tryggt', 'Framåt'], 1, 1,"
                 " 'no', 0, 'closed', 1)", key("samtal"))
        self.sql("insert into scheduling.programme_band values (%s, 1, 0, 20)", key("samtal"))
        self.scheduling = self.start(
            "scheduling", scheduling__meetings_every="100ms", scheduling__missing_every="100ms",
            scheduling__material_every="100ms", scheduling__decide_every="100ms", **self.quick)
        self.desk.stop()
        self.desk = self.start("desk", desk__escalate_every="100ms", **self.quick)
        self.sql("update scheduling.leader set email = lower(work_name) || '@work.example.org'")
        self.notification = self.start(
            "notification", notification__send_every="50ms",
            notification__base_url="https://stad.example.org", **self.quick)
        self.families = [self.refer(birth_date="2018-05-0%d" % n, child_name=f"Barn {n}",
                                    **{"guardians.0.phone": "070-174 06 0%d" % n,
                                       "guardians.0.phone_safe": "yes"})
                         for n in range(1, 5)]
        self.group = self.book()
        self.meetings = self.sql("select meeting_id, starts_at from scheduling.meeting"
                                 " where group_id = %s order by starts_at", self.group)
        self.minute(0, 0)
        self.wait(lambda: self.count("scheduling.groups where state = 'running'"))

    def book(self):
        group, today = new_id(), self.sql("select common.today()")[0][0]
        self.say([{"group_id": group.bytes, "programme_id": raw("demo"), "situation": "substance",
                   "language": "sv", "age_from": 6, "age_to": 12, "slot": 0,
                   "room_id": raw("rum 1"), "leader_ids": [raw("Anna"), raw("Bo")],
                   "parent_room_id": raw("rum 2"), "parent_leader_ids": [raw("Cia")],
                   "earliest_day": (today - EPOCH).days, "least": 4, "most": 8}],
                 "scheduling", "group_wanted")
        self.wait(lambda: self.count("scheduling.groups where group_id = %s", group))
        for place, family in enumerate(self.families, 1):
            child = self.sql("select child_id from intake.referral where referral_id = %s",
                             family)[0][0]
            self.say([{"referral_id": family.bytes, "version": 1,
                       "child_id": child.bytes, "group_id": group.bytes,
                       "place_no": place, "offer_id": new_id().bytes,
                       "taken_at_ms": 1_800_000_000_000}], "scheduling", "place_taken")
        self.wait(lambda: self.count("scheduling.groups where state = 'confirmed'"))
        return group

    def wait(self, condition):
        return wait_for(condition, 15 * SLOW, lambda: "\n".join(
            [each.log() for each in self.daemons]
            + [str(self.sql("select kind, reason from ledger.dead"))]))

    def minute(self, meeting, minutes):
        """So many minutes after the start of the meeting."""
        self.sql("update common.civil_clock set ahead = %s - clock_timestamp()",
                 self.meetings[meeting][1] + timedelta(minutes=minutes))

    def note(self, leader, meeting, **presences):
        """Attendance by the leader's form: _1="present" is the first family's."""
        fields = {f"n_{self.families[int(name[1:]) - 1]}": presence
                  for name, presence in presences.items()}
        path = f"/grupper/{self.group}/traff/{self.meetings[meeting][0]}"
        status, headers, _ = leader.post(path, fields)
        assert status == 303 and headers["location"].endswith("sagt=narvaro"), headers

    def open_tasks(self, kind):
        return [row[0] for row in self.sql(
            "select referral_id from desk.task where kind = %s and done_at is null", kind)]

    def await_task(self, kind, family):
        self.wait(lambda: self.open_tasks(kind) == [self.families[family - 1]])

    def letters(self):
        """What went to the leaders about missing children."""
        return [letter for letter in self.mail() if "/kvall/" in text_of(letter)]

    def mail(self):
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                for path in sorted(pathlib.Path(self.var, "mail").glob("*.eml"))]

    def code(self, family):
        return self.sql("select code from intake.referral where referral_id = %s",
                        self.families[family - 1])[0][0]


def test_who_is_noted_as_missing_is_on_the_leaders_page_at_once(town):
    leader = town.browser("ledare")
    town.minute(0, 5)
    town.note(leader, 0, _1="present", _2="absent_untold", _3="absent_told", _4="present")
    town.await_task("missing_child", 2)
    town.wait(lambda: len(town.letters()) == 2)  # who leads the children
    assert not any(town.code(n) in text_of(letter) or "Barn" in text_of(letter)
                   for letter in town.letters() for n in (1, 2, 3, 4))
    page = words(leader.get("/grupper"))
    assert "Saknas nu" in page and town.code(2) in page and "plats 2" in page, page
    assert re.search(r"om (29|30) min", page), page
    assert "Ett barn saknas på träffen" in words(town.browser("samordnare").get("/"))


def test_the_letters_link_says_what_to_do(town):
    link = re.search(r"https://stad.example.org(/sv/kvall/\S+)", text_of(town.letters()[0]))[1]

    def ask(method, body=None):
        line = http.client.HTTPConnection("127.0.0.1", town.intake.port, timeout=20)
        line.request(method, link, body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = line.getresponse()
        page = answer.read().decode()
        line.close()
        return answer.status, page

    status, page = ask("GET")
    assert status == 200 and town.code(2) in page and "Ring hem inom 30 minuter" in page
    assert not any(word in words(page) for word in ("+46", "Mor Ek", "Missbruk"))
    status, page = ask("POST", "orolig=ja")
    assert status == 200 and "Samordningen vet nu" in page
    town.wait(lambda: town.open_tasks("protection") == [town.families[1]])
    town.sql("update desk.task set done_at = common.civil_now(), done_by = %s,"
             " result = 'mottaget av jouren' where kind = 'protection'", town.staff["samordnare"])


def test_the_safe_number_is_shown_for_a_reason(town):
    leader = town.browser("ledare")
    page = leader.get(f"/grupper/{town.group}")
    path = re.search(r'href="(/grupper/[^"]*/saknas/[^"]*)"', page)[1]
    assert "+4670174" not in page
    asks = leader.get(path)
    assert "Varför behöver du se det?" in words(asks) and "Den som hörde av sig" not in words(asks)
    assert leader.post(path, {"skal": ""})[0] == 422
    status, _, shown = leader.post(path, {"skal": "ringa hem"})
    assert status == 200 and "+46701740602" in shown and "får ringas" in shown, words(shown)
    assert not any(word in words(shown) for word in ("Missbruk", "Björken", "Demo"))
    assert town.count("intake.identity_read where referral_id = %s", town.families[1]) == 1
    other = re.sub(r"saknas/[^/]*", f"saknas/{new_id()}", path)
    assert leader.ask("GET", other)[0] == 303, "no number without a missing child"


def test_a_call_that_nobody_makes_comes_to_the_coordinators(town):
    town.minute(0, 36)
    town.wait(lambda: town.open_tasks("missing_late") == [town.families[1]])
    assert "Ingen har ringt om barnet" in words(town.browser("samordnare").get("/"))
    leader = town.browser("ledare")
    page = leader.get(f"/grupper/{town.group}")
    task = re.search(r'action="(/grupper/[^"]*/ringt)"', page)[1]
    status, headers, _ = leader.post(task, {"resultat": "Hade glömt. Kommer nästa gång."})
    assert status == 303 and headers["location"].endswith("sagt=ringt"), headers
    assert town.open_tasks("missing_child") == town.open_tasks("missing_late") == []
    assert "Saknas nu" not in words(leader.get(f"/grupper/{town.group}"))


def test_silence_counts_when_the_quarter_has_passed(town):
    leader = town.browser("ledare")
    town.minute(1, 5)
    town.note(leader, 1, _1="present", _2="present", _3="present")
    town.wait(lambda: not town.count("ledger.scheduling"))
    assert town.open_tasks("missing_child") == []
    town.minute(1, 16)
    town.await_task("missing_child", 4)
    town.note(leader, 1, _4="present")
    assert town.open_tasks("missing_child") == [], "it came late: nobody calls"


def test_twice_in_a_row_is_somebodys_call_once(town):
    leader = town.browser("ledare")
    town.minute(1, 40)
    town.note(leader, 1, _3="absent_untold")
    town.await_task("missing_child", 3)
    town.await_task("missed_twice", 3)  # the time before it was away too, though it was told
    page = words(leader.get("/grupper"))
    assert "Borta två gånger i rad" in page and town.code(3) in page, page
    task = re.search(r'action="(/grupper/[^"]*/ringt)"',
                     leader.get(f"/grupper/{town.group}").split("Borta två gånger")[1])[1]
    assert leader.post(task, {"resultat": "Mår bra, kommer nästa gång."})[0] == 303
    assert town.open_tasks("missed_twice") == []
    town.minute(2, 2)
    town.note(leader, 2, _1="present", _3="absent_untold", _4="present", _2="present")
    town.await_task("missing_child", 3)
    town.wait(lambda: not town.count("ledger.scheduling") and not town.count("ledger.desk"))
    assert town.count("desk.task where kind = 'missed_twice'") == 1, "once for a row of absences"


def test_a_worry_opens_the_protection_track_beside_the_group(town):
    leader, family = town.browser("ledare"), town.families[0]
    town.wait(lambda: town.state(family))
    town.sql("update matching.referral set state = 'placed', group_id = %s, clearance_id = %s"
             " where referral_id = %s", town.group, new_id(), family)
    page = words(leader.get(f"/grupper/{town.group}/orolig/{family}"))
    assert "112" in page and "Inga brev går till familjen" in page
    status, headers, _ = leader.post(f"/grupper/{town.group}/orolig/{family}")
    assert status == 303 and headers["location"].endswith("sagt=orolig"), headers
    town.wait(lambda: town.open_tasks("protection") == [family])
    town.wait(lambda: town.sql("select red from matching.referral where referral_id = %s",
                               family)[0][0])
    assert town.state(family) == "placed", "place and meetings stay"
    assert town.count("scheduling.roster where referral_id = %s", family) == 1
    assert town.sql("select safety, decision from intake.referral where referral_id = %s",
                    family) == [("red", "red")]
    assert town.count("desk.task where kind = 'protection' and group_id = %s"
                      " and due_at <= common.civil_now() + interval '2 hours'", town.group)
    assert town.audits("worry_raised", family) == 2  # the desk's line, and intake's
    stranger = town.refer(birth_date="2018-06-01")
    assert leader.ask("GET", f"/grupper/{town.group}/orolig/{stranger}")[0] == 404
    waits = town.refer(birth_date="2018-06-02")
    town.wait(lambda: town.state(waits))
    town.say([{"referral_id": waits.bytes, "group_id": town.group.bytes,
               "by": new_id().bytes}], "intake", "worry_raised")
    town.await_state(waits, "protection_first")


def test_the_groups_page_tells_what_to_bring_and_who_of_the_parents_comes(town):
    leader, family = town.browser("ledare"), town.families[0]
    page = leader.get(f"/grupper/{town.group}")
    assert "stora papper" in page and words(page).count("med föräldrarna") == 1
    assert "Föräldragruppen" in words(page) and "Cia" in page
    person = re.search(r'name="foralder1" value="([^"]*)"', page)[1]
    status, headers, _ = leader.post(f"/grupper/{town.group}/foraldrar",
                                     {"familj": family, "foralder1": person})
    assert status == 303 and "?akt=" in headers["location"]
    town.wait(lambda: town.count("scheduling.parent_roster") == 1)
    assert "checked" in leader.get(f"/grupper/{town.group}")


def test_programmes_have_a_page(town):
    leader, office = town.browser("ledare"), town.browser("samordnare")
    page = leader.get("/program")
    assert "Demo" in page
    path = f"/program/{key('demo')}"
    page = words(leader.get(path))
    for word in ("Ett", "stora papper", "med föräldrarna", "grundutbildning", "version 1"):
        assert word in page, word
    town.sql("update scheduling.programme set board_needed = true where programme_id = %s",
             key("demo"))
    assert "nämndens beslut saknas" in words(office.get(path))
    assert leader.post(path + "/namnd", {"nummer": "1", "dag": "2026-01-01"})[0] == 403
    office.post(path + "/namnd", {"nummer": "2026/12", "dag": "2026-01-01"})
    town.wait(lambda: town.count("scheduling.programme_board"))
    assert "2026/12" in office.get(path)


def test_talks_and_who_must_not_meet_on_the_card(town):
    office, family = town.browser("samordnare"), town.families[3]
    page = office.get(f"/kort/{family}")
    version = re.search(r'name="svar" value="(\d+)"', page)[1]
    office.post(f"/kort/{family}/beslut", {"beslut": "clear", "bradska": "1", "svar": version,
                                           "talat": "ja"})
    town.await_state(family, "waiting")
    assert "Boka samtal för barnet" in words(page), words(page)
    first = (town.meetings[2][1].date() + timedelta(1)).isoformat()
    status, headers, _ = office.post(
        f"/kort/{family}/enskilt",
        {"program": key("samtal"), "tid": "8", "fran": first, "sprak": "sv"})
    assert status == 303 and "?akt=" in headers["location"], headers
    town.wait(lambda: town.count("scheduling.talks"))
    town.wait(lambda: any("/sv/tider/" in text_of(letter) for letter in town.mail()))
    letter = next(letter for letter in town.mail() if "/sv/tider/" in text_of(letter))
    assert "mor@example.org" in letter["to"] and "samtal" not in text_of(letter).lower()
    page = words(office.get(f"/kort/{family}"))
    assert "bokade" in page and "0 av 3 samtal" in page, page
    office.post(f"/kort/{family}/enskilt",
                {"program": key("samtal"), "tid": "8", "fran": first, "sprak": "sv"})
    town.wait(lambda: "Barnet har redan enskilda samtal." in office.get(f"/kort/{family}"))
    status, headers, _ = office.post(f"/kort/{family}/motas", {
        "kod": town.code(1).lower(), "vem": "parents_must_not_meet"})
    assert headers["location"].endswith("sagt=motas-nu"), "they are in one group as it is"
    town.wait(lambda: town.count("intake.pair where kind = 'parents_must_not_meet'"))
    assert office.post(f"/kort/{family}/motas", {"kod": "XXXXXX", "vem": "must_not_meet"})[1][
        "location"].endswith("sagt=kod")


def main():
    wanted = sys.argv[1:]
    tests = [(name, test) for name, test in globals().items()
             if name.startswith("test_") and (not wanted or name in wanted)]
    passed = failed = 0
    town = Town()
    try:
        for name, test in tests:
            started = time.monotonic()
            try:
                test(town)
                passed += 1
                print(f"ok {name} ({time.monotonic() - started:.1f} s)", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {name}\n{traceback.format_exc()}", flush=True)
        dead = town.sql("select kind, reason from ledger.dead")
        failed += bool(dead)
        if dead:
            print(f"not ok: dead letters {dead}")
    finally:
        town.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
