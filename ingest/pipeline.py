"""The main flow of ingest: list the sources, scan them, plan, map what is new, publish a generation.

    sources ─▶ scan ─▶ plan ─▶ map into parts ─▶ apply to a draft generation ─▶ publish ─▶ embed and publish in slices

Whatever happens on the way, the generation that was published before stays whole; the next run over the same sources takes up the parts
that were finished.
"""

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from itertools import pairwise

from graph.identifiers import check_dataset_name, record_iri
from graph.stores.neptune.loader_model import LoadFailed
from ingest import formats, history, scanning
from ingest.checking import ledger_damage
from ingest.entering import enter, keep_books, remember_deletions, unresolved
from ingest.errors import LedgerDamaged, PartsDamaged, room_in
from ingest.history import new_run
from ingest.ledger import Ledger
from ingest.loader_errors import loader_issues
from ingest.meaning import FEW, Given, give_meaning
from ingest.plan import Plan, Scanned
from ingest.progress import Progress
from ingest.publish import Draft, Published, Tools
from ingest.repair import Lost, Mended, mend, refuse
from ingest.replicating import prepare_replica, settle_replica
from ingest.republishing import republish
from ingest.rereading import ReadAgain, is_due, read_again
from ingest.run import Again, Options, Run, RunReport, count_part, insist, tally, texts_wait, worker_lost
from ingest.scanning import Sources
from ingest.staging import Part, PartSummary
from ingest.worker import Chosen, MapTask, contents_folder, map_block
from ingest.workers import Pool, reading
from ingest.workspace import Workspace
from search.questions.listed import DatasetLists
from sources.errors import UnknownDataset
from sources.files import Listing, expand

_Mapper = Callable[[Callable[[MapTask], PartSummary], Sequence[MapTask]], Iterator[tuple[MapTask, PartSummary | None]]]


def ingest(locations: Sequence[str], dataset: str, workspace: Workspace, tools: Tools, options: Options, progress: Progress) -> RunReport:
    """Bring the locations into the dataset and publish. Bad records are reported and left out; ingest.errors says what stops a run.

    What is damaged of the data folder is mended first, from ledger, parts and sources.
    """
    check_dataset_name(dataset)
    began = time.monotonic()
    format_ = formats.find(options.format, options.settings)
    with workspace.writing() as ledger, room_in(workspace.folder):
        listing = expand(locations, format_.suffixes, options.within)
        listing = replace(listing, issues=(*options.issues, *listing.issues))
        mended = mended_first(ledger, workspace, tools, options.workers, progress)
        read_what_is_held(ledger, workspace, tools, options.workers, progress)
        run, published = _bring_in(
            ledger, listing, locations, dataset, workspace, tools, options, progress, Again(mended.left.get(dataset, frozenset()))
        )
        unsettled, failure = settle_replica(ledger, workspace, tools, run.replication, progress)
        workspace.clean(ledger)
        given = Given(published.generation, 0, ledger.missing_vectors)
    if options.embed and options.words_first and given.missing:
        given = give_meaning(workspace, tools, progress)
    passages = run.counts.passages
    return RunReport(
        run=run.id,
        dataset=dataset,
        seconds=round(time.monotonic() - began, 3),
        records=run.counts.records,
        quads=run.counts.quads,
        documents=run.counts.documents,
        passages={**passages, "embedded": passages["embedded"] + given.embedded},
        unresolved_references=published.unresolved,
        generation=given.generation,
        store=run.replication.address,
        unsettled_graphs=unsettled,
        store_failure=failure,
        rejects=run.counts.rejects,
        warnings=run.counts.warnings,
        skipped=run.counts.skipped,
        unchanged=run.counts.unchanged,
        rejected_again=run.counts.rejected_again,
        issues_file=str(run.issues_path),
        mended=tuple(str(one) for one in mended.damage if not one.outdated),
        updated=tuple(str(one) for one in mended.damage if one.outdated),
    )


