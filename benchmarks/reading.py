"""Reading notes with 100,000 names on one core; assertion against negspacy; and what reading costs an ingest.

    python -m benchmarks.reading NOTES.jsonl             # lines {"text": …}
    python -m benchmarks.reading --export EXPORT         # any FHIR bulk export

Needs negspacy for the first, which nothing else here does: `pip install --target DIR spacy negspacy`, and DIR behind everything else in
PYTHONPATH. The names are those of HPO and ICD-10-CM where these extras are installed, filled up with invented ones. What reading finds is
then given to both as spans of the untouched text: ours says all assertions and sections, negspacy nothing but negation. Its rate is that of
spaCy's blank English, which cuts words and sentences (counted in these), and of its component; that of the component alone, to which the
cut text is given, is printed too. Reading as a whole, which looks for names and values besides, is set against both as well.
With an export: it is ingested (without vectors) with reading and without, and then read again with the names as another terminology.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import terminologies
from benchmarks.processes import run_measured
from commissure import workplace
from commissure.settings import load
from concepts.assertion import judge
from concepts.reader import Reader
from concepts.terminology import Concept, ConceptName, Statement
from concepts.vocabulary import open_vocabulary
from ingest import learning
from ingest.errors import TerminologyMissing
from ingest.progress import Silent
from ingest.terminologies.formats import TerminologyFormat
from ingest.terminologies.rejects import Rejects
from ingest.terminologies.shelf import Shelf, Source, source_of
from search.generation import GenerationBuilder
from search.reading.documents import TextsRead

NAMES = 100_000
ROUNDS = 3


def names() -> Iterator[Statement]:
    """NAMES concepts and names: of HPO, of ICD-10-CM, invented ones."""

    def all_of_them() -> Iterator[Statement]:
        for extra in ("hpo", "icd10cm"):
            try:
                source = source_of(extra)
            except TerminologyMissing:
                continue
            yield from source.format.read(source.path, Rejects())
        yield from terminologies.statements(NAMES)

    return islice((each for each in all_of_them() if isinstance(each, Concept | ConceptName)), NAMES)


def the_names() -> Source:
    """They as a terminology."""
    return Source(Path(), TerminologyFormat("names", "", lambda _: True, lambda *_: names(), "none", ""), "benchmark", "")


def best(work: Callable[[], object]) -> float:
    """Seconds of processor time of the best round."""

    def round() -> float:
        began = time.process_time()
        work()
        return time.process_time() - began

    return min(round() for _ in range(ROUNDS))


def against_negspacy(texts: Sequence[str]) -> None:
    """Print the rates of both."""
    try:
        import spacy
        from negspacy.negation import Negex  # noqa: F401 - its import makes the component known
        from spacy.util import filter_spans
    except ImportError:
        print("needs negspacy: pip install --target DIR spacy negspacy, then PYTHONPATH=.:DIR", file=sys.stderr)
        raise SystemExit(2) from None
    with TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        shelf.add(the_names())
        reader = Reader([open_vocabulary(shelf.editions()["benchmark"])])
        found = [reader.read(text) for text in texts]
        spent = best(lambda: [reader.read(text) for text in texts])
    spans = [[(one.start, one.end) for one in mentions] for mentions in found]
    judged = best(lambda: [judge(text, each) for text, each in zip(texts, spans, strict=True)])
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    negex = nlp.create_pipe("negex", config={"ent_types": ["MENTION"]})
    sentences, cutting, judging = 0, 0.0, 0.0
    for text, mentions in zip(texts, found, strict=True):
        began = time.process_time()
        doc = nlp(text)
        cutting += time.process_time() - began
        named = (doc.char_span(one.start, one.end, label="MENTION", alignment_mode="expand") for one in mentions)
        doc.set_ents(filter_spans([span for span in named if span is not None]))
        sentences += sum(1 for _ in doc.sents)
        began = time.process_time()
        negex(doc)
        judging += time.process_time() - began
    size = sum(len(text.encode()) for text in texts) / 1e6
    print(f"cores {os.cpu_count()}, load {os.getloadavg()[0]:.1f}; {len(texts):,} notes, {size:.1f} MB, {sentences:,} sentences")
    print(
        f"reading with {NAMES:,} names, one core: {len(texts) / spent:,.0f} notes/s, {sentences / spent:,.0f} sentences/s, "
        f"{sum(map(len, found)):,} mentions"
    )
    print(f"assertion of these as given spans: {sentences / judged:,.0f} sentences/s; negspacy {sentences / (cutting + judging):,.0f},")
    print(f"         its component without cutting words {sentences / judging:,.0f}")
    for name, ours in (("assertion", judged), ("reading", spent)):
        print(f"ratio    {name} {(cutting + judging) / ours:.1f} x; to the component {judging / ours:.1f} x")


def against_an_ingest(export: Path) -> None:
    """Print what an ingest takes with reading and without, and reading again with more names."""
    options = ["ingest", "fhir", str(export), "--dataset", "bench", "--no-embed"]
    with TemporaryDirectory() as folder:
        spent = {}
        for how, module in (("without", "benchmarks.reading"), ("with", "commissure")):
            clock = time.monotonic()
            _, taken = run_measured(module, ["--data", f"{folder}/{how}", *options], ended=(0, 3))
            spent[how] = taken.processor
            print(f"ingest {how:7} reading: {taken.processor:6.1f} s of processor ({time.monotonic() - clock:.1f} s)", flush=True)
        print(f"ratio                  {spent['with'] / spent['without']:.2f}")
        settings = load({"data": f"{folder}/with"})
        workspace = workplace.workspace(settings)
        clock, began = time.monotonic(), os.times()
        done = learning.add(the_names(), workspace, workplace.tools(settings), 0, Silent())
        ended = os.times()
        took = sum(ended[:4]) - sum(began[:4])
        print(
            f"{NAMES:,} names added: {done.read.texts:,} distinct texts read again, {took:.1f} s of processor"
            f" ({time.monotonic() - clock:.1f} s), {took / spent['with']:.2f} x the ingest"
        )


def main() -> None:
    """Print the figures; with `--data`, be the ingest that reads nothing."""
    if sys.argv[1:2] == ["--data"]:
        from commissure.__main__ import main as commissure

        GenerationBuilder.read = lambda *_: TextsRead(0, 0)  # type: ignore[assignment, method-assign]
        sys.exit(commissure())
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notes", type=Path, nargs="?")
    parser.add_argument("--export", type=Path)
    asked = parser.parse_args()
    if not asked.notes and not asked.export:
        parser.error("name a file of notes, an export, or both")
    if asked.notes:
        with asked.notes.open(encoding="utf-8") as lines:
            against_negspacy([json.loads(line)["text"] for line in lines])
    if asked.export:
        against_an_ingest(asked.export.resolve())


if __name__ == "__main__":
    main()
