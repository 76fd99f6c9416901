"""One run of ingest: what it is asked to do, what its steps share, how it counts records and issues, and what it reports."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

import orjson

from graph.identifiers import record_iri
from ingest import formats, history
from ingest.errors import RecordsRejected
from ingest.format import Settings
from ingest.history import RunCounts
from ingest.ledger import Ledger
from ingest.plan import Duplicate, Plan, Returned
from ingest.progress import Progress
from ingest.publish import Tools
from ingest.repeats import rejected_again, skipped_before, unchanged
from ingest.replica import Replication
from ingest.staging import Part, PartSummary
from ingest.workspace import Workspace
from sources.blocks import Block
from sources.model import Issue, Severity
from sources.places import Places

MOST_RETURNED = 1000
"""Records that were deleted and are there again, told one by one."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked to do.

    `claims` also maps Claims and ExplanationOfBenefits, as every run does into a dataset that holds some; `embed` False leaves new passages
    to word search; `all_or_nothing` publishes nothing if any record is rejected. `run` is the id the run is to have, where somebody else
    keeps it; `settings` are the format's own. `within` are the only places that may be read from; () where whoever asks may read anything.
    `thorough` reads every source, also those that are as they were when they were read. `words_first` publishes before passages are
    embedded, where those are many, and gives them their meaning in slices (ingest.meaning). `place` is a folder that is named as one,
    however few files of it are read; `issues` are those that were found before anything was read, while the sources were fetched.
    """

    format: str = "fhir"
    workers: int = 0
    strict: bool = False
    claims: bool = False
    embed: bool = True
    all_or_nothing: bool = False
    run: str = ""
    settings: Settings = ()
    within: tuple[str, ...] = ()
    thorough: bool = False
    words_first: bool = False
    place: str = ""
    issues: tuple[Issue, ...] = ()

    @property
    def told(self) -> str:
        """The format's own settings, as digests take them."""
        return "".join(f":{name}={value}" for name, value in self.settings)


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did: the stable keys of `ingest --json`, and the issues by code.

    `unsettled_graphs` counts what the graph store in `store` does not say as it is published, because it failed after publishing
    (`store_failure` says why); the next run settles it. `unchanged` and `rejected_again` count by the run that took in, or
    refused, the same before; under 'older' are those of a version older than what is held.
    """

    run: str
    dataset: str
    seconds: float
    records: Mapping[str, int]
    quads: int
    documents: int
    passages: Mapping[str, int]
    unresolved_references: int
    generation: int
    store: str = ""
    unsettled_graphs: int = 0
    store_failure: str = ""
    rejects: Mapping[str, int] = field(default_factory=dict)
    warnings: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    unchanged: Mapping[str, int] = field(default_factory=dict)
    rejected_again: Mapping[str, int] = field(default_factory=dict)
    issues_file: str = ""
    mended: tuple[str, ...] = ()
    """What was damaged before the run."""
    updated: tuple[str, ...] = ()
    """What an earlier version had made."""


@dataclass(frozen=True, slots=True)
class Again:
    """Damaged parts whose records are mapped again: from what is listed, or from the part's `own` copy. `only` those, or all else too."""

    parts: frozenset[str] = frozenset()
    own: Mapping[str, frozenset[str]] = field(default_factory=dict)
    only: bool = False


@dataclass(slots=True)
class Run:
    """What the steps of one run share."""

    ledger: Ledger
    id: str
    dataset: str
    workspace: Workspace
    tools: Tools
    replication: Replication
    options: Options
    progress: Progress
    again: Again = Again()
    places: Places = field(default_factory=dict)
    counts: RunCounts = field(default_factory=RunCounts)

    @property
    def folder(self) -> Path:
        """The folder of what the run leaves behind."""
        return self.workspace.run_folder(self.id)

    @property
    def issues_path(self) -> Path:
        """The file of its issues."""
        return self.folder / "issues.ndjson"

    def say(self, step: str, total: int | None = None) -> None:
        """Tell the step, to whoever watches and in the ledger."""
        self.progress.step(step, total)
        history.progress(self.ledger, self.id, step, self.counts)

    def report(self, issues: Iterable[Mapping[str, object]]) -> None:
        """Add issues to the run's file and its counts. Lines that hold no readable record count as read and rejected."""
        with self.issues_path.open("ab") as lines:
            for issue in issues:
                lines.write(orjson.dumps(issue) + b"\n")
                by_code = self.counts.rejects if issue["severity"] == Severity.REJECT else self.counts.warnings
                by_code[str(issue["code"])] = by_code.get(str(issue["code"]), 0) + 1