def _bring_in(
    ledger: Ledger,
    listing: Listing,
    locations: Sequence[str],
    dataset: str,
    workspace: Workspace,
    tools: Tools,
    options: Options,
    progress: Progress,
    again: Again,
) -> tuple[Run, Published]:
    # Who does not say again where files are, or which class is a kind of which, does not mean to take back what they said.
    told = {**ledger.told(dataset, options.format), **dict(options.settings)}
    claims = options.claims or ledger.holds(dataset, formats.find(options.format).optional)
    options = replace(options, settings=tuple(sorted(told.items())), claims=claims)
    replication = prepare_replica(ledger, workspace, tools)
    read_from = (*((f"{options.place}/",) if options.place else ()), *(file.uri for file in listing.files))
    places = ledger.with_places(dataset, read_from)
    run = Run(ledger, options.run or new_run(), dataset, workspace, tools, replication, options, progress, again, places)
    history.begin(ledger, run.id, dataset, locations)
    try:
        with _plan(run) as plan, Pool(options.workers) as pool:
            sources = Sources(run, plan, listing, pool)
            sources.scan()
            sources.settle()
            if again.parts:
                _plan_again(run, plan)
            tasks = _tasks(run, plan, sources.scanned)
            if tasks or plan.gone() or _is_incomplete(run):
                published = _publish(run, plan, tasks, pool, sources)
            else:
                tally(run, plan)
                insist(run)
                with ledger.transaction() as db:
                    remember_deletions(plan, db, run.id)
                    keep_books(ledger, db, dataset)
                    sources.enter(db)
                published = _finish_without(run)
    except BaseException as error:
        if isinstance(error, LoadFailed):
            run.report(asdict(issue) for issue in loader_issues(error.report))
        state = "failed" if isinstance(error, Exception) else "interrupted"
        history.finish(ledger, run.id, state, run.counts, type(error).__name__)
        raise
    return run, published


def _plan_again(run: Run, plan: Plan) -> None:
    """Have the records of damaged parts mapped again. Raises PartsDamaged where not all of them are found: none may get lost."""
    plan.again(run.again.parts, only=run.again.only)
    if left := plan.left(run.again.parts, run.again.own):
        raise refuse(run.ledger, run.workspace, run.dataset, left)


def _remapper(ledger: Ledger, workspace: Workspace, tools: Tools, workers: int, progress: Progress) -> Callable[[Lost], None]:
    """What maps the records of damaged parts again, where they are found."""

    def remap(lost: Lost) -> None:
        options = Options(lost.format, workers, embed=not ledger.missing_vectors)
        locations = [file.uri for file in lost.listing.files]
        again = Again(lost.parts, lost.own, only=True)
        with suppress(PartsDamaged):
            _bring_in(ledger, lost.listing, locations, lost.dataset, workspace, tools, options, progress, again)

    return remap


def mended_first(ledger: Ledger, workspace: Workspace, tools: Tools, workers: int, progress: Progress, *, deep: bool = False) -> Mended:
    """Mend what is damaged, as every writer does before anything else."""
    return mend(ledger, workspace, tools, progress, _remapper(ledger, workspace, tools, workers, progress), deep=deep)


def read_what_is_held(ledger: Ledger, workspace: Workspace, tools: Tools, workers: int, progress: Progress) -> ReadAgain:
    """Read again what was read with other terminologies than there are now, and publish it."""
    if not is_due(ledger, workspace):
        return ReadAgain()
    replication = prepare_replica(ledger, workspace, tools)
    with Pool(workers) as pool:
        done = read_again(ledger, workspace, tools, replication, progress, reading(pool))
    settle_replica(ledger, workspace, tools, replication, progress)
    workspace.clean(ledger)
    return done


def repair(workspace: Workspace, tools: Tools, workers: int, progress: Progress) -> Mended:
    """Look at everything, and mend what can be. Raises LedgerDamaged, which nothing else can restore."""
    if not workspace.ledger_path.exists():
        return Mended()
    with workspace.writing() as ledger, room_in(workspace.folder):
        for one in ledger_damage(ledger):
            raise LedgerDamaged(str(one))
        mended = mended_first(ledger, workspace, tools, workers, progress, deep=True)
        read_what_is_held(ledger, workspace, tools, workers, progress)
        replication = prepare_replica(ledger, workspace, tools)
        settle_replica(ledger, workspace, tools, replication, progress)
        workspace.clean(ledger)
        return mended


