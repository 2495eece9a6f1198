"""Proves from the outside that nothing was lost, doubled or given to the wrong child.

It knows the tables and nothing of the programs. Each rule is a query that finds what breaks it, and
a sentence; `RULES` is the list. The load generator's journal tells what was acknowledged: one JSON
line {"key": ..., "receipt": ...} for each 201, on the disk before the next request.

    oracle.py CONNINFO [JOURNAL]    prints what is broken; status 0 when nothing is
"""
import json
import sys

import psycopg2

RULES = []


def rule(name, sentence, query, rest=False):
    """`rest`: holds only when all queues are empty."""
    RULES.append((name, sentence, query, rest))


ON_THE_WAY = """exists (select from ledger.{0} m where m.subject = r.referral_id and m.kind = '{1}')
    or exists (select from ledger.later m where m.receiver = '{0}' and m.subject = r.referral_id
        and m.kind = '{1}')
    or exists (select from ledger.dead m where m.receiver = '{0}' and m.subject = r.referral_id
        and m.kind = '{1}' and m.ended is null)"""

# I2: nothing is lost

rule("acknowledged_is_kept", "Whatever was acknowledged is a row of intake.",
     "select j.receipt from journal j left join intake.referral r using (receipt)"
     " where r.referral_id is null")
rule("one_receipt_a_key", "The same request, sent again, is the same referral.",
     "select key from journal group by key having count(distinct receipt) > 1"
     " union all select receipt from journal group by receipt having count(distinct key) > 1")
rule("matching_has_it", "A referral is with matching, or on its way there.",
     "select r.referral_id from intake.referral r left join matching.referral m using (referral_id)"
     " where r.complete and m.referral_id is null and not ("
     + ON_THE_WAY.format("matching", "referral_received") + ")")
rule("evaluation_has_it", "A referral is counted, or on its way to be.",
     "select r.referral_id from intake.referral r"
     " left join evaluation.referral e using (referral_id)"
     " where r.complete and e.referral_id is null and not ("
     + ON_THE_WAY.format("evaluation", "referral_received") + ")")
rule("matching_heard_all", "Matching has heard each of intake's messages about a referral.",
     "select referral_id, r.said, m.heard from intake.referral r"
     " join matching.referral m using (referral_id) where r.complete and r.said <> m.heard", True)
rule("the_case_is_kept", "Each referral that matching holds has its case.",
     "select m.referral_id from matching.referral m left join matching.case c using (referral_id)"
     " where c.referral_id is null or c.child_id <> m.child_id")
rule("a_person_to_reach", "Each referral has the sealed child and somebody to reach.",
     "select r.referral_id from intake.referral r where r.complete and not exists"
     " (select from intake.person p where p.referral_id = r.referral_id and p.role <> 'child')")

# I3: one offer, one place, no group over its size

rule("one_pending_offer", "A child has one pending offer at most.",
     "select child_id from matching.offer where state = 'pending' group by 1 having count(*) > 1")
rule("one_place", "A child has one place at most.",
     "select child_id from matching.place where not ended group by 1 having count(*) > 1")
rule("no_place_twice", "A place belongs to one child.",
     "select group_id, place_no from matching.place group by 1, 2 having count(*) > 1")
rule("not_over_size", "No group is over the size that scheduling booked.",
     "select p.group_id from matching.place p join scheduling.groups g using (group_id)"
     " group by p.group_id, g.places having count(*) > g.places or max(p.place_no) > g.places")
rule("roster_not_over_size", "No roster is longer than its group.",
     "select s.group_id from scheduling.roster s join scheduling.groups g using (group_id)"
     " group by s.group_id, g.places having count(*) > g.places or max(s.place_no) > g.places")
rule("bits_are_places", "A group's used places are the places there are.",
     "select o.group_id from matching.open_group o left join matching.place p using (group_id)"
     " group by o.group_id, o.used"
     " having o.used <> coalesce(bit_or(1::bigint << (p.place_no - 1)), 0)")
rule("pending_holds_its_place", "A pending offer holds its own place.",
     "select o.offer_id from matching.offer o left join matching.place p on p.offer_id = o.offer_id"
     " and p.group_id = o.group_id and p.place_no = o.place_no and p.referral_id = o.referral_id"
     " and p.state = 'held' where o.state = 'pending' and p.group_id is null")
rule("held_has_its_offer", "A held place has a pending offer, a taken one an accepted offer.",
     "select p.group_id, p.place_no from matching.place p"
     " left join matching.offer o on o.offer_id = p.offer_id and o.referral_id = p.referral_id"
     " and o.group_id = p.group_id where o.state is distinct from"
     " case p.state when 'held' then 'pending' else 'accepted' end and not p.ended")
