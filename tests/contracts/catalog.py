"""The contract of catalogs: a reference in plain Python over what was handed to the builder, and checks that compare values with it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from concepts.model import Assertion
from concepts.terminology import Kind
from concepts.therapies import SYSTEM, classes_of
from graph.identifiers import concept_iri
from search.model import ConceptStanding, Document, DocumentSummary, Fact, Held, PatientSummary
from search.protocols import Catalog
from tests.search.clinic import Clinic


def summary(document: Document) -> DocumentSummary:
    return DocumentSummary(**{name: getattr(document, name) for name in DocumentSummary.__slots__})


@dataclass
class Rig:
    """A catalog over a clinic."""

    catalog: Catalog
    clinic: Clinic
    codings: dict[str, set[str]] = field(default_factory=dict)

    def newest(self, documents: Iterable[Document]) -> list[DocumentSummary]:
        """Newest first; within a day in the order of names."""
        by_name = sorted(documents, key=lambda one: one.id)
        return [summary(one) for one in sorted(by_name, key=lambda one: (one.date or "")[:10], reverse=True)]

    def facts(self, patient: str) -> list[Fact]:
        return [one for one in self.clinic.facts if one.subject == patient]

    def charted(self) -> Mapping[str, set[str]]:
        """Concept → patients who have it as a counted fact."""
        found: dict[str, set[str]] = {}
        for fact in self.clinic.facts:
            if fact.concept and fact.counted:
                found.setdefault(fact.concept, set()).add(fact.subject)
        return found

    def alike(self, concept: str) -> set[str]:
        """The codings of the thing that a concept is one of: charted on the same records in the same words."""
        if not self.codings:
            charted: dict[str, set[tuple[str, str]]] = {}
            for fact in self.clinic.facts:
                if fact.concept:
                    charted.setdefault(fact.concept, set()).add((fact.record, fact.label))
            self.codings = {one: {each for each in charted if charted[each] == charted[one]} for one in charted}
        return self.codings[concept]

    @property
    def patients(self) -> list[PatientSummary]:
        return sorted(self.clinic.patients, key=lambda one: (one.label, one.id))


def documents_come_back_whole(rig: Rig) -> None:
    assert rig.clinic.documents
    for document in rig.clinic.documents:
        assert rig.catalog.document(document.id) == document
        assert rig.catalog.documents_of_record(document.record) == (summary(document),)
    assert rig.catalog.document("urn:nothing") is None
    assert rig.catalog.documents_of_record("urn:nothing") == ()


def documents_come_newest_first(rig: Rig) -> None:
    for patient in rig.patients:
        expected = rig.newest(one for one in rig.clinic.documents if one.patient == patient.id)
        found = rig.catalog.documents_of_patient(patient.id)
        assert sorted(found, key=lambda one: one.id) == sorted(expected, key=lambda one: one.id)
        assert [(one.date or "")[:4] for one in found] == [(one.date or "")[:4] for one in expected]
        for encounter in {one.encounter for one in rig.clinic.documents if one.patient == patient.id and one.encounter}:
            own = {one.id for one in rig.clinic.documents if one.encounter == encounter}
            assert {one.id for one in rig.catalog.documents_of_encounter(encounter)} == own
    assert rig.catalog.documents_of_patient("urn:nothing") == rig.catalog.documents_of_encounter("urn:nothing") == ()


def facts_come_oldest_first(rig: Rig) -> None:
    for patient in rig.patients:
        found = rig.catalog.facts_of_patient(patient.id)
        assert Counter(found) == Counter(rig.facts(patient.id))
        years = [(one.start or "9999")[:4] for one in found]  # what has no date comes last
        assert years == sorted(years)
    for encounter in {one.encounter for one in rig.clinic.facts if one.encounter}:
        assert Counter(rig.catalog.facts_of_encounter(encounter)) == Counter(one for one in rig.clinic.facts if one.encounter == encounter)


def pages_follow_each_other(rig: Rig) -> None:
    asked: list[Callable[[int, int], tuple[Any, ...]]] = [lambda limit, offset: rig.catalog.patients(limit=limit, offset=offset)]
    busy = max(rig.patients, key=lambda one: len(rig.facts(one.id))).id
    asked.append(lambda limit, offset: rig.catalog.documents_of_patient(busy, limit, offset))
    asked.append(lambda limit, offset: rig.catalog.facts_of_patient(busy, limit, offset))
    common = max(rig.charted().items(), key=lambda one: len(one[1]))[0]
    asked.append(lambda limit, offset: rig.catalog.patients_with_concept(common, limit, offset))
    for ask in asked:
        whole = ask(1000, 0)
        assert len(whole) > 2
        assert [one for offset in range(0, len(whole), 2) for one in ask(2, offset)] == list(whole)
        assert ask(5, len(whole)) == ()


def what_is_charted_is_listed_once(rig: Rig) -> None:
    """Facts that differ in their code alone are one thing, in lists and in numbers."""

    def thing(fact: Fact) -> tuple[object, ...]:
        return fact.record, fact.subject, fact.relation, fact.label, fact.start, fact.value, fact.number, fact.unit, fact.comparator

    told = {"dataset": "dataset", "concept": "concept", "patient": "subject"}
    for of, name in told.items():
        for value in sorted({getattr(one, name) for one in rig.clinic.facts if getattr(one, name)}):
            expected = {thing(one) for one in rig.clinic.facts if getattr(one, name) == value}
            assert rig.catalog.count_charted(of, value) == len(expected)
            listed = rig.catalog.charted(of, value, 100_000)
            assert [thing(same[0]) for same in listed if len({thing(one) for one in same}) == 1] and len(listed) == len(expected)
            assert {thing(same[0]) for same in listed} == expected
            assert [one for offset in range(0, len(expected), 7) for one in rig.catalog.charted(of, value, 7, offset)] == list(listed)
            if of == "patient":
                assert Counter(fact for same in listed for fact in same) == Counter(rig.facts(value))
            years = [same[0].start or ("9999" if of == "patient" else "") for same in listed]  # what has no date comes last
            assert years == sorted(years, reverse=of != "patient")
        assert rig.catalog.count_charted(of, "urn:nothing") == 0
    facts = {one.dataset: one.facts for one in rig.catalog.datasets()}
    assert facts == {name: rig.catalog.count_charted("dataset", name) for name in facts}


def mentions_of_a_dataset_are_listed(rig: Rig) -> None:
    for dataset in rig.catalog.datasets():
        expected = {(one.id, mention.id) for one in rig.clinic.documents if one.dataset == dataset.dataset for mention in one.mentions}
        listed = [rig.catalog.mentions(dataset.dataset, 5, offset) for offset in range(0, dataset.mentions, 5)]
        found = [(document, mention.id) for page in listed for document, mention in page]
        assert len(found) == len(set(found)) == dataset.mentions and set(found) == expected


def patients_come_by_label(rig: Rig) -> None:
    assert rig.catalog.patients(limit=1000) == tuple(rig.patients)
    for dataset in (*rig.clinic.datasets, "nothing"):
        assert rig.catalog.patients(dataset, limit=1000) == tuple(one for one in rig.patients if one.dataset == dataset)
    for patient in rig.patients:
        assert rig.catalog.patient(patient.id) == patient
    assert rig.catalog.patient("urn:nothing") is None
    overviews = rig.catalog.patient_overviews()
    assert [one.patient for one in overviews] == rig.patients
    for one in overviews:
        assert one.documents == sum(document.patient == one.patient.id for document in rig.clinic.documents)
        assert one.facts == len({fact.record for fact in rig.facts(one.patient.id)})
        counted = {fact.concept for fact in rig.facts(one.patient.id) if fact.counted and fact.relation == "condition"}
        assert {concept for condition in one.conditions for concept in condition.concepts} == counted


def merged_patients_are_one(rig: Rig) -> None:
    """The record that another one replaced is no patient, and stands for the one who took its place."""
    by_label = sorted(rig.clinic.former, key=lambda one: (one.label, one.id))
    assert by_label
    overviews = {one.patient.id: one for one in rig.catalog.patient_overviews()}
    for patient in rig.patients:
        merged = tuple(one for one in by_label if one.patient == patient.id)
        assert rig.catalog.former_patients(patient.id) == overviews[patient.id].former == merged
        assert rig.catalog.former_patient(patient.id) is None
        for one in merged:
            assert rig.catalog.former_patient(one.id) == one
            assert rig.catalog.patient(one.id) == patient
    assert not {one.id for one in by_label} & overviews.keys()
    assert rig.catalog.former_patient("urn:nothing") is None and rig.catalog.former_patients("urn:nothing") == ()


def concepts_count_what_counts(rig: Rig) -> None:
    charted = rig.charted()
    assert any(not fact.counted for fact in rig.clinic.facts)
    for concept in {fact.concept for fact in rig.clinic.facts if fact.concept}:
        found = rig.catalog.concept(concept)
        assert found is not None
        mine = charted.get(concept, set())
        visits = {fact.encounter for fact in rig.clinic.facts if fact.concept == concept and fact.counted}
        naming = {
            document.id
            for document in rig.clinic.documents
            if document.encounter in visits
            or any(one.concept == concept and one.assertion is Assertion.AFFIRMED for one in document.mentions)
        }
        assert (found.patients, found.documents) == (len(mine), len(naming))
        assert found.label in {fact.label for fact in rig.clinic.facts if fact.concept == concept}
        listed = tuple(one for one in rig.patients if one.id in mine)
        assert rig.catalog.patients_with_concept(concept, 1000) == listed
    assert rig.catalog.concept("urn:nothing") is None
    assert rig.catalog.patients_with_concept("urn:nothing") == ()


def concepts_stand_as_charts_and_texts_have_them(rig: Rig) -> None:
    """With its codings and everything narrower: as many patients and documents as have any of it."""
    broader = {(fact.subject, fact.concept) for fact in rig.clinic.facts if fact.relation == "broader"}
    facts = [fact for fact in rig.clinic.facts if fact.relation != "broader"]
    now = {one.id: one.patient for one in rig.clinic.former}
    said = [(document, mention) for document in rig.clinic.documents for mention in document.mentions]
    names = {
        "affirmed": Assertion.AFFIRMED,
        "denied": Assertion.NEGATED,
        "possible": Assertion.POSSIBLE,
        "hypothetical": Assertion.HYPOTHETICAL,
        "historical": Assertion.HISTORICAL,
        "family": Assertion.FAMILY,
        "not_in_family": Assertion.NOT_IN_FAMILY,
    }
    assert {mention.assertion for _, mention in said} >= {Assertion.AFFIRMED, Assertion.NEGATED}
    for concept in sorted({fact.concept for fact in rig.clinic.facts if fact.concept}):
        meant = set(rig.alike(concept))
        while more := {low for low, high in broader if high in meant and low not in meant}:
            meant |= more
        found = rig.catalog.concept_standing(concept)
        assert (found.concept, found.concepts) == (concept, len(meant))
        counted = [fact for fact in facts if fact.concept in meant and fact.counted]
        visits = {fact.encounter for fact in counted if fact.encounter}
        charting = sum(document.encounter in visits for document in rig.clinic.documents)
        assert found.charted == Held(len({fact.subject for fact in counted}), charting)
        for name, assertion in names.items():
            documents = [document for document, mention in said if mention.concept in meant and mention.assertion is assertion]
            patients = {now.get(document.patient, document.patient) for document in documents if document.patient}
            assert getattr(found, name) == Held(len(patients), len({document.id for document in documents}))
            assert {one.id for one in rig.catalog.patients_standing(concept, name, 1000)} == patients
            assert {one.id for one in rig.catalog.documents_standing(concept, name, 1000)} == {document.id for document in documents}
            first = {}
            for document, mention in said:
                if document in documents and mention.concept in meant and mention.assertion is assertion:
                    first[document.id] = min(first.get(document.id, (mention.start, mention.end)), (mention.start, mention.end))
            everything = [document.id for document in rig.clinic.documents]
            assert rig.catalog.places_standing(concept, name, everything) == first
            assert rig.catalog.places_standing(concept, name, [*first][:1]) == dict([*first.items()][:1])
            assert rig.catalog.places_standing(concept, "charted", everything) == {}
        assert {one.id for one in rig.catalog.patients_standing(concept, "charted", 1000)} == {fact.subject for fact in counted}
        listed = rig.catalog.documents_standing(concept, "charted", 1000)
        assert len(listed) == charting and listed == tuple(sorted(listed, key=lambda one: one.date or "", reverse=True))
        assert {one.encounter for one in listed} <= visits
        assert rig.catalog.documents_standing(concept, "charted", 1, 1) == listed[1:2]
        everyone = rig.catalog.patients_standing(concept, "charted", 1000)
        assert rig.catalog.patients_standing(concept, "charted", 2, 1) == everyone[1:3]
    assert rig.catalog.patients_standing("urn:nothing", "denied", 10) == rig.catalog.documents_standing("urn:nothing", "charted", 10) == ()
    assert rig.catalog.concept_standing("urn:nothing") == ConceptStanding("urn:nothing")


def concepts_have_neighbours(rig: Rig) -> None:
    """One step up and down, as stated, and from drugs to the therapies that they are of; the codings of one thing are at one place."""
    broader = {(fact.subject, fact.concept) for fact in rig.clinic.facts if fact.relation == "broader"}
    drugs = {(fact.concept, fact.label) for fact in rig.clinic.facts if fact.relation == "medication" and fact.concept}
    broader |= {(drug, concept_iri(SYSTEM, one.code)) for drug, name in drugs for one in classes_of(name, Kind.DRUG)}
    concepts = {fact.concept for fact in rig.clinic.facts if fact.concept}
    for concept in sorted(concepts):
        found = rig.catalog.surroundings(concept, 1000)
        codes = {one.concept for one in found.codes}
        assert concept in codes and codes >= {one.concept for one in rig.catalog.coded_alike(concept)}
        assert {one.concept for one in found.broader} == {high for low, high in broader if low in codes} - codes
        narrower = {low for low, high in broader if high in codes} - codes
        assert {one.concept for one in found.narrower} == narrower and found.narrower_total == len(narrower)
        assert len(rig.catalog.surroundings(concept, 1).narrower) == min(1, len(narrower))
    assert rig.catalog.surroundings("urn:nothing").codes == ()


def concepts_are_of_what_they_chart(rig: Rig) -> None:
    """The kind of thing that a concept is charted as; none of what is never counted."""
    of_patients = ("condition", "medication", "procedure", "observation", "allergy", "immunization")
    charted = {fact.concept: fact.relation for fact in rig.clinic.facts if fact.concept and fact.counted and fact.relation in of_patients}
    assert charted
    asked = [*charted, "urn:nothing"]
    assert rig.catalog.groups_of(asked) == charted


def concepts_are_suggested_by_the_beginnings_of_words(rig: Rig) -> None:
    labels = {fact.concept: fact.label for fact in rig.clinic.facts if fact.concept}
    for typed in ("dia", "mel dia", "MG inj", "z", *(concept.rsplit("/", 1)[1] for concept in labels)):
        words = typed.lower().split()
        fitting = {
            concept
            for concept, label in labels.items()
            if concept.endswith(f"/{typed}") or all(any(part.startswith(word) for part in label.lower().split()) for word in words)
        }
        found = rig.catalog.suggest_concepts(typed, 100)
        assert {one.concept for one in found} == fitting
        assert len(rig.catalog.suggest_concepts(typed, 1)) == min(1, len(fitting))


def what_does_not_count_is_told(rig: Rig) -> None:
    records = sorted({fact.record for fact in rig.clinic.facts})
    refuted = {record for record in records if not any(one.counted for one in rig.clinic.facts if one.record == record)}
    assert refuted
    assert set(rig.catalog.uncounted(records)) == refuted
    for record, fact in rig.catalog.uncounted(records).items():
        assert fact in [one for one in rig.clinic.facts if one.record == record]
    for concept, kind in {(fact.concept, fact.record.rsplit("/", 2)[1]) for fact in rig.clinic.facts if fact.concept}:
        denied = {
            fact.record for fact in rig.clinic.facts if fact.concept == concept and fact.record in refuted and f"/{kind}/" in fact.record
        }
        assert rig.catalog.uncounted_with(concept, kind) == len(denied)
        assert rig.catalog.uncounted_with(concept, "Nothing") == 0
    for concept in {fact.concept for fact in rig.clinic.facts if fact.concept}:
        charted = [fact for fact in rig.clinic.facts if fact.concept == concept and fact.relation not in ("label", "answer", "broader")]
        never = {fact.subject for fact in charted} - {fact.subject for fact in charted if fact.counted}
        found = rig.catalog.only_uncounted(concept, 100)
        assert [fact.subject for fact in found] == sorted(never)
        assert all(fact in charted and not fact.counted for fact in found)
        assert rig.catalog.only_uncounted(concept, 1) == found[:1]
    mentions = {one.id: one.assertion for document in rig.clinic.documents for one in document.mentions}
    assert dict(rig.catalog.assertions(list(mentions))) == mentions
    assert rig.catalog.uncounted(["urn:nothing"]) == rig.catalog.assertions(["urn:nothing"]) == {}


def datasets_are_counted(rig: Rig) -> None:
    found = rig.catalog.datasets()
    assert [one.dataset for one in found] == rig.clinic.datasets
    for one in found:
        documents = [each for each in rig.clinic.documents if each.dataset == one.dataset]
        assert (one.documents, one.passages) == (len(documents), sum(len(each.passages) for each in documents))
        assert one.mentions == sum(len(each.mentions) for each in documents)
        assert one.patients == sum(each.dataset == one.dataset for each in rig.clinic.patients)
        dates = sorted(each.date for each in documents if each.date)
        assert (one.first_date, one.last_date) == (dates[0], dates[-1])


def records_reach_as_far_as_their_dates(rig: Rig) -> None:
    """By month; the relatives' and what is said of records themselves apart. Notes are dated like everything else."""
    found = rig.catalog.coverage()
    assert [one.dataset for one in found] == rig.clinic.datasets
    for one in found:
        patients = {each.id for each in rig.clinic.patients if each.dataset == one.dataset}
        assert one.patients == len(patients)
        told = {(each.relation, each.record, each.start, each.subject) for each in rig.clinic.facts if each.dataset == one.dataset}
        notes = [each for each in rig.clinic.documents if each.dataset == one.dataset]
        told |= {("document", each.id, each.date, each.patient or "") for each in notes}
        assert set(one.reach) == {group for group, *_ in told}
        for group, reach in one.reach.items():
            dates = [date or "" for relation, _, date, _ in told if relation == group]
            assert dict(reach.months) == Counter(date[:7] for date in dates if len(date) >= 7)
            assert (reach.records, reach.undated) == (len(dates), dates.count(""))
            assert reach.patients == len({subject for relation, _, _, subject in told if relation == group} & patients)
        assert one.encounters_without_documents == 0, "nothing is charted of encounters themselves"


