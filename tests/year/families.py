"""Made-up families of the demo's city: what they write, and what they say to an offer.

A family is drawn from the demo's tables (`deploy/demo`) by a generator with a seed, so that the
same year comes again. Nobody real is meant; every address is under example.org.
"""
import csv
import random
from datetime import timedelta
from pathlib import Path

DEMO = Path(__file__).resolve().parent.parent.parent / "deploy" / "demo"
CALM = {"immediate_danger": "no", "afraid_at_home": "no", "violence_last_year": "no",
        "other_guardian_dangerous": "no", "protected_identity": "no"}

# Shares of situations and languages, and how many come in each month of a year, are estimates.
SITUATIONS = {"substance": 35, "mental": 33, "violence": 17, "separation": 15}
LANGUAGES = {"sv": 80, "ar": 7, "so": 4, "en": 5, "fa": 4}
MONTHS = {1: 11, 2: 10, 3: 11, 4: 9, 5: 9, 6: 5, 7: 1, 8: 7, 9: 12, 10: 11, 11: 11, 12: 5}
SOURCES = {"social_services": 5, "pupil_health": 4, "school_teacher": 2, "parent": 3}
ANSWERS = {"yes": 74, "no": 17, "": 9}
REASONS = ["time", "distance", "unsaid_stay", "other_support"]


def table(name):
    """Rows of one of the demo's tables."""
    with open(DEMO / f"{name}.csv", encoding="utf-8") as lines:
        return list(csv.DictReader((line for line in lines if not line.startswith("#")),
                                   delimiter=";"))


def drawn(chance, weights):
    return chance.choices(list(weights), list(weights.values()))[0]


class Families:
    """Draws families; each has the number of its turn."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.count = 0
        names = table("people_names")
        self.given = [row["name"] for row in names if row["kind"] in ("girl", "boy")]
        self.surnames = [row["name"] for row in names if row["kind"] == "surname"]
        self.districts = {row["code"]: int(row["children_0_17_2007_est"])
                          for row in table("districts")}
        self.slots = [int(row["slot"]) for row in table("slots")]

    def due(self, day, days, a_year):
        """How many come in those days: a Poisson number around the month's share."""
        mean = a_year * MONTHS[day.month] / sum(MONTHS.values()) * days / 30.4
        count, sum_ = 0, self.chance.expovariate(1)
        while sum_ < mean:
            count, sum_ = count + 1, sum_ + self.chance.expovariate(1)
        return count

    def referral(self, today):
        """Fields of one referral, as the form and the API take them."""
        chance = self.chance
        self.count += 1
        address = f"familj{self.count}@example.org"
        primary = drawn(chance, SITUATIONS)
        language = drawn(chance, LANGUAGES)
        born = today - timedelta(days=chance.randint(5 * 365, 16 * 365))
        fields = {
            "door": "professional", "source": drawn(chance, SOURCES), "language": language,
            "child_name": f"{chance.choice(self.given)} {chance.choice(self.surnames)}",
            "birth_date": born.isoformat(), "sex": chance.choice(["girl", "boy"]),
            "district": drawn(chance, self.districts), "situations": primary,
            "languages": language if language == "sv" or chance.random() < 0.3 else "sv",
            "family_knows": "yes", "guardians.0.name": f"Förälder {self.count}",
            "guardians.0.email": address, "guardians.0.email_safe": "yes",
            "referrer.name": "Kim Demo", "referrer.email": "kim@skola.example.org",
            "consent_take_part": "yes", "max_travel_min": str(chance.choice([30, 45, 60])),
            "slots": [str(slot) for slot in chance.sample(self.slots, chance.randint(3, 9))],
            "parent_wish": chance.choice(["no", "no", "yes"]), **CALM}
        if primary == "violence":
            fields["violence_last_year"] = "yes" if chance.random() < 0.25 else "no"
        return address, fields

    def answer(self):
        """What a family says to an offer: "yes", "no" with a reason, or nothing."""
        said = drawn(self.chance, ANSWERS)
        reason = {"reason": self.chance.choice(REASONS)} if said == "no" else {}
        return {"answer": said, **reason}

    def comes(self):
        """Whether a child comes to a meeting: present, told beforehand, or neither."""
        return drawn(self.chance, {"present": 90, "absent_told": 7, "absent_untold": 3})
