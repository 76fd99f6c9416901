"""A view gives the same rows over structs and over JSON, and they are those that its paths written in Python give."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.views.compile import View, _View
from cohorts.views.definition import read_definition
from cohorts.views.elements import resource
from cohorts.views.values import Build
from tests.cohorts.views.running import column, rows

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
NAME = st.fixed_dictionaries(
    {},
    optional={
        "use": st.sampled_from(["official", "usual"]),
        "family": TEXT,
        "given": st.lists(TEXT | st.none(), min_size=1, max_size=3),
        "period": st.fixed_dictionaries({}, optional={"start": st.sampled_from(["2020", "2020-03", "2020-03-04"])}),
        "extension": st.lists(st.fixed_dictionaries({"url": st.sampled_from(["u", "v"]), "valueString": TEXT}), min_size=1, max_size=2),
    },
)
PATIENT = st.fixed_dictionaries(
    {"resourceType": st.just("Patient"), "id": st.sampled_from(["a", "b", "c"])},
    optional={
        "active": st.booleans(),
        "name": st.lists(NAME, min_size=1, max_size=3),
        "multipleBirthInteger": st.integers(-3, 3),
        "deceasedBoolean": st.booleans(),
        "contact": st.lists(st.fixed_dictionaries({"name": NAME}), min_size=1, max_size=2),
    },
)


def compiled(json: bool, *selects: dict[str, Any], **more: Any) -> View:
    kind = resource("Patient")
    assert kind is not None
    return _View(read_definition({"resource": "Patient", "select": list(selects), **more}), kind, Build(json, False)).compiled()


def names(record: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = record.get("name", [])
    return found


def givens(record: dict[str, Any]) -> list[str]:
    return [one for name in names(record) for one in name.get("given", ()) if one is not None]


def first(items: list[Any]) -> Any:
    return items[0] if items else None


PATHS: dict[str, Any] = {
    "name.given.join('|')": lambda r: "|".join(givens(r)) or None,
    "name.given.first()": lambda r: first(givens(r)),
    "name.given.count()": lambda r: len(givens(r)),
    "name.given.distinct().count()": lambda r: len(set(givens(r))),
    "name.where(use = 'official').given.count()": lambda r: len(givens({"name": [n for n in names(r) if n.get("use") == "official"]})),
    "name.where(use = 'official').exists()": lambda r: any(n.get("use") == "official" for n in names(r)),
    "name.all(given.exists())": lambda r: all(any(g is not None for g in n.get("given", ())) for n in names(r)),
    "name.family.first().length()": lambda r: first([len(n["family"]) for n in names(r) if "family" in n]),
    "name.extension('u').value.ofType(string).count()": lambda r: sum(e["url"] == "u" for n in names(r) for e in n.get("extension", ())),
    "contact.name.given.count()": lambda r: sum(len(givens({"name": [c["name"]]})) for c in r.get("contact", ())),
    "name.where(period.start = @2020-03).count()": lambda r: sum(n.get("period", {}).get("start") == "2020-03" for n in names(r)),
    "name.where(period.start < @2021).count()": lambda r: sum("start" in n.get("period", {}) for n in names(r)),
    "active": lambda r: r.get("active"),
    "active and deceased.ofType(boolean)": lambda r: _and(r.get("active"), r.get("deceasedBoolean")),
    "active or deceased.ofType(boolean)": lambda r: _not(_and(_not(r.get("active")), _not(r.get("deceasedBoolean")))),
    "multipleBirth.ofType(integer) * 2 > -1": lambda r: None if (n := r.get("multipleBirthInteger")) is None else n * 2 > -1,
    "multipleBirth.ofType(integer) in (1 | 2)": lambda r: None if (n := r.get("multipleBirthInteger")) is None else n in (1, 2),
    "iif(multipleBirth.exists(), 'm', 's')": lambda r: "m" if "multipleBirthInteger" in r else "s",
    "name[1].family": lambda r: names(r)[1].get("family") if len(names(r)) > 1 else None,
}  # fmt: skip


def _and(a: bool | None, b: bool | None) -> bool | None:
    return False if a is False or b is False else None if a is None or b is None else True


def _not(a: bool | None) -> bool | None:
    return None if a is None else not a


@settings(max_examples=40)
@given(records=st.lists(PATIENT, min_size=1, max_size=4))
@pytest.mark.parametrize("json", [False, True])
def test_paths_give_what_python_finds(json: bool, records: list[dict[str, Any]]) -> None:
    select = {"column": [{"name": f"c{n}", "path": path} for n, path in enumerate(PATHS)]}
    assert rows(compiled(json, select), *records) == [{f"c{n}": find(one) for n, find in enumerate(PATHS.values())} for one in records]


@settings(max_examples=30)
@given(records=st.lists(PATIENT, min_size=1, max_size=4))
@pytest.mark.parametrize("json", [False, True])
def test_selects_give_the_rows_that_python_makes(json: bool, records: list[dict[str, Any]]) -> None:
    def given_of(path: str, kind: str) -> dict[str, Any]:
        return {kind: path, "column": [{"name": "g", "path": "$this"}, {"name": "n", "path": "%rowIndex"}]}

    branches = [given_of("given", "forEach"), given_of("given", "forEachOrNull")]
    names_of = {"forEachOrNull": "name", "column": [{"name": "use", "path": "use"}], "unionAll": branches}
    view = compiled(json, names_of, column("id"), where=[{"path": "active"}])
    wanted = []
    for record in records:
        for name in (names(record) or [{}]) if record.get("active") else ():
            items: list[Any] = [one for one in name.get("given", ()) if one is not None]
            for found in (items, items or [None]):
                wanted += [{"use": name.get("use"), "g": one, "n": n, "c": record["id"]} for n, one in enumerate(found)]
    assert sorted(rows(view, *records), key=repr) == sorted(wanted, key=repr)