def drop(dataset: str, workspace: Workspace, tools: Tools, progress: Progress) -> int:
    """Remove a dataset everywhere; the number of records it held."""
    with workspace.writing() as ledger, room_in(workspace.folder):
        if dataset not in ledger.datasets():
            raise UnknownDataset(dataset)
        held = sum(ledger.kinds(dataset).values())
        mended_first(ledger, workspace, tools, 0, progress)
        read_what_is_held(ledger, workspace, tools, 0, progress)
        replication = prepare_replica(ledger, workspace, tools)
        progress.step("removing")
        with Draft(ledger, dataset, workspace, tools, replication, progress, share=False) as draft:
            draft.drop_dataset()
            published = draft.finish((), embed=not ledger.missing_vectors)
            with draft.entered(published) as db:
                ledger.forget(db, dataset)
        shutil.rmtree(workspace.pulls_folder(dataset), ignore_errors=True)
        DatasetLists(workspace.folder).forget(dataset)
        settle_replica(ledger, workspace, tools, replication, progress)
        workspace.clean(ledger)
        return held


def compact(workspace: Workspace, tools: Tools, workers: int, progress: Progress) -> int:
    """Publish what is held in files that nothing was taken out of; the number of the generation.

    It is published twice, the second time with the files of the first, because the generation before is kept for its readers.
    """
    with workspace.writing() as ledger, room_in(workspace.folder):
        mended_first(ledger, workspace, tools, workers, progress)
        read_what_is_held(ledger, workspace, tools, workers, progress)
        republish(ledger, workspace, tools, progress, share=False)
        return republish(ledger, workspace, tools, progress)


@contextmanager
def _plan(run: Run) -> Iterator[Plan]:
    plan = Plan(run.ledger, run.dataset, run.folder / "plan.sqlite")
    try:
        yield plan
    finally:
        plan.close()
        shutil.rmtree(contents_folder(run.folder), ignore_errors=True)


