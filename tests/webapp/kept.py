"""Saved things over the small generation: cohorts that overlap, one counted in a generation before, a search, codes and a view."""

from itertools import count
from unittest.mock import patch

from cohorts.saved.model import WHOEVER_SITS_HERE, Result
from cohorts.saved.questions import Questions
from cohorts.saved.things import SavedThings
from tests.webapp.fixtures import CISPLATIN, DATASET, DIABETES, OTHER_DATASET, folder

IDS = tuple(f"{number:012x}" for number in range(1, 8))
"""The identifiers of what is saved, in order."""


def _entering(event: dict[str, object], **more: object) -> dict[str, object]:
    return {"format": "commissure-cohort/1", "entry": {"any": [event]}, **more}


def kept_things() -> SavedThings:
    """A folder of its own in which these things are saved."""
    things = SavedThings(folder("kept"))
    ids = count(1)
    with patch("cohorts.saved.things.secrets.token_hex", lambda _: f"{next(ids):012x}"):
        for kind, name, content, words in (
            ("cohort", "on-cisplatin", _entering({"event": "medication", "in": "c"}, sets={"c": [CISPLATIN]}), "Whoever takes cisplatin"),
            ("cohort", "diabetics", _entering({"event": "condition", "in": "d"}, sets={"d": [DIABETES]}), ""),
            ("cohort", "women", _entering({"event": "patient", "sex": ["female"]}), "Women, as their records have it"),
            ("cohort", "everybody", _entering({"event": "patient"}), ""),
            ("search", "chest-pain", {"parameters": {"q": ["chest pain"], "sex": ["female"]}}, "What is said of chest pain"),
            ("concepts", "diabetes-codes", {"codes": [{"code": "44054006", "descendants": True}]}, ""),
            ("view", "ids", {"resource": "Patient", "select": [{"column": [{"name": "id", "path": "id"}]}]}, ""),
        ):
            saved = things.save(WHOEVER_SITS_HERE, kind, name, content, words, there=(DATASET, OTHER_DATASET))
            if name == "women":
                frozen = {"rules[0]": {"by": "words", "found": 3, "model": "", "at_least": None}}
                things.keep_result(saved, Result(1, "", 1, "", (DATASET,), "patients", 1, 1, frozen))
    Questions(things.database).keep("", "search", "chest pain (Sex female)", "/search?q=chest+pain&sex=female")
    return things