rule("offer_is_the_childs", "An offer is made to the child of its referral.",
     "select o.offer_id from matching.offer o join matching.referral r using (referral_id)"
     " where o.child_id <> r.child_id")

# I4, safety: letters

rule("one_decision", "A person is told of an event once.",
     "select event_id, person_id, purpose from notification.letter group by 1, 2, 3"
     " having count(*) > 1")
rule("every_offer_is_told", "Each offer led to a letter, or to a task for a person.",
     "select o.offer_id from matching.offer o where o.state <> 'revoked' and not exists"
     " (select from notification.letter l where l.event_id = o.offer_id and l.purpose = 'offer')",
     True)
rule("no_letter_without_clearance", "No letter leaves without a clearance of its own referral.",
     "select l.letter_id from notification.letter l"
     " left join intake.clearance c on c.clearance_id = l.clearance_id"
     " and c.referral_id = l.referral_id and c.answers_version = l.answers_version"
     " where l.state not in ('task', 'dropped') and l.purpose in ('offer', 'start')"
     " and c.clearance_id is null")
rule("no_letter_for_red", "No letter leaves for a referral whose answers are red.",
     "select l.letter_id from notification.letter l join intake.referral r using (referral_id)"
     " where r.safety = 'red' and r.answers_version = l.answers_version"
     " and l.state not in ('task', 'dropped')")
rule("no_letter_to_the_child_or_a_stranger",
     "A letter goes to a person of its own referral, or to a leader.",
     "select l.letter_id from notification.letter l left join intake.person p"
     " on p.person_id = l.person_id and p.referral_id = l.referral_id and p.role <> 'child'"
     " left join scheduling.leader w on w.leader_id = l.person_id and l.reader = 'leader'"
     " where l.state <> 'task' and p.person_id is null and w.leader_id is null")
rule("no_offer_uncleared", "No offer is made before a clearance.",
     "select o.offer_id from matching.offer o where not exists (select from intake.clearance c"
     " where c.referral_id = o.referral_id and c.cleared_at <= o.created_at)")
rule("red_holds_no_offer", "Red answers end an offer.",
     "select r.referral_id from intake.referral r join matching.offer o using (referral_id)"
     " where r.safety = 'red' and o.state = 'pending'", True)

# I5, I6: once, in order, traced

rule("handled_once", "No message is handled twice by one receiver.",
     "select id, receiver from ledger.hop group by 1, 2 having count(*) > 1")
rule("handled_is_gone", "What was handled waits no more.",
     "select id from (" + " union all ".join(
         f"select id, '{name}' as receiver from ledger.{name}" for name in
         ("intake", "matching", "scheduling", "notification", "evaluation", "desk"))
     + " union all select id, receiver from ledger.later) as waiting"
     " join ledger.hop using (id, receiver) where outcome = 'done'")
rule("a_cause_is_a_hop", "What led to a message was handled by the one who said it.",
     "select h.id from ledger.hop h left join ledger.hop c on c.id = h.cause"
     " and c.receiver = h.sender where h.cause is not null and c.id is null")
rule("received_once", "Matching hears of a referral once.",
     "select subject, receiver from ledger.hop where kind = 'referral_received'"
     " and outcome = 'done' group by 1, 2 having count(*) > 1")
rule("handled_after_said", "Nothing is handled before it was said.",
     "select id from ledger.hop where handled_at < said_at - interval '1 second'")
rule("versions_only_rise", "Nobody knows a newer version of a referral than matching itself.",
     "select m.referral_id from matching.referral m left join intake.referral i using (referral_id)"
     " left join scheduling.roster s using (referral_id)"
     " where i.matching_version > m.version or s.version > m.version")
rule("every_move_is_a_version", "A referral moved no more often than its version says.",
     "select m.referral_id from matching.referral m join (select subject, count(*) as moves"
     " from ledger.hop where receiver = 'matching' and outcome = 'done'"
     " and state_after is distinct from state_before and state_before is not null group by 1) h"
     " on h.subject = m.referral_id where h.moves > m.version")
rule("nothing_is_given_up", "No message lies with the dead letters.",
     "select id, receiver, kind, reason from ledger.dead where ended is null")

# At rest all say the same

rule("state_has_its_offer", "Offered means a pending offer, for the group that is named.",
     "select r.referral_id from matching.referral r left join matching.offer o"
     " on o.referral_id = r.referral_id and o.group_id = r.group_id and o.state = 'pending'"
     " where r.state in ('offered', 'call_back') and o.offer_id is null")
