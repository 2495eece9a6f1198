"""Intake as the outside meets it: the daemon with keys and a private cluster, whole referrals to
change one field of, forms filled in by hand, planted offers, and a partner's socket.
"""
import ctypes
import html
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import urllib.parse
import uuid

from notification_rig import BUILD, KEYS, Cluster, keyed_hash, new_id, sodium, wait_for

GREEN = {"immediate_danger": "no", "afraid_at_home": "no", "violence_last_year": "no",
         "other_guardian_dangerous": "no", "protected_identity": "no"}


class Intake:
    """The daemon, its keys and its database."""

    def __init__(self):
        self.cluster = Cluster()
        self.var = self.cluster.folder
        self.db = self.cluster.connect()
        self.daemon, self.port, self.lines = None, None, []
        self.keys = {name: os.urandom(32) for name in KEYS}
        os.mkdir(self.var + "/keys", 0o700)
        os.mkdir(self.var + "/run", 0o750)
        self.secret = os.urandom(32)
        public = sodium("crypto_scalarmult_base", 32, self.secret)
        files = {f"{name}.key": key for name, key in self.keys.items()}
        for name, key in {**files, "seal.pub": public}.items():
            path = pathlib.Path(self.var, "keys", name)
            path.write_text(key.hex() + "\n")
            path.chmod(0o400)

    def start(self, **settings):
        sets = [f"--set={name if '.' in name else 'intake.' + name}={value}"
                for name, value in settings.items()]
        conninfo = f"{self.cluster.conninfo} user=gruppstod_intake"
        self.daemon = subprocess.Popen(
            [BUILD / "bin/gruppstod-intake", "--var", self.var, f"--set=store.conninfo={conninfo}",
             "--set=intake.form_least=0", "--set=intake.slots_every=100ms",
             "--set=bus.sweep_every=50ms", "--set=bus.sweep_age=0s", *sets],
            env={k: v for k, v in os.environ.items() if not k.startswith("GRUPPSTOD_")},
            stderr=subprocess.PIPE, text=True, cwd="/")
        self.lines = []
        threading.Thread(target=self.read_log, args=(self.daemon, self.lines), daemon=True).start()
        ready = wait_for(lambda: [line for line in self.lines if "event=ready" in line]
                         or (self.daemon.poll() is not None and self.lines), 20, self.log)
        found = re.search(r"event=ready.* port=(\d+)", ready[-1])
        assert found, self.log()
        self.port = int(found[1])

    @staticmethod
    def read_log(daemon, lines):
        for line in daemon.stderr:
            lines.append(line)
        daemon.stderr.close()

    def log(self):
        return "".join(self.lines)

    def stop(self):
        if self.daemon:
            self.daemon.send_signal(signal.SIGTERM)
            assert self.daemon.wait(20) == 0, self.log()
            self.daemon = None

    def restart(self, **settings):
        self.stop()
        self.start(**settings)

    def close(self):
        if self.daemon:
            self.daemon.kill()
            self.daemon.wait()
        self.db.close()
        self.cluster.close()

    def sql(self, query, *values):
        cursor = self.db.cursor()
        cursor.execute(query, [str(v) if isinstance(v, uuid.UUID) else v for v in values] or None)
        return cursor.fetchall() if cursor.description else []

    def one(self, query, *values):
        return self.sql(query, *values)[0][0]

    def ask(self, method, path, body=None, headers=None):
        """(status, headers, text) of one request."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        link.request(method, path, body, headers or {})
        answer = link.getresponse()
        found = answer.status, dict((k.lower(), v) for k, v in answer.getheaders()), \
            answer.read().decode("utf-8", "replace")
        link.close()
        return found

    def post_form(self, path, fields, **headers):
        body = urllib.parse.urlencode(fields, doseq=True)
        return self.ask("POST", path, body, {
            "Content-Type": "application/x-www-form-urlencoded", **headers})

    def api(self, fields, **headers):
        status, _, text = self.post_form("/api/v1/referrals", fields, **headers)
        return status, json.loads(text)

    def api_json(self, body, **headers):
        body = body if isinstance(body, (bytes, str)) else json.dumps(body)
        status, _, text = self.ask("POST", "/api/v1/referrals", body, {
            "Content-Type": "application/json", **headers})
        return status, json.loads(text)

    def hear(self, sender, kind, subject, **fields):
        """A message to intake, as its sender would leave it in the ledger; waits until handled."""
        message = new_id()
        self.sql("insert into ledger.intake (id, kind, subject, sender, said_at, version, body)"
                 " values (%s, %s, %s, %s, now(), 1, %s)", message, kind, subject, sender,
                 packed({"referral_id": uuid.UUID(str(subject)), **fields}))
        wait_for(lambda: self.sql("select outcome from ledger.hop where id = %s", message), 10,
                 self.log)
        return self.one("select outcome from ledger.hop where id = %s", message)

    def open_person(self, receipt, role):
        """What the reader's key opens, by an own reckoning of common/seal.h and identity.h."""
        person, sealed, wrapped = self.sql(
            "select person_id, p.sealed, p.wrapped_key from intake.person p"
            " join intake.referral using (referral_id) where receipt = %s and role = %s",
            receipt, role)[0]
        place = b"intake.person.sealed\0" + uuid.UUID(person).bytes
        sealed, wrapped = bytes(sealed), bytes(wrapped)
        ephemeral = wrapped[1:33]
        shared = sodium("crypto_box_curve25519xchacha20poly1305_beforenm", 32, ephemeral,
                        self.secret)
        key = decrypt(shared, wrapped[33:], b"\1k" + place + ephemeral)
        words = decrypt(key, sealed[1:], b"\1t" + place)[1:].decode().split("\0")
        return dict(zip(words[::2], words[1::2]))

    def row(self, receipt):
        cursor = self.db.cursor()
        cursor.execute("select * from intake.referral where receipt = %s", (receipt,))
        return dict(zip([c.name for c in cursor.description], cursor.fetchone()))

    def count(self):
        return self.one("select count(*) from intake.referral")

    def said(self, receiver, kind, referral):
        return self.one(f"select count(*) from ledger.{receiver} where kind = %s and subject = %s",
                        kind, referral)