def count_part(run: Run, part: Part, summary: PartSummary) -> None:
    """Count what a part brings, and report its issues."""
    run.report(part.issues())
    run.counts.quads += summary.quads
    run.counts.documents += summary.documents
    for reason, count in summary.skipped.items():
        run.counts.skipped[reason] = run.counts.skipped.get(reason, 0) + count


def insist(run: Run) -> None:
    """End a run that takes all or nothing where it cannot take all. Raises RecordsRejected."""
    rejected = sum(run.counts.rejects.values())
    if run.options.all_or_nothing and rejected:
        raise RecordsRejected(f"{rejected:,} records or lines were rejected, so nothing was published; see {run.issues_path}")


def tally(run: Run, plan: Plan) -> None:
    """Count records by what became of them: read = added + changed + unchanged + rejected + skipped + duplicates (+ skipped removals)."""
    unique = formats.find(run.options.format).unique
    repeated = list(plan.duplicates())
    run.report(asdict(_repeated(run, one, unique)) for one in repeated)
    if unique:
        run.report(asdict(_displaced(run, one)) for one in plan.displaced())
    _tell_returned(run, plan)
    refused = len(repeated) if unique else 0
    tally = plan.counts()
    for reason, count in skipped_before(plan).items():
        run.counts.skipped[reason] = run.counts.skipped.get(reason, 0) + count
    run.counts.unchanged = unchanged(plan)
    run.counts.rejected_again = rejected_again(plan)
    run.counts.records = {
        "read": tally["seen"] + run.counts.unreadable,
        "added": tally["added"],
        "changed": tally["changed"],
        "unchanged": tally["unchanged"],
        "removed": tally["removed"],
        "rejected": tally["invalid"] + run.counts.unreadable + refused,
        "skipped": tally["skipped"],
        "duplicates": tally["duplicates"] - refused,
    }


def _repeated(run: Run, one: Duplicate, unique: bool) -> Issue:
    record = record_iri(run.dataset, one.kind, one.id)
    if unique:
        reason = f"another one of this id stands in {_name(one.winner[0])}, line {one.winner[1]}: left out; give each an id of its own"
        return Issue(Severity.REJECT, "repeated-id", reason, one.source, one.line, record, "id")
    reason = "described several times with different content: the newest version, else the last one read, counts"
    return Issue(Severity.WARNING, "duplicate-id", reason, one.source, one.line, record)


def _tell_returned(run: Run, plan: Plan) -> None:
    """Say of records that were deleted that they are there again: each of the first, then that there are more."""
    returned = list(islice(plan.returned(), MOST_RETURNED + 1))
    run.report(asdict(_returned(run, one)) for one in returned[:MOST_RETURNED])
    if len(returned) > MOST_RETURNED:
        reason = f"more than {MOST_RETURNED:,} records are there again that were deleted: the export is older than their deletion"
        run.report([asdict(Issue(Severity.WARNING, "returned", reason, returned[-1].source))])


def _returned(run: Run, one: Returned) -> Issue:
    told = f"{_name(one.deletion[0])}, line {one.deletion[1]}, run {one.run}"
    reason = f"was deleted ({told}) and is there again, because this export holds it: delete it again if the export is an old one"
    return Issue(Severity.WARNING, "returned", reason, one.source, one.line, record_iri(run.dataset, one.kind, one.id))


def _displaced(run: Run, one: Duplicate) -> Issue:
    reason = f"takes the place of the one of this id that came from {_name(one.winner[0])}, line {one.winner[1]}"
    return Issue(Severity.WARNING, "replaced-id", reason, one.source, one.line, record_iri(run.dataset, one.kind, one.id), "id")


def _name(source: str) -> str:
    return source.rpartition("/")[2]


def moved(issues: bytes, lines: int, source: str = "") -> Iterator[dict[str, object]]:
    """The issues of a block, their lines counted from the beginning of its file, and of that `source` where one is given."""
    for note in issues.splitlines():
        issue = orjson.loads(note)
        yield {**issue, "line": issue["line"] + lines, "source": source or issue["source"]}


def texts_wait(count: int) -> Issue:
    """What to say of texts whose reader died."""
    reason = f"the worker that read {count:,} texts or passages died repeatedly: look for too little memory; the next ingest reads them"
    return Issue(Severity.WARNING, "texts-unread", reason)


def worker_lost(block: Block | None) -> Issue:
    """What to say of a block whose worker died."""
    reason = "the worker that read this block died repeatedly: look for too little memory; nothing of the block was taken in"
    return Issue(Severity.REJECT, "worker-lost", reason, block.file.uri if block else "")
