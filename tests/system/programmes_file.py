"""A file of programmes that `gruppstod import programmes` takes, for the tests to change."""
import copy

VERSION = {
    "number": 1, "valid_from": "2026-01-01",
    "approved": {"by": "Referensgruppen", "on": "2025-12-01"},
    "minutes": 90,
    "meetings": [{"theme": "Ett", "joint": True, "bring": "namnlappar"}, {"theme": "Två"},
                 {"theme": "Tre", "joint": True, "bring": "diplom"}],
    "ages": [{"from": 7, "to": 9}, {"from": 10, "to": 12}],
    "children": {"least": 4, "margin": 2, "most": 8},
    "leaders": {"level": "basic", "shared_employers": False},
    "parents": {"group": "optional", "leaders": 1},
    "entry": {"kind": "closed", "last_meeting": 2},
    "start_windows": [{"opens": "08-25", "closes": "11-15"}],
    "intake": {"kind": "quota", "quota": 3},
    "documentation": "pseudonymous", "meets_before": True,
}
FILE = {
    "format": "gruppstod-programmes/1",
    "programmes": [
        {"name": "Prov: Grinden", "situation": "mental", "format": "group", "made_up": True,
         "board": {"needed": True, "decisions": [{"number": "2026/7", "decided_on": "2026-02-03"}]},
         "version": VERSION}],
}


def changed(path="", value=None, **version):
    """The file with one field of its programme changed ("board.needed"), or some of its version."""
    file = copy.deepcopy(FILE)
    programme = file["programmes"][0]
    programme["version"].update(copy.deepcopy(version))
    if path:
        *way, last = path.split(".")
        for step in way:
            programme = programme[step]
        programme[last] = value
    return file