def decrypt(key, text, binding):
    length = ctypes.c_ulonglong()
    return sodium("crypto_aead_xchacha20poly1305_ietf_decrypt", len(text) - 40,
                  ctypes.byref(length), None, text[24:], ctypes.c_ulonglong(len(text) - 24),
                  binding, ctypes.c_ulonglong(len(binding)), text[:24], key)


names = iter(range(10**6))


def letters():
    """A name nobody has had yet."""
    number, name = next(names), ""
    while number or not name:
        name, number = name + chr(97 + number % 26), number // 26
    return "Barn " + name


def referral(**changes):
    """A whole, green referral by a professional, with `changes` (None leaves a field out)."""
    fields = {"door": "professional", "source": "pupil_health", "language": "sv",
              "child_name": letters(), "birth_date": "2016-03-27", "district": "bromma",
              "situations": "substance", "family_knows": "yes", "guardians.0.name": "Mor Ek",
              "guardians.0.email": "mor@example.org", "guardians.0.email_safe": "yes",
              "referrer.name": "Kim Al", "referrer.email": "kim@skola.example.org",
              "consent_take_part": "yes", **GREEN}
    fields.update({name.replace("__", "."): value for name, value in changes.items()})
    return {name: value for name, value in fields.items() if value is not None}


def fields_of(problem):
    return {error["field"] for error in problem["errors"]}


def number_of(birth):
    """An official test number, born on that day."""
    return next(number for number in official_numbers() if number.startswith(birth))


def number_without_a_day():
    """An official test number for coordination that tells no date."""
    return next(number for number in official_numbers() if number[4:6] == "00")


def official_numbers():
    with open(os.path.join(os.path.dirname(__file__), "../cases/test_numbers.txt")) as lines:
        return [line.strip() for line in lines if line[0].isdigit()]