def sources_tell_nothing_of_the_machine(rig: Rig) -> None:
    for document in rig.clinic.documents:
        assert rig.catalog.relative_source(document.dataset, document.source) == document.source
    for elsewhere in ("/home/someone/exports/x.ndjson", "s3://bucket/exports/x.ndjson"):
        assert rig.catalog.relative_source(rig.clinic.datasets[0], elsewhere) == "x.ndjson"


def codings_of_one_thing_are_told(rig: Rig) -> None:
    """Those charted on the same records with the same words are one thing."""
    concepts = {fact.concept for fact in rig.clinic.facts if fact.concept}
    assert any(len(rig.alike(concept)) > 1 for concept in concepts)
    for concept in concepts:
        assert {one.concept for one in rig.catalog.coded_alike(concept)} == rig.alike(concept)
    assert rig.catalog.coded_alike("urn:nothing") == ()


CHECKS: dict[str, Callable[[Rig], None]] = {
    check.__name__: check
    for check in (
        codings_of_one_thing_are_told,
        documents_come_back_whole,
        documents_come_newest_first,
        facts_come_oldest_first,
        pages_follow_each_other,
        patients_come_by_label,
        merged_patients_are_one,
        concepts_count_what_counts,
        concepts_stand_as_charts_and_texts_have_them,
        concepts_have_neighbours,
        concepts_are_of_what_they_chart,
        concepts_are_suggested_by_the_beginnings_of_words,
        what_does_not_count_is_told,
        datasets_are_counted,
        what_is_charted_is_listed_once,
        mentions_of_a_dataset_are_listed,
        sources_tell_nothing_of_the_machine,
        records_reach_as_far_as_their_dates,
    )
}