rule("pending_has_its_state", "Who has a pending offer is offered a place.",
     "select r.referral_id, r.state from matching.offer o join matching.referral r"
     " using (referral_id) where o.state = 'pending' and r.state not in ('offered', 'call_back')")
rule("waiting_is_listed", "Who waits is on the waiting list, and nobody else.",
     "select referral_id from matching.referral r full join matching.waiting w using (referral_id)"
     " where (r.state is not distinct from 'waiting') <> (w.since is not null)")
rule("accepted_has_its_place", "Who accepted has the place taken.",
     "select r.referral_id from matching.referral r left join matching.place p"
     " on p.referral_id = r.referral_id and p.group_id = r.group_id and p.state = 'taken'"
     " where r.state in ('accepted', 'placed', 'attending') and p.group_id is null")
rule("answers_are_obeyed", "A yes is accepted; a no is not.",
     "select a.offer_id, a.answer, o.state from intake.answer a join matching.offer o"
     " using (offer_id) where case a.answer when 'yes' then o.state in ('pending', 'declined')"
     " when 'no' then o.state in ('pending', 'accepted') end", True)
rule("accepted_was_answered", "Nobody accepts but the family.",
     "select o.offer_id from matching.offer o left join intake.answer a using (offer_id)"
     " where o.state = 'accepted' and a.answer is distinct from 'yes'")
rule("roster_is_matchings", "The roster is who took a place.",
     "select coalesce(s.group_id, p.group_id) from scheduling.roster s full join"
     " (select group_id, place_no, referral_id from matching.place where state = 'taken') p"
     " on p.group_id = s.group_id and p.place_no = s.place_no and p.referral_id = s.referral_id"
     " where s.group_id is null or p.group_id is null", True)
rule("fill_is_the_roster", "A group's count of taken places is its roster's.",
     "select f.group_id, f.taken from scheduling.group_fill f left join scheduling.roster s"
     " using (group_id) group by f.group_id, f.taken having f.taken <> count(s.referral_id)", True)
rule("placed_is_counted", "Who is placed is counted as taken and placed, once each.",
     "select r.referral_id from matching.referral r left join evaluation.fact f"
     " on f.referral_id = r.referral_id and f.group_id = r.group_id where r.state = 'placed'"
     " group by r.referral_id having count(*) filter (where f.kind = 'taken') <> 1"
     " or count(*) filter (where f.kind = 'placed') <> 1", True)
rule("nobody_else_is_counted", "Who is counted as placed has taken a place.",
     "select f.referral_id from evaluation.fact f left join matching.referral r using (referral_id)"
     " where f.kind = 'placed' and r.state is distinct from 'placed'"
     " and not exists (select from evaluation.fact g where g.referral_id = f.referral_id"
     " and g.kind = 'released')", True)
rule("the_receipt_says_placed", "The receipt of who is placed says so.",
     "select i.referral_id from intake.referral i join matching.referral r using (referral_id)"
     " where r.state = 'placed' and i.state not in ('placed', 'completed')", True)
rule("placed_in_a_confirmed_group", "Placed means that the group is confirmed.",
     "select r.referral_id from matching.referral r join scheduling.groups g using (group_id)"
     " where r.state = 'placed' and g.state not in ('confirmed', 'running', 'finished',"
     " 'evaluated')", True)


def read_journal(path):
    """The acknowledged; a last line that a crash cut is no acknowledgement."""
    lines = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                lines.append(json.loads(line))
    return lines


def load_journal(cursor, journal):
    cursor.execute("drop table if exists pg_temp.journal;"
                   " create temp table journal (key text, receipt text)")
    cursor.executemany("insert into journal values (%s, %s)",
                       [(line["key"], line["receipt"]) for line in journal])


def check(connection, journal=(), rest=True):
    """{rule: what breaks it}; empty when all holds."""
    broken = {}
    with connection.cursor() as cursor:
        load_journal(cursor, journal)
        for name, _, query, at_rest in RULES:
            if at_rest and not rest:
                continue
            cursor.execute(query)
            rows = cursor.fetchall()
            if rows:
                broken[name] = rows
    return broken


def report(broken):
    sentences = {name: sentence for name, sentence, _, _ in RULES}
    return "\n".join(f"{name}: {sentences[name]} Broken {len(rows)} times, e.g. "
                     + ", ".join(str(value) for value in rows[0])
                     for name, rows in broken.items())


def main():
    connection = psycopg2.connect(sys.argv[1])
    connection.autocommit = True
    broken = check(connection, read_journal(sys.argv[2]) if len(sys.argv) > 2 else ())
    print(report(broken) or f"all {len(RULES)} rules hold")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
