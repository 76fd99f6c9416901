"""Cohort definitions of OHDSI (Circe expressions, as Atlas exports them) as definitions of ours.

What would change who is in the cohort, or when, and has no counterpart here is refused, by its path in the expression; what is not quite
the same is named.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cohorts.circe_codes import classes_of, code_of, name_of
from cohorts.circe_fields import Refusals, numbers, value_of, window_of
from cohorts.definition import FORMAT
from cohorts.errors import NotImported
from cohorts.reading import definition_of

_KINDS: Final = {
    "ConditionOccurrence": "condition",
    "ProcedureOccurrence": "procedure",
    "DrugExposure": "medication",
    "Measurement": "observation",
    "Observation": "observation",
    "VisitOccurrence": "encounter",
    "Death": "death",
}
_EMPTY: Final[tuple[Any, ...]] = (None, False, [], {}, "")
_EXPRESSION: Final = (
    *("ConceptSets", "PrimaryCriteria", "AdditionalCriteria", "QualifiedLimit", "ExpressionLimit", "InclusionRules", "CensoringCriteria"),
    *("EndStrategy", "CollapseSettings", "CensorWindow", "cdmVersionRange", "Title"),
)
_SEXES: Final = {"F": "female", "M": "male", "FEMALE": "female", "MALE": "male"}
_FLAGS: Final = (("descendants", "includeDescendants"), ("exclude", "isExcluded"))
_COUNTED: Final = {"DOMAIN_CONCEPT": "concept", "START_DATE": "day", "VISIT_ID": "encounter"}


@dataclass(frozen=True)
class Imported:
    """A definition, as JSON, and what of the expression it does not have."""

    definition: dict[str, Any]
    notices: tuple[str, ...]


def import_circe(text: str | bytes) -> Imported:
    """The definition that a Circe expression is. Raises NotImported."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise NotImported(("the expression is no JSON",)) from None
    if isinstance(value, dict) and isinstance(value.get("expression"), dict):
        value = value["expression"]
    if not isinstance(value, dict) or "PrimaryCriteria" not in value:
        raise NotImported(("the file holds no Circe expression: it has no PrimaryCriteria",))
    try:
        return _Import(value).imported()
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise NotImported((f"the expression is not built as Circe builds them ({type(error).__name__}: {str(error)[:100]})",)) from error


