"""The contract of searchers: what must hold of an answer, whatever ranks it, told from the documents alone."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from search.errors import InvalidRequest
from search.filters import Filters
from search.model import Document, Hit, Match, Mode, SearchRequest, SearchResult
from tests.search.clinic import CONDITIONS, Clinic, condition
from webapp.library import Searcher

MOST = 100
ASKED = ("cough and wheezing", "cisplatin paclitaxel carcinoma of the breast", "uric acid toe")


@dataclass
class Rig:
    """A searcher over a clinic that is joined with its graph."""

    searcher: Searcher
    clinic: Clinic

    def ask(self, query: str = "", mode: Mode = Mode.HYBRID, **given: object) -> SearchResult:
        asked = {name: given.pop(name) for name in ("limit", "offset", "join", "facets") if name in given}
        return self.searcher.search(SearchRequest(query, Filters(**given), mode, **{"limit": MOST, **asked}))  # type: ignore[arg-type]

    def texts(self, documents: Iterable[Document]) -> set[tuple[str | None, str]]:
        """Texts of patients: copies of one text count once."""
        return {(one.patient, one.text) for one in documents}

    def document(self, hit: Hit) -> Document:
        found = next((one for one in self.clinic.documents if one.id == hit.document), None)
        assert found is not None, f"{hit.document} is not among what may be seen"
        return found


def browsing_lists_each_text_once_newest_first(rig: Rig) -> None:
    found = rig.ask()
    documents = [rig.document(hit) for hit in found.hits]
    assert found.total == len(rig.texts(rig.clinic.documents)) == len(rig.texts(documents)) == len(documents) > 10
    years = [(one.date or "")[:4] for one in documents]
    assert years == sorted(years, reverse=True)
    assert sum(hit.duplicates for hit in found.hits) == len(rig.clinic.documents) - found.total


def hits_tell_their_document(rig: Rig) -> None:
    for query in ("", *ASKED):
        hits = rig.ask(query).hits
        assert hits
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
        for hit in hits:
            document = rig.document(hit)
            same = ("title", "dataset", "kind", "type", "patient", "patient_label", "encounter", "date")
            assert [getattr(hit, name) for name in same] == [getattr(document, name) for name in same]
            evidence = hit.evidence
            assert (evidence.record, evidence.source, evidence.line) == (document.record, document.source, document.line)
            spans = [hit.passage, *hit.highlights, *([hit.answer] if hit.answer else [])]
            for span in spans:
                assert span.text == document.text[span.start : span.end]
                assert hit.passage.start <= span.start < span.end <= hit.passage.end


def scores_fall_and_say_who_found_it(rig: Rig) -> None:
    for query in ASKED:
        for mode in Mode:
            hits = rig.ask(query, mode).hits
            assert hits
            places = [(hit.match is Match.LOOSELY, -hit.score) for hit in hits]
            assert places == sorted(places)  # those that match well come first, among each the scores fall
            assert all(hit.scores for hit in hits)
            if mode is not Mode.HYBRID:
                assert {name for hit in hits for name in hit.scores} == {mode.value}
        for hit in rig.ask(query, Mode.LEXICAL).hits:
            stems = {word[:4].lower() for word in re.findall(r"\w{4,}", query)}
            assert any(word[:4].lower() in stems for word in re.findall(r"\w{4,}", rig.document(hit).title + rig.document(hit).text))


def pages_follow_each_other(rig: Rig) -> None:
    for query in ("", ASKED[0]):
        whole = rig.ask(query)
        pages = [hit for offset in range(0, len(whole.hits), 3) for hit in rig.ask(query, limit=3, offset=offset).hits]
        assert [hit.document for hit in pages] == [hit.document for hit in whole.hits]
        assert [hit.rank for hit in pages] == [hit.rank for hit in whole.hits]


def filters_keep_what_they_name(rig: Rig) -> None:
    documents = rig.clinic.documents
    patient, kind = documents[0].patient, documents[0].type
    by_filter: dict[str, tuple[dict[str, object], Callable[[Document], bool]]] = {
        "patient": ({"patients": (patient,)}, lambda one: one.patient == patient),
        "type": ({"types": (kind,)}, lambda one: one.type == kind),
        "both": ({"patients": (patient,), "types": (kind,)}, lambda one: one.patient == patient and one.type == kind),
        "dataset": ({"datasets": ("clinic",)}, lambda one: one.dataset == "clinic"),
        "since": ({"date_from": "2020"}, lambda one: bool(one.date) and (one.date or "")[:4] >= "2020"),
        "until": ({"date_to": "2019"}, lambda one: bool(one.date) and (one.date or "")[:4] <= "2019"),
    }
    for given, fits in by_filter.values():
        expected = [one for one in documents if fits(one)]
        assert 0 < len(expected) < len(documents)
        found = rig.ask(**given)
        assert rig.texts(rig.document(hit) for hit in found.hits) == rig.texts(expected)
        assert found.total == len(found.hits)
        for query in ASKED:
            assert all(fits(rig.document(hit)) for hit in rig.ask(query, **given).hits)
    for name in CONDITIONS:
        concept = condition(name)
        visits = {fact.encounter for fact in rig.clinic.facts if fact.concept == concept and fact.counted}
        for hit in rig.ask(concepts=(concept,)).hits:
            document = rig.document(hit)
            named = any(one.concept == concept and one.assertion == "affirmed" for one in document.mentions)
            assert named or document.encounter in visits


def facets_count_what_a_filter_finds(rig: Rig) -> None:
    facets = rig.ask().facets
    assert {"dataset", "type", "patient"} <= set(facets)
    for name, plural in (("dataset", "datasets"), ("type", "types"), ("patient", "patients")):
        assert facets[name]
        for value in facets[name]:
            assert rig.ask(**{plural: (value.value,)}).total == value.count
    assert rig.ask(facets=False).facets == {}


def a_facet_opens_whole(rig: Rig) -> None:
    """Page by page all values, the most frequent first, each with as many documents as a search by it lists."""
    for query, name, plural in (("", "patient", "patients"), (ASKED[0], "concept", "concepts"), (ASKED[0], "type", "types")):
        request = SearchRequest(query)
        whole = rig.searcher.facet(request, name, limit=1000)
        assert len(whole.values) == whole.total > 0
        assert [one.count for one in whole.values] == sorted((one.count for one in whole.values), reverse=True)
        pages = [rig.searcher.facet(request, name, limit=2, offset=offset).values for offset in range(0, whole.total, 2)]
        assert [one for page in pages for one in page] == list(whole.values)
        good = Match.WELL if whole.well else None
        for one in whole.values:
            asked = SearchRequest(query, Filters(**{plural: (one.value,)}), join=False, match=good)
            assert rig.searcher.search(asked).total == one.count, one
            word = one.label.split()[-1]
            assert one in rig.searcher.facet(request, name, word[:3].upper(), limit=1000).values
        assert rig.searcher.facet(request, name, "zzyzx").total == 0
    chosen = rig.searcher.facet(SearchRequest(""), "dataset", limit=1000).values
    alone = SearchRequest("", Filters(datasets=(chosen[0].value,)))
    assert rig.searcher.facet(alone, "dataset", limit=1000).values == chosen, "alternatives are counted without what is chosen"


def hits_are_joined_with_their_patients(rig: Rig) -> None:
    found = rig.ask(ASKED[0], limit=5)
    assert found.graph
    nodes = {node.id for node in found.neighbourhood.nodes}
    assert {hit.document for hit in found.hits} | {hit.patient for hit in found.hits} <= nodes
    assert nodes <= set(found.groups)
    assert all({edge.source, edge.target} <= nodes for edge in found.neighbourhood.edges)
    for shared in found.shared:
        assert len(set(shared.hits)) > 1 and set(shared.hits) <= {hit.rank for hit in found.hits}
    alone = rig.ask(ASKED[0], limit=5, join=False)
    assert alone.neighbourhood.nodes == () and [hit.document for hit in alone.hits] == [hit.document for hit in found.hits]


def copies_are_of_the_same_patient_and_text(rig: Rig) -> None:
    several = 0
    for document in rig.clinic.documents:
        expected = {one.id for one in rig.clinic.documents if (one.patient, one.text) == (document.patient, document.text)} - {document.id}
        assert {one.id for one in rig.searcher.copies(document.id)} == expected
        several += bool(expected)
    assert several
    assert rig.searcher.copies("urn:nothing") == ()


def what_cannot_be_asked_is_refused(rig: Rig) -> None:
    wrong = (
        SearchRequest("x", limit=0),
        SearchRequest("x", offset=-1),
        replace(SearchRequest("x"), filters=Filters(date_from="yesterday")),
        SearchRequest("x" * 20_000),
    )
    for request in wrong:
        try:
            rig.searcher.search(request)
        except InvalidRequest:
            continue
        raise AssertionError(request)


CHECKS: dict[str, Callable[[Rig], None]] = {
    check.__name__: check
    for check in (
        browsing_lists_each_text_once_newest_first,
        hits_tell_their_document,
        scores_fall_and_say_who_found_it,
        pages_follow_each_other,
        filters_keep_what_they_name,
        facets_count_what_a_filter_finds,
        a_facet_opens_whole,
        hits_are_joined_with_their_patients,
        copies_are_of_the_same_patient_and_text,
        what_cannot_be_asked_is_refused,
    )
}
