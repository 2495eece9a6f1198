"""Runs `gruppstod plan` and `check-plan` for the tests; no plan comes from here unverified."""
import copy
import json
import os
import subprocess
import tempfile
from pathlib import Path

import verify

BUILD = Path(os.environ.get("GRUPPSTOD_TEST_BUILD", "build")).resolve()
SHARED = os.environ.get("GRUPPSTOD_SHARED")
CASES = Path(__file__).parent / "cases"
FOLDER = tempfile.TemporaryDirectory(prefix="planner")
PRODUCT = {"GRUPPSTOD_VAR": str(Path(FOLDER.name, "var")), "PATH": os.environ["PATH"],
           "GRUPPSTOD_RELEASE": str(Path(__file__).resolve().parents[2])}
SANITIZED = 5 if "sanitize" in str(BUILD) else 1


class Wrong(AssertionError):
    """A plan that should not have been printed."""


def start(arguments, **other):
    """A process of the product that talks through pipes."""
    return subprocess.Popen([BUILD / "bin/gruppstod", *map(str, arguments)], env=PRODUCT,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            **other)


def run(arguments, data=b"", timeout=300):
    """(status, stdout, stderr) as bytes."""
    process = start(arguments)
    try:
        out, errors = process.communicate(data, timeout)
    finally:
        process.kill()
    return process.returncode, out, errors


def as_bytes(instance):
    return instance if isinstance(instance, bytes) else json.dumps(instance).encode()


def verified(instance, out):
    """The plan of those bytes, or Wrong with what is wrong."""
    plan = json.loads(out)
    errors, figures = verify.check(instance, plan)
    if errors:
        raise Wrong(f"{instance.get('name')}: {errors[:5]}")
    if plan.get("format") != "gruppstod-plan/1":
        raise Wrong(f"the format is {plan.get('format')}")
    said = {entry["child"] for entry in plan["unplaced"]}
    if len(plan["unplaced"]) != figures["open"] - figures["placed"] or said & placed(plan):
        raise Wrong(f"{instance.get('name')}: the unplaced are told wrongly")
    return plan


def plan_bytes(instance, *options):
    status, out, errors = run(["plan", *options], as_bytes(instance))
    if status:
        raise Wrong(f"{instance.get('name')}: status {status}, {errors.decode()[-400:]}")
    verified(instance, out)
    return out


def plan(instance, *options):
    """The plan that `gruppstod plan` prints; what tests plan is proved long before the limit."""
    return json.loads(plan_bytes(instance, *(options or ("--time", 10 * SANITIZED))))


def placed(plan_made):
    return {child for part in ("groups", "additions") for group in plan_made[part]
            for child in group["children"]}


def check(instance, plan_made):
    """(status, complaints) of `gruppstod check-plan`."""
    with tempfile.TemporaryDirectory(dir=FOLDER.name) as folder:
        paths = [Path(folder, "instance.json"), Path(folder, "plan.json")]
        for path, thing in zip(paths, (instance, plan_made)):
            path.write_bytes(as_bytes(thing))
        status, out, errors = run(["check-plan", *paths])
    return status, (out + errors).decode()


def case(name):
    return json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))


def changed(thing, change):
    """A copy that `change` was done to."""
    other = copy.deepcopy(thing)
    change(other)
    return other
