#!/usr/bin/python3
"""Two copies of matching: what one is told while the other forms a group, in a forced order.

A look at the waiting list locks nobody, so a red answer may be handled between the look and the
proposal. The test holds the table of proposals, so that the one waits there while the other works.
"""
import subprocess
import unittest
import uuid

from test_matching import Pair


class Race(Pair):
    settings = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemons["matching, the second"] = subprocess.Popen(
            [*cls.daemons["matching"].args, "--instance", "2"], stdout=cls.log, stderr=cls.log)

    def setUp(self):
        super().setUp()
        self.wait_for("both copies", "select count(*) = 2 from ledger.lease"
                      " where daemon = 'matching' and until > common.machine_now()")

    def tearDown(self):
        self.assertEqual(self.ask(
            "select count(*) from matching.proposal_child c join matching.referral r"
            " using (referral_id) where not c.released and r.state <> 'proposed'"), 0,
            "whoever left the list is in no proposal")
        super().tearDown()

    def hold_proposals(self):
        """Nobody can propose until the connection ends."""
        other = self.cluster.connect("postgres")
        with other.cursor() as cursor:
            cursor.execute("lock table matching.proposal in share mode")
        return other

    def decided(self, group):
        return ("group_decided", group, {"group_id": uuid.UUID(group), "approval": "approve",
                                         "by": uuid.uuid4()})

    def proposal(self):
        return self.wait_for("a proposal", "select group_id from matching.proposal"
                             " where state = 'proposed'")

    def test_red_while_a_group_is_formed(self):
        ids = self.new_children(5)
        self.wait_states(ids, "waiting")
        other = self.hold_proposals()
        try:
            ids += self.new_children(1)
            self.wait_for("one proposes", "select count(*) > 0 from pg_stat_activity"
                          " where %s = any(pg_blocking_pids(pid))", other.get_backend_pid())
            self.say(self.red(ids[0]))
            self.wait_states(ids[:1], "protection_first")
        finally:
            other.close()
        self.wait_states(ids[1:], "proposed")
        self.assertEqual(self.state(ids[0]), "protection_first")
        self.say(self.cleared(ids[0]))  # a person has looked: it may be proposed like any other
        self.wait_states(ids[:1], "waiting")
        more = self.new_children(5)
        self.wait_states([ids[0], *more], "proposed")

    def test_red_while_a_group_is_approved(self):
        for order in (1, -1):
            with self.subTest(order):
                self.setUp()
                ids = self.new_children(6)
                self.wait_states(ids, "proposed")
                self.say(*(self.decided(self.proposal()), self.red(ids[0]))[::order])
                self.wait_states(ids[:1], "protection_first")
                self.wait_states(ids[1:], "offered")
                self.assertEqual(self.state(ids[0]), "protection_first")
                self.assertEqual(self.ask("select count(*) from matching.place"
                                          " where referral_id = %s", str(ids[0])), 0)


if __name__ == "__main__":
    unittest.main()