@dataclass
class _Import:
    expression: dict[str, Any]
    refused: Refusals = field(default_factory=Refusals)
    notices: list[str] = field(default_factory=list)
    sets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def imported(self) -> Imported:
        expression = self.expression
        self.refused.unknown(expression, _EXPRESSION, "")
        self._names = {one["id"]: name_of(one, place) for place, one in enumerate(expression.get("ConceptSets") or ())}
        self._concepts = {one["id"]: one for one in expression.get("ConceptSets") or ()}
        rules = self._additional()
        for place, rule in enumerate(expression.get("InclusionRules") or ()):
            found = self._group(rule["expression"], f"InclusionRules[{place}]")
            if found is not None:
                rules.append({"name": rule.get("name") or f"rule {place + 1}", **found})
        entry = self._entry(expression["PrimaryCriteria"])
        leaving = self._exit()
        if self.refused.found:
            raise NotImported(tuple(self.refused.found))
        definition = {"format": FORMAT, "sets": self.sets, "entry": entry, "rules": rules, "keep": self._keep(), "exit": leaving}
        if expression.get("Title"):
            definition["name"] = str(expression["Title"])
        definition_of(definition)
        return Imported(definition, tuple(dict.fromkeys(self.notices)))

    # --- who enters, and which of their events stay ---

    def _entry(self, primary: Mapping[str, Any]) -> dict[str, Any]:
        path = "PrimaryCriteria"
        self.refused.unknown(primary, ("CriteriaList", "ObservationWindow", "PrimaryCriteriaLimit"), path)
        found = [self._event(one, f"{path}.CriteriaList[{place}]") for place, one in enumerate(primary["CriteriaList"])]
        entry: dict[str, Any] = {"any": [event for event in found if event], "limit": _limit(primary.get("PrimaryCriteriaLimit"))}
        window = primary.get("ObservationWindow") or {}
        observed = [int(window.get(key) or 0) for key in ("PriorDays", "PostDays")]
        if any(observed):
            entry["observed"] = observed
            self.notices.append(f"{path}.ObservationWindow: observation reaches from a patient's first charted event to the last")
        return entry

    def _additional(self) -> list[dict[str, Any]]:
        group = self.expression.get("AdditionalCriteria")
        found = self._group(group, "AdditionalCriteria") if group else None
        if found is None:
            return []
        if _limit(self.expression.get("QualifiedLimit")) != "all" and self.expression.get("InclusionRules"):
            self.refused.add("QualifiedLimit", "takes one event of each patient before the inclusion rules are asked")
        return [{"name": "additional criteria", **found}]

    def _keep(self) -> str:
        last = _limit(self.expression.get("ExpressionLimit"))
        qualified = _limit(self.expression.get("QualifiedLimit")) if self.expression.get("AdditionalCriteria") else "all"
        return last if last != "all" else qualified

    # --- when they leave ---

    def _exit(self) -> dict[str, Any]:
        """When members leave: there, what is of one patient and touches is always one period."""
        strategy = self.expression.get("EndStrategy") or {}
        self.refused.unknown(strategy, ("DateOffset", "CustomEra"), "EndStrategy")
        leaving: dict[str, Any] = {"end": "observed"}
        if strategy.get("DateOffset") is not None:
            leaving = {"end": self._offset(strategy["DateOffset"])}
        elif strategy.get("CustomEra") is not None:
            leaving = self._persisting(strategy["CustomEra"])
        if leaving["end"] == "observed":
            self.notices.append("EndStrategy: observation reaches until a patient's last charted event")
        censoring = enumerate(self.expression.get("CensoringCriteria") or ())
        if censor := [self._event(one, f"CensoringCriteria[{place}]") for place, one in censoring]:
            leaving["censor"] = censor
        collapse = self.expression.get("CollapseSettings") or {}
        if collapse.get("CollapseType", "ERA") != "ERA":
            self.refused.add("CollapseSettings.CollapseType", f"is {collapse['CollapseType']!r}")
        if collapse.get("EraPad"):
            leaving["collapse"] = int(collapse["EraPad"])
        window = self.expression.get("CensorWindow") or {}
        dates = [str(value)[:10] if value else None for value in (window.get("StartDate"), window.get("EndDate"))]
        return {**leaving, **({"dates": dates} if any(dates) else {})}

    def _offset(self, asked: Mapping[str, Any]) -> str:
        edge = {"StartDate": "start", "EndDate": "end"}[asked.get("DateField") or "StartDate"]
        days = int(asked.get("Offset") or 0)
        if edge == "start" and days < 0:
            self.refused.add("EndStrategy.DateOffset.Offset", "has every period end before it begins")
        return f"{edge}{days:+d}"

    def _persisting(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        path = "EndStrategy.CustomEra"
        identifier = asked["DrugCodesetId"]
        leaving: dict[str, Any] = {
            "end": f"persistence{int(asked.get('Offset') or 0):+d}",
            "in": self._set(self._names[identifier], self._concepts[identifier]["expression"]["items"], f"{path}.DrugCodesetId"),
            "gap": int(asked.get("GapDays") or 0),
        }
        if asked.get("DaysSupplyOverride") is not None:
            leaving["supply"] = int(asked["DaysSupplyOverride"])
        else:
            self.notices.append(f"{path}: a drug of which neither end nor days of supply are told lasts for its day; there, a day longer")
        return leaving

    # --- events ---

    def _event(self, criterion: Mapping[str, Any], path: str) -> dict[str, Any]:
        """An event of one of the domains; {} where it is refused."""
        ((domain, asked),) = criterion.items()
        path = f"{path}.{domain}"
        if domain not in _KINDS:
            self.refused.add(path, f"{domain} has no counterpart")
            return {}
        event: dict[str, Any] = {"event": _KINDS[domain]}
        having: list[dict[str, Any]] = []
        for key, value in asked.items():
            if value in _EMPTY and key != "CodesetId":
                continue
            if key == "CodesetId":
                if value is not None:
                    self._of_set(event, value, f"{path}.CodesetId")
            elif key == "First":
                event["first"] = True
            elif key == "Age":
                event["age"] = numbers(value, f"{path}.Age", self.refused)
            elif key == "Gender":
                event["sex"] = self._sexes(value, f"{path}.Gender")
            elif key == "OccurrenceStartDate":
                event["dates"] = self.refused.dates(value, f"{path}.{key}")
            elif key in ("ValueAsNumber", "Unit") and domain in ("Measurement", "Observation"):
                event["value"] = value_of(asked, path, self.refused)
            elif key == "ValueAsConcept":
                event["value_in"] = self._set(f"values_of_{len(self.sets)}", [{"concept": one} for one in value], f"{path}.{key}")
            elif key == "VisitLength" and domain == "VisitOccurrence":
                having.append({"event": "encounter", "same_encounter": True, "end": numbers(value, f"{path}.{key}", self.refused)})
            elif key == "VisitType":
                having.append({"event": "encounter", "same_encounter": True, "class": self._classes(value, f"{path}.{key}")})
            elif key == "CorrelatedCriteria":
                having += filter(None, [self._group(value, f"{path}.{key}")])
            else:
                self.refused.add(f"{path}.{key}", "has no counterpart")
        if having:
            event["having"] = having[0] if len(having) == 1 else {"all": having}
        return event

    def _of_set(self, event: dict[str, Any], identifier: int, path: str) -> None:
        items = self._concepts[identifier]["expression"]["items"]
        classes = classes_of([item["concept"] for item in items]) if event["event"] == "encounter" else []
        if classes:
            event["class"] = classes
        elif event["event"] == "death":
            self.refused.add(path, "asks for a cause of death")
        else:
            event["in"] = self._set(self._names[identifier], items, path)

    def _set(self, name: str, items: Iterable[Mapping[str, Any]], path: str) -> str:
        """The name of a set, whose codes are put among the sets of the definition."""
        if name in self.sets:
            return name
        codes = []
        for place, item in enumerate(items):
            if item.get("includeMapped"):
                self.refused.add(f"{path}: set {name}, item {place}", "asks for mapped source codes")
            code, notice = code_of(item["concept"])
            if not code:
                self.refused.add(f"{path}: set {name}, item {place}", notice)
                continue
            if notice:
                self.notices.append(notice)
            told: dict[str, Any] = {key: True for key, said in _FLAGS if item.get(said)}
            if item["concept"].get("CONCEPT_NAME"):
                told["name"] = str(item["concept"]["CONCEPT_NAME"])
            codes.append({"code": code, **told})
        self.sets[name] = codes
        return name

    def _classes(self, concepts: list[Mapping[str, Any]], path: str) -> list[str]:
        found = classes_of(concepts)
        if not found:
            self.refused.add(path, "names visits that are no class of encounters here")
        return found

    def _sexes(self, concepts: list[Mapping[str, Any]], path: str) -> list[str]:
        found = [_SEXES.get(str(one.get("CONCEPT_CODE") or one.get("CONCEPT_NAME")).upper(), "") for one in concepts]
        if not all(found):
            self.refused.add(path, "names a gender that is neither female nor male")
        return [each for each in found if each]

    # --- rules ---

    def _group(self, group: Mapping[str, Any], path: str) -> dict[str, Any] | None:
        """A group of criteria as a rule; None for one that asks for nothing."""
        rules = [self._rule(one, f"{path}.CriteriaList[{place}]") for place, one in enumerate(group.get("CriteriaList") or ())]
        people = enumerate(group.get("DemographicCriteriaList") or ())
        rules += [self._person(one, f"{path}.DemographicCriteriaList[{place}]") for place, one in people]
        within = [self._group(one, f"{path}.Groups[{place}]") for place, one in enumerate(group.get("Groups") or ())]
        rules += [one for one in within if one is not None]
        if not rules:
            return None
        kind = str(group["Type"]).upper()
        if kind == "ALL":
            return rules[0] if len(rules) == 1 else {"all": rules}
        if kind == "ANY":
            return {"any": rules}
        return {"at_least" if kind == "AT_LEAST" else "at_most": int(group["Count"]), "of": rules}

    def _rule(self, correlated: Mapping[str, Any], path: str) -> dict[str, Any]:
        known = ("Criteria", "StartWindow", "EndWindow", "Occurrence", "RestrictVisit", "IgnoreObservationPeriod")
        self.refused.unknown(correlated, known, path)
        rule = self._event(correlated["Criteria"], f"{path}.Criteria")
        rule |= window_of(correlated, path, self.refused)
        occurrence = correlated.get("Occurrence") or {"Type": 2, "Count": 1}
        count: dict[str, Any] = {("eq", "le", "ge")[int(occurrence["Type"])]: int(occurrence["Count"])}
        if occurrence.get("IsDistinct"):
            column = occurrence.get("CountColumn") or "DOMAIN_CONCEPT"
            count["distinct"] = _COUNTED.get(column, "record")
            if column not in _COUNTED:
                self.refused.add(f"{path}.Occurrence.CountColumn", f"counts by {column}")
        if count == {"ge": 0}:
            self.refused.add(f"{path}.Occurrence", "asks for none or more, which everybody has")
        if count != {"ge": 1}:
            rule["count"] = count
        if correlated.get("RestrictVisit"):
            rule["same_encounter"] = True
        if not correlated.get("IgnoreObservationPeriod"):
            self.notices.append(f"{path}: there, only events within the observation period count; here, all that are charted")
        return rule

    def _person(self, asked: Mapping[str, Any], path: str) -> dict[str, Any]:
        rule: dict[str, Any] = {}
        for key, value in asked.items():
            if value in _EMPTY:
                continue
            if key == "Age":
                rule["age"] = numbers(value, f"{path}.Age", self.refused)
            elif key == "Gender":
                rule["sex"] = self._sexes(value, f"{path}.Gender")
            elif key == "OccurrenceStartDate":
                rule["dates"] = self.refused.dates(value, f"{path}.{key}")
            else:
                self.refused.add(f"{path}.{key}", "has no counterpart")
        return rule


def _limit(limit: Mapping[str, Any] | None) -> str:
    """'all', 'first' or 'last'; where nothing is said, Circe takes the first."""
    return str((limit or {}).get("Type") or "First").lower()