def inputs(page):
    """The hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return [(html.unescape(name), html.unescape(value)) for name, value in found]


def by_hand(intake, path="/sv/anmal", **changes):
    """A form filled in by hand: (path, the fields with the page's own hidden ones)."""
    status, headers, page = intake.ask("GET", path)
    assert status == 200 and headers["cache-control"] == "no-store", headers
    fields = referral(**changes)
    birth = fields.pop("birth_date", None)
    if birth:
        fields["birth_date.year"], fields["birth_date.month"], fields["birth_date.day"] = \
            birth.split("-")
    for name in ("door", "source") if "anmal" not in path else ("door",):
        fields.pop(name)
    return {**dict(inputs(page)), **fields}


def plant_offer(intake, state="pending", days=10, **changes):
    """A referral with a group, an offer and its link: (token, offer id, referral row, name)."""
    row = intake.row(intake.api(referral(**changes))[1]["receipt"])
    ids = {name: new_id() for name in ("site", "room", "programme", "group", "offer", "letter")}
    token = "".join(os.urandom(1)[0] % 2 and "a" or "b" for _ in range(21)) + "A"
    stored = keyed_hash(intake.keys["token"], [b"stored", b"offer", token.encode()])
    name = letters()
    intake.sql("set session_replication_role = replica")
    intake.sql("insert into scheduling.slot (slot, weekday, starts) values (4, 1, '15:00')"
               " on conflict do nothing")
    intake.sql("insert into scheduling.site (site_id, name, district, withheld, discretion)"
               " values (%s, %s, 'bromma', false, 'ordinary')", ids["site"], name)
    intake.sql("insert into scheduling.room (room_id, site_id, name, capacity)"
               " values (%s, %s, 'Rummet', 8)", ids["room"], ids["site"])
    intake.sql("insert into scheduling.programme (programme_id, name, situation)"
               " values (%s, %s, 'substance')", ids["programme"], name)
    intake.sql("insert into scheduling.programme_version (programme_id, version, valid_from,"
               " minutes, themes, least, most, parents, parent_leaders, entry, entry_meeting)"
               " values (%s, 1, '2020-01-01', 90, array['a', 'b'], 4, 8, 'no', 0, 'closed', 2)",
               ids["programme"])
    intake.sql("insert into scheduling.groups (group_id, name, programme_id, programme_version,"
               " situation, language, age_from, age_to, slot, site_id, room_id, room_capacity,"
               " least, places, first_day, last_day, entry_until, state, booked_at, changed_at)"
               " values (%s, %s, %s, 1, 'substance', 'sv', 7, 9, 4, %s, %s, 8, 4, 8,"
               " current_date + 30, current_date + 130, current_date + 37, 'offered', now(),"
               " now())",
               ids["group"], name, ids["programme"], ids["site"], ids["room"])
    intake.sql("insert into scheduling.group_fill (group_id) values (%s)", ids["group"])
    intake.sql("insert into matching.offer (offer_id, referral_id, child_id, group_id, created_at,"
               " expires_at, ended_at, place_no, state) values (%s, %s, %s, %s, now(),"
               " now() + %s * interval '1 day', case when %s = 'pending' then null else now() end,"
               " 1, %s)", ids["offer"], row["referral_id"], row["child_id"], ids["group"], days,
               state, state)
    intake.sql("insert into notification.offer_link (token_hash, offer_id, person_id, purpose,"
               " letter_id) values (%s, %s, %s, 'offer', %s)", stored, ids["offer"], new_id(),
               ids["letter"])
    intake.sql("set session_replication_role = origin")
    return token, ids["offer"], row, name


class Partner:
    """A DEALER of libzmq, by ctypes: no other library is needed."""

    def __init__(self, endpoint):
        self.zmq = ctypes.CDLL("libzmq.so.5")
        self.zmq.zmq_ctx_new.restype = self.zmq.zmq_socket.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.zmq.zmq_ctx_new())
        self.socket = ctypes.c_void_p(self.zmq.zmq_socket(self.context, 5))
        for option, value in ((27, 10000), (17, 0)):  # RCVTIMEO, LINGER
            number = ctypes.c_int(value)
            self.zmq.zmq_setsockopt(self.socket, option, ctypes.byref(number), 4)
        assert self.zmq.zmq_connect(self.socket, endpoint.encode()) == 0

    def send(self, *frames):
        for index, frame in enumerate(frames):
            more = 2 if index + 1 < len(frames) else 0
            assert self.zmq.zmq_send(self.socket, frame, len(frame), more) == len(frame)

    def receive(self, frames=2):
        buffer = ctypes.create_string_buffer(65536)
        out = []
        for _ in range(frames):
            length = self.zmq.zmq_recv(self.socket, buffer, len(buffer), 0)
            assert length >= 0, "no answer"
            out.append(buffer.raw[:length])
        return out

    def close(self):
        self.zmq.zmq_close(self.socket)
        self.zmq.zmq_ctx_term(self.context)


def packed(value):
    """msgpack of what a form or a message has."""
    if isinstance(value, dict):
        return bytes([0xde]) + len(value).to_bytes(2, "big") + b"".join(
            packed(k) + packed(v) for k, v in value.items())
    if isinstance(value, list):
        return bytes([0xdc]) + len(value).to_bytes(2, "big") + b"".join(map(packed, value))
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, uuid.UUID):
        return b"\xc4\x10" + value.bytes
    if isinstance(value, int):
        return b"\xd3" + value.to_bytes(8, "big", signed=True)
    text = value.encode()
    return b"\xda" + len(text).to_bytes(2, "big") + text