def _tasks(run: Run, plan: Plan, scanned: Sequence[Scanned]) -> list[MapTask]:
    """The mapping to do: new and changed records by block, then records to map again, each by its own format,
    because a reference can now be resolved.

    Small blocks share a task: a part is a folder of files on disk, and costs more than the few records of a file.
    A task's key names all that its output depends on, so that a part of that name can be taken as it is.
    """
    parts = run.workspace.parts_folder(run.dataset)
    block = scanning.BLOCK // formats.find(run.options.format).density
    identifiers = plan.identifiers_digest()
    named = tuple(sorted(run.places.items()))

    def task(content: str, format_name: str = run.options.format) -> MapTask:
        options = run.options
        if format_name != options.format:
            told = run.ledger.told(run.dataset, format_name)
            claims = run.ledger.holds(run.dataset, formats.find(format_name).optional)
            options = replace(options, format=format_name, settings=tuple(sorted(told.items())), claims=claims)
        version = formats.find(format_name).version
        basis = f"{run.dataset}:{format_name}:{options.strict}:{options.claims}:{version}:{identifiers}{options.told}:{named}"
        if run.again.parts:  # what is damaged must not be taken for what is made anew in its place
            basis += f"{sorted(run.again.parts)}"
        return MapTask(
            key=hashlib.blake2b(f"{basis}:{content}".encode(), digest_size=12).hexdigest(),
            format=format_name,
            parts=parts,
            ledger=run.workspace.ledger_path,
            plan=plan.path,
            dataset=run.dataset,
            run=run.id,
            strict=options.strict,
            include_claims=options.claims,
            settings=options.settings,
            within=options.within,
            places=named,
        )

    tasks = []
    ends = {entry.number for entry, after in pairwise(scanned) if after.block.start == 0}
    gathered: list[Chosen] = []
    content, size = "", 0
    for entry in scanned:
        if work := plan.work(entry.number):
            digest, places = work
            gathered.append(Chosen(entry.block, entry.first_line, places))
            content += f"{entry.block.file.uri}:{entry.block.start}:{digest};"
            size += (entry.block.end or entry.block.file.size) - entry.block.start
        if gathered and (size >= block or entry is scanned[-1] or (size >= block // 2 and entry.number in ends)):
            tasks.append(replace(task(content), blocks=tuple(gathered)))
            gathered, content, size = [], "", 0
    by_part: dict[tuple[str, str], list[str]] = {(part, run.options.format): sorted(records) for part, records in run.again.own.items()}
    for part, kind, identifier in () if run.again.only else plan.relink():
        if part not in run.again.parts:
            by_part.setdefault((part, formats.of_kind(kind)), []).append(record_iri(run.dataset, kind, identifier))
    for (part, name), records in by_part.items():
        tasks.append(replace(task(f"relink:{part}:{records}", name), part=parts / part, records=frozenset(records)))
    return tasks


def _publish(run: Run, plan: Plan, tasks: Sequence[MapTask], pool: Pool, sources: Sources) -> Published:
    """Map what is new, apply it to a draft of the next generation as it arrives, and publish the draft together with the ledger."""
    with Draft(run.ledger, run.dataset, run.workspace, run.tools, run.replication, run.progress, run.again.parts) as draft:
        draft.remove(plan.gone())
        run.say("mapping", len(tasks))
        parts = []
        for task, summary in _mapped(pool.here if sources.are_few(tasks) else pool.run, tasks):
            run.progress.advance()
            if summary is None:
                run.report(asdict(worker_lost(chosen.block)) for chosen in task.blocks)
                continue
            part = Part(task.parts / task.key)
            parts.append(part)
            replaced = plan.stage(part.key, ((r.kind, r.id, r.state, r.source, r.line, r.reason) for r in part.records()))
            draft.apply(part, replaced)
            count_part(run, part, summary)
        tally(run, plan)
        insist(run)
        if _is_nothing(run):
            return _finish_without(run)
        run.say("publishing")
        draft.name_places(run.places)
        targets = (target for part in parts for target in part.targets())
        at_most = FEW if run.options.words_first else None
        published = draft.finish(unresolved(plan, targets), embed=run.options.embed, run=reading(pool), at_most=at_most)
        run.counts.passages = {"total": published.passages, "embedded": published.embedded}
        if published.unread:
            run.report([asdict(texts_wait(published.unread))])
        with draft.entered(published) as db:
            enter(plan, db, run.id, parts)
            sources.enter(db)
            run.ledger.remember(db, run.dataset, run.options.format, run.options.settings)
            run.ledger.enter_places(db, run.dataset, run.places)
            history.close(db, run.id, "finished", run.counts)
    return published


def _mapped(run: _Mapper, tasks: Sequence[MapTask]) -> Iterator[tuple[MapTask, PartSummary | None]]:
    """Each task with the part it gave. One that kills its worker is tried again file by file, so that only the deadly file is lost."""
    again: list[MapTask] = []
    for task, summary in run(map_block, tasks):
        if summary is None and len(task.blocks) > 1:
            again += (replace(task, key=f"{task.key}-{number}", blocks=(one,)) for number, one in enumerate(task.blocks))
        else:
            yield task, summary
    yield from run(map_block, again)


def _is_nothing(run: Run) -> bool:
    """Whether a run brings nothing into a dataset that is not there yet: no dataset is made of nothing."""
    counts = run.counts.records
    return run.dataset not in run.ledger.datasets() and not counts["added"] + counts["changed"] + counts["removed"]


def _finish_without(run: Run) -> Published:
    """End a run that publishes nothing."""
    run.counts.passages = {"total": 0, "embedded": 0}
    history.finish(run.ledger, run.id, "finished", run.counts)
    run.replication.answer(run.workspace)
    return Published(run.ledger.generation, 0, 0, run.ledger.unresolved(run.dataset), 0)


def _is_incomplete(run: Run) -> bool:
    """Whether nothing was ever published, or texts wait to be read, or passages for a vector that this run may give them."""
    embed = run.options.embed and not run.options.words_first
    new = run.ledger.generation == 0 or run.dataset not in run.ledger.datasets()
    return new or run.ledger.unread(run.dataset) > 0 or (embed and run.ledger.missing_vectors > 0)
