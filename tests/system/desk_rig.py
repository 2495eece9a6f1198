"""The staff's pages with intake, matching and evaluation behind them; staff, browsers, families."""
import ctypes
import html
import http.client
import json
import os
import pathlib
import re
import sys
import time
import traceback
import urllib.parse

from core_rig import SLOW, House
from intake_rig import referral
from notification_rig import SODIUM, new_id, sodium, wait_for

STAFF = {"samordnare": "coordinator", "ledare": "leader", "drift": "operator",
         "lasratt": "read_only"}
PASSWORD = "ett långt lösenord"
SITUATIONS = ("Missbruk", "Psykisk ohälsa", "Våld", "Separation")


class City(House):
    """All that a coordinator's day needs."""

    def __init__(self):
        super().__init__()
        secret = os.urandom(32)
        public = sodium("crypto_scalarmult_base", 32, secret)
        for name, key in (("seal.key", secret), ("seal.pub", public)):
            path = pathlib.Path(self.var, "keys", name)
            path.write_text(key.hex() + "\n")
            path.chmod(0o400)
        self.leader = new_id()
        self.staff = {user: self.make_staff(user, role) for user, role in STAFF.items()}
        quick = {"bus__sweep_every": "50ms", "bus__sweep_age": "0s"}
        self.intake = self.start("intake", intake__form_least="0", **quick)
        self.matching = self.start("matching", **quick)
        self.evaluation = self.start("evaluation", **quick)
        self.desk = self.start("desk", **quick)
        self.quick = quick

    def make_staff(self, user, role, password=PASSWORD):
        staff = new_id()
        self.sql("select desk.make_staff(%s, %s, %s, %s, %s, %s)", staff, user, user.capitalize(),
                 role, argon2(password), self.leader if role == "leader" else None)
        return staff

    def refer(self, **changes):
        """One more family, by intake's API: its referral id."""
        link = http.client.HTTPConnection("127.0.0.1", self.intake.port, timeout=20)
        link.request("POST", "/api/v1/referrals", urllib.parse.urlencode(referral(**changes)),
                     {"Content-Type": "application/x-www-form-urlencoded"})
        answer = link.getresponse()
        body = json.loads(answer.read())
        link.close()
        assert answer.status == 201, body
        return self.sql("select referral_id from intake.referral where receipt = %s",
                        body["receipt"])[0][0]

    def state(self, referral_id):
        rows = self.sql("select state from matching.referral where referral_id = %s", referral_id)
        return rows[0][0] if rows else None

    def await_state(self, referral_id, state):
        wait_for(lambda: self.state(referral_id) == state, 15 * SLOW,
                 lambda: f"{self.state(referral_id)} is not {state}\n" + self.desk.log())

    def audits(self, action, subject=None):
        return self.count("audit.entry where action = %s and (%s is null or subject = %s)", action,
                          subject, subject)

    def browser(self, user=None):
        browser = Browser(self.desk.port)
        if user:
            status, _, _ = browser.sign_in(user)
            assert status == 303, (user, status)
        return browser


def argon2(password):
    """A hash with other costs than the desk's: it is made anew at the first sign-in."""
    out = ctypes.create_string_buffer(128)
    text = password.encode()
    SODIUM.crypto_pwhash_str.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulonglong,
                                         ctypes.c_ulonglong, ctypes.c_size_t]
    assert SODIUM.crypto_pwhash_str(out, text, len(text), 1, 8 * 1024 * 1024) == 0
    return out.value.decode()


class Browser:
    """What a browser does here: a cookie, a form's token, Origin."""

    def __init__(self, port):
        self.port, self.cookie, self.token = port, None, None

    def ask(self, method, path, body=None, **headers):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30 * SLOW)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            headers.setdefault("Cookie", self.cookie)
        link.request(method, path, body, headers)
        answer = link.getresponse()
        text = answer.read().decode()
        found = {name.lower(): value for name, value in answer.getheaders()}
        link.close()
        if "set-cookie" in found:
            self.cookie = found["set-cookie"].split(";")[0]
        return answer.status, found, text

    def get(self, path, status=200):
        found, headers, text = self.ask("GET", path)
        assert found == status, (path, found, text[-400:])
        token = re.search(r'name="t" value="(\w+)"', text)
        self.token = token[1] if token else self.token
        return text

    def post(self, path, fields=None, token=True, **headers):
        """(status, headers, text); with this session's token unless told otherwise. Fields that
        come several times are a list of pairs."""
        fields = fields if isinstance(fields, list) else list((fields or {}).items())
        if token and self.token:
            fields = [*(pair for pair in fields if pair[0] != "t"), ("t", self.token)]
        return self.ask("POST", path, urllib.parse.urlencode(fields),
                        Content_Type="application/x-www-form-urlencoded",
                        **{"Origin": f"http://127.0.0.1:{self.port}", **headers})

    def sign_in(self, user, password=PASSWORD, **headers):
        answer = self.post("/in", {"namn": user, "losenord": password}, token=False, **headers)
        if answer[0] == 303:
            self.token = None
            self.ask("GET", "/")
            status, _, text = self.ask("GET", "/grupper")
            if status == 403:
                text = self.ask("GET", "/vantelista")[2]
            self.token = re.search(r'name="t" value="(\w+)"', text)[1]
        return answer


def words(page):
    """What a page shows, without its tags."""
    return html.unescape(re.sub(r"<[^>]*>", " ", page))


def links(page, prefix):
    return [html.unescape(link) for link in re.findall(r'href="([^"#]*)"', page)
            if link.startswith(prefix)]


UNSURE = {"afraid_at_home": "unknown"}


def unsure(city, **changes):
    """A referral that a person must look at; matching has heard of it."""
    found = city.refer(**{**UNSURE, **changes})
    city.await_state(found, "safety_check")
    return found


def run_tests(names):
    """Runs the test_* functions of a program on one city, those of the command line or all."""
    wanted = sys.argv[1:]
    tests = [(name, test) for name, test in names.items()
             if name.startswith("test_") and (not wanted or name in wanted)]
    passed = failed = 0
    city = City()
    try:
        for name, test in tests:
            started = time.monotonic()
            try:
                test(city)
                passed += 1
                print(f"ok {name} ({time.monotonic() - started:.1f} s)", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {name}\n{traceback.format_exc()}", flush=True)
                for daemon in ("intake", "matching", "evaluation", "desk"):
                    if not getattr(city, daemon).alive():
                        print(getattr(city, daemon).log())
                        setattr(city, daemon, city.start(daemon, **city.quick))
    finally:
        city.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0
