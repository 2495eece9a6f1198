#!/usr/bin/python3
"""Letters against mail servers of every malice: SAFETY's row "SMTP" and its e-mail section.

The servers are aiosmtpd for the good ones, and one of our own that breaks off, hangs, refuses and
trickles at each stage. The daemon and the database are the real ones.
"""
import asyncio
import logging
import signal
import ssl
import subprocess
import threading
import time
import unittest
import urllib.request

from aiosmtpd.controller import Controller
from notification_rig import Rig, free_port, wait_for

HOLD = 30  # seconds that a hanging server hangs: longer than any time limit of ours


async def wait_out(seconds):
    """Malice that takes its time. tidy(sleep): a server that hangs is what is tested."""
    await asyncio.sleep(seconds)


class EvilServer:
    """Speaks SMTP until its mode says otherwise; `mode` may change between connections.

    A recipient's local part that is a mode overrides it, from RCPT on.
    """

    def __init__(self):
        self.port = free_port()
        self.mode = "good"
        self.letters = []   # (recipient, bytes) of those that were given their 250
        self.bodies = []    # all that came with a dot, answered or not
        self.talk = []      # commands
        self.at_dot = None  # called with the recipient when the dot has come, before any answer
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.tasks = set()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        self.ready.wait(10)

    def run(self):
        asyncio.set_event_loop(self.loop)
        self.server = self.loop.run_until_complete(
            asyncio.start_server(self.serve, "127.0.0.1", self.port))
        self.ready.set()
        self.loop.run_forever()

    def close(self):
        asyncio.run_coroutine_threadsafe(self.end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    async def end(self):
        self.server.close()
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def use(self, mode):
        """Another mode, and no connection that remembers the last."""
        self.mode = mode
        for task in list(self.tasks):
            self.loop.call_soon_threadsafe(task.cancel)

    async def serve(self, reader, writer):
        task = asyncio.current_task()
        self.tasks.add(task)
        try:
            await self.converse(reader, writer, self.mode)
        except (asyncio.CancelledError, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.tasks.discard(task)
            writer.close()

    async def say(self, writer, mode, text):
        for byte in (text + "\r\n").encode():
            writer.write(bytes([byte]))
            if mode == "slow":
                await writer.drain()
                await wait_out(1)
        await writer.drain()

    async def converse(self, reader, writer, mode):
        if await self.stray(mode, "greeting", writer):
            return
        await self.say(writer, mode, "220 mail.example.org")
        while line := (await reader.readline()).decode().strip():
            self.talk.append(line)
            verb = line.split(" ")[0].split(":")[0].upper()
            if verb == "RCPT":
                recipient = line[line.index("<") + 1:line.index(">")]
                name = recipient.split("@")[0]
                mode = name if name in MODES else mode
            if await self.stray(mode, verb.lower(), writer):
                return
            if verb == "DATA":
                if not await self.take(reader, writer, mode, recipient):
                    return
            elif verb == "QUIT":
                return await self.say(writer, mode, "221 bye")
            else:
                await self.say(writer, mode, REPLIES.get((mode, verb), "250 ok"))

    async def stray(self, mode, stage, writer):
        """Hangs at the stage, or ends the connection there; true when it ended."""
        if mode == f"hang-{stage}":
            await wait_out(HOLD)
        if mode == f"refuse-{stage}":
            await self.say(writer, mode, "554 go away")
        return mode in (f"hang-{stage}", f"drop-{stage}", f"refuse-{stage}")

    async def take(self, reader, writer, mode, recipient):
        if (mode, "DATA") in REPLIES:
            await self.say(writer, mode, REPLIES[mode, "DATA"])
            return True
        await self.say(writer, mode, "354 go on")
        if mode == "drop-body":
            await reader.read(100)
            return False
        body = await reader.readuntil(b"\r\n.\r\n")
        self.bodies.append((recipient, body))
        if self.at_dot:
            await self.loop.run_in_executor(None, self.at_dot, recipient)
        if mode == "hang-dot":
            await wait_out(HOLD)
        if mode in ("drop-dot", "hang-dot"):
            return False
        if mode in ("later-dot", "never-dot"):
            await self.say(writer, mode, "451 later" if mode == "later-dot" else "554 never")
            return True
        self.letters.append((recipient, body))
        await self.say(writer, mode, "250 taken as 4711")
        return True


REPLIES = {
    ("later-rcpt", "RCPT"): "451 greylisted", ("full-rcpt", "RCPT"): "452 full",
    ("never-rcpt", "RCPT"): "550 no such mailbox", ("later-mail", "MAIL"): "451 busy",
    ("never-mail", "MAIL"): "553 not you", ("later-data", "DATA"): "451 later",
    ("never-data", "DATA"): "554 no",
}
STAGES = ("greeting", "ehlo", "mail", "rcpt", "data")
# What a letter becomes by the server's mode, and the reply that is kept; None = whatever it was.
ENDS = {
    **{f"hang-{stage}": ("deferred", None) for stage in STAGES},
    **{f"drop-{stage}": ("deferred", None) for stage in STAGES},
    "refuse-greeting": ("deferred", 554), "refuse-ehlo": ("deferred", 554),
    "slow": ("deferred", None),
    "later-mail": ("deferred", 451), "never-mail": ("deferred", 553),
    "later-rcpt": ("deferred", 451), "full-rcpt": ("deferred", 452),
    "never-rcpt": ("failed", 550), "later-data": ("deferred", 451),
    "never-data": ("failed", 554),
    "drop-dot": ("unknown", 354), "hang-dot": ("unknown", 354),
    "later-dot": ("deferred", 451), "never-dot": ("failed", 554),
}
MODES = set(ENDS) | {"drop-body"}


class LetterCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = Rig()
        cls.addClassCleanup(cls.rig.close)

    def tearDown(self):
        self.rig.stop()
        # Nothing of one test is due in the next.
        self.rig.sql("update notification.letter set next_at = 'infinity'"
                     " where next_at is not null")


class Malice(LetterCase):
    def setUp(self):
        self.server = EvilServer()
        self.addCleanup(self.server.close)

    def start(self, **settings):
        self.rig.start(outlet="smtp", smtp_url=f"smtp://127.0.0.1:{self.server.port}", **{
            "smtp_tls": "off", "connect_timeout": "1s", "stage_timeout": "1s",
            "total_timeout": "4s", "parallel": 8, **settings})

    def test_sent_and_said(self):
        self.start()
        seen = []
        self.server.at_dot = lambda _: seen.append(self.rig.state(offer))
        referral, offer = self.rig.offered("kim@example.org")
        self.rig.wait_state(offer, "sent")
        self.assertEqual(seen, ["offered"])  # committed before the final dot
        self.assertEqual(self.rig.one(
            "select reply, tries, losses, mime is null, ended_at is not null"
            " from notification.letter where event_id = %s", offer), (250, 1, 0, True, True))
        self.assertEqual(self.rig.said("matching", "letter_settled", referral), 1)
        self.assertEqual(self.rig.said("desk", "letter_settled", referral), 1)
        self.assertEqual(self.rig.said("desk", "task_wanted", referral), 0)
        recipients = [line for line in self.server.talk if line.startswith("RCPT")]
        self.assertEqual(recipients, ["RCPT TO:<kim@example.org>"])
        self.assertEqual(self.server.talk[0], "EHLO stad.example.org")

    def test_each_stage(self):
        self.start(parallel=32)
        families = {}
        for mode in ENDS:
            if mode.split("-")[-1] in ("rcpt", "data", "dot"):
                families[mode] = self.rig.offered(f"{mode}@example.org")
        for mode, (referral, offer) in families.items():
            with self.subTest(mode):
                self.check_end(mode, referral, offer)
        for mode in (mode for mode in ENDS if mode not in families):
            with self.subTest(mode):
                self.server.use(mode)
                self.check_end(mode, *self.rig.offered("kim@example.org"))
        self.assertEqual(self.server.letters, [])

    def check_end(self, mode, referral, offer):
        state, reply = ENDS[mode]
        self.rig.wait_state(offer, state)
        row = self.rig.one("select tries, losses, reply, ended_at is not null, mime is not null,"
                           " extract(epoch from next_at - clock_timestamp()), grant_until is null"
                           " from notification.letter where event_id = %s", offer)
        self.assertEqual(row[0], 1)
        self.assertEqual(row[1], 1 if state == "unknown" else 0)
        if reply is not None:
            self.assertEqual(row[2], reply)
        failed = state == "failed"
        self.assertEqual((row[3], row[4], row[6]), (failed, not failed, failed))
        if not failed:  # 1 minute after a refusal, 15 after a loss
            low, high = (880, 900) if state == "unknown" else (40, 60)
            self.assertTrue(low < row[5] <= high, row[5])
        self.assertEqual(self.rig.said("desk", "task_wanted", referral), int(failed))
        self.assertEqual(self.rig.said("matching", "letter_settled", referral), int(failed))

    def test_lost_in_the_body(self):
        """Seen before the dot it comes again in a minute; seen after it nobody knows: never lost,
        never twice without a wait."""
        self.start()
        self.server.use("drop-body")
        offer = self.rig.offered("kim@example.org")[1]
        self.rig.wait_state(offer, "deferred", "unknown")
        self.server.use("good")
        self.rig.make_due(offer)
        self.rig.wait_state(offer, "sent")
        self.assertEqual(len(self.server.letters), 1)

    def test_lost_after_the_dot_twice(self):
        self.start()
        self.server.use("drop-dot")
        referral, offer = self.rig.offered("kim@example.org")
        self.rig.wait_state(offer, "unknown")
        self.rig.make_due(offer)
        wait_for(lambda: self.rig.one("select ended_at from notification.letter"
                                      " where event_id = %s", offer)[0], what=self.rig.log)
        self.assertEqual(self.rig.state(offer), "unknown")
        self.assertEqual(len(self.server.bodies), 2)
        self.assertEqual(self.server.bodies[0], self.server.bodies[1])  # the same bytes
        self.assertEqual(self.rig.said("matching", "letter_settled", referral), 1)
        self.assertEqual(self.rig.said("desk", "task_wanted", referral), 1)

    def test_lost_once_then_sent(self):
        self.start()
        self.server.use("drop-dot")
        referral, offer = self.rig.offered("kim@example.org")
        self.rig.wait_state(offer, "unknown")
        self.server.use("good")
        self.rig.make_due(offer)
        self.rig.wait_state(offer, "sent")
        self.assertEqual(self.server.bodies[0], self.server.bodies[1])
        self.assertEqual(self.rig.said("desk", "task_wanted", referral), 0)

    def test_a_refused_address_is_not_used_again(self):
        self.start()
        referral, offer = self.rig.offered("never-rcpt@example.org")
        self.rig.wait_state(offer, "failed")
        person = self.rig.one("select person_id from notification.letter where event_id = %s",
                              offer)[0]
        self.assertEqual(self.rig.one("select ended_why from notification.contact_grant"
                                      " where person_id = %s", person), ("refused",))
        again = self.rig.offer(referral)
        self.rig.say_offered(referral, again, self.rig.clearance(referral))
        self.rig.wait_state(again, "task")
        # The person has said a new one since: that counts.
        self.rig.sql("update intake.person set verified_at = common.civil_now()"
                     " where person_id = %s", person)
        third = self.rig.offer(referral)
        self.rig.say_offered(referral, third, self.rig.clearance(referral))
        self.rig.wait_state(third, "failed")

    def test_a_slow_server_delays_nobody(self):
        self.start(total_timeout="20s", stage_timeout="10s")
        slow = [self.rig.offered("hang-rcpt@example.org")[1] for _ in range(4)]
        wait_for(lambda: sum("hang-rcpt" in line for line in self.server.talk) == 4)
        started = time.monotonic()
        quick = [self.rig.offered(f"kim{i}@example.org")[1] for i in range(10)]
        for offer in quick:
            self.rig.wait_state(offer, "sent", seconds=4)
        url = f"http://127.0.0.1:{self.rig.port}/livez"
        self.assertEqual(urllib.request.urlopen(url, timeout=1).status, 200)
        self.assertLess(time.monotonic() - started, 4)
        self.assertEqual({self.rig.state(offer) for offer in slow}, {"claimed"})
        self.assertLess(self.rig.stop(), 5)  # and the end does not wait for it either

    def test_killed_before_and_after_the_dot(self):
        self.start()
        self.server.use("hang-data")
        before = self.rig.offered("kim@example.org")[1]
        self.rig.wait_state(before, "claimed")
        wait_for(lambda: "DATA" in self.server.talk)
        self.rig.stop(signal.SIGKILL)
        self.server.use("hang-dot")
        self.start()
        after = self.rig.offered("kim@example.org")[1]
        self.rig.wait_state(after, "offered")
        self.rig.stop(signal.SIGKILL)
        self.server.use("good")
        self.start()
        for offer in (before, after):  # their leases have run out
            self.rig.make_due(offer)
        self.rig.wait_state(before, "sent")
        self.rig.wait_state(after, "unknown")
        self.rig.make_due(after)
        self.rig.wait_state(after, "sent")
        self.assertEqual(len(self.server.letters), 2)

    def test_stripped_tls_gets_nothing(self):
        self.start(smtp_tls="required")
        offer = self.rig.offered("kim@example.org")[1]
        self.rig.wait_state(offer, "deferred")
        self.assertEqual({line.split(" ")[0] for line in self.server.talk} - {"QUIT"}, {"EHLO"})


class Tls(LetterCase):
    def setUp(self):
        folder = self.rig.var
        self.certificate = f"{folder}/cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                        "-keyout", f"{folder}/key.pem", "-out", self.certificate],
                       check=True, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, f"{folder}/key.pem")
        self.letters = []
        self.port = free_port()
        controller = Controller(self, hostname="localhost", port=self.port, tls_context=context,
                                require_starttls=True)
        controller.start()
        self.addCleanup(controller.stop)

    async def handle_DATA(self, server, session, envelope):
        self.letters.append((session.ssl is not None, envelope.rcpt_tos, envelope.content))
        return "250 taken"

    def test_over_tls_with_a_good_certificate(self):
        self.rig.start(outlet="smtp", smtp_url=f"smtp://localhost:{self.port}",
                       smtp_ca_file=self.certificate)
        offer = self.rig.offered("kim@example.org", language="en")[1]
        self.rig.wait_state(offer, "sent")
        self.assertEqual([letter[:2] for letter in self.letters], [(True, ["kim@example.org"])])
        self.assertIn(b"Subject: Reply from Samordningen, code K7QFXM\r\n", self.letters[0][2])

    def test_not_with_a_certificate_of_nobody(self):
        self.rig.start(outlet="smtp", smtp_url=f"smtp://localhost:{self.port}")
        offer = self.rig.offered("kim@example.org")[1]
        self.rig.wait_state(offer, "deferred")
        self.assertEqual(self.letters, [])


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # aiosmtpd tells at length of what is meant to fail
    unittest.main(verbosity=2)
