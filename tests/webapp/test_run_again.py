"""The page and the REST answer of a run say why it took in nothing of what it read again."""

from tests.ingest.exports import condition, patient
from tests.ingest.test_again import BROKEN, CLAIM
from tests.webapp.conftest import make_client
from tests.webapp.fixtures import Shelf, changed


def test_the_page_of_a_run_names_the_runs_that_took_in_or_refused_the_same() -> None:
    runs = []

    def twice(lab: object) -> None:
        for _ in range(2):
            runs.append(lab.ingest(patient(), condition(), BROKEN, CLAIM).run)  # type: ignore[attr-defined]

    library = Shelf()
    library.show(changed(twice))
    client = make_client(library)
    first, again = runs
    html = client.get(f"/data/runs/{again}").text
    for title in ("Unchanged", "Rejected as before"):
        section = html[html.index(f"<h2>{title}</h2>") :].partition("</section>")[0]
        assert f'the same as run <a href="/data/runs/{first}">' in section
    assert "Left out on purpose" in html
    assert "<h2>Unchanged</h2>" not in client.get(f"/data/runs/{first}").text
    told = client.get(f"/api/v1/runs/{again}").json
    assert (told["unchanged"], told["rejected_again"], told["skipped"]) == ({first: 2}, {first: 1}, {"claim": 1})
