"""Why a run did not take in again what it read again: questions to its plan, once everything is mapped."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from ingest.history import OLDER
from ingest.plan import Plan

_STALE: Final = "exists (select 1 from plan.stale o where o.kind = w.kind and o.id = w.id)"
_LEFT: Final = """
from plan.winner w cross join held r on r.kind = w.kind and r.id = w.id
left join skipped k on k.dataset = :dataset and k.kind = w.kind and k.id = w.id
where not exists (select 1 from plan.work n where n.kind = w.kind and n.id = w.id)
and not exists (select 1 from plan.staged s where s.kind = w.kind and s.id = w.id)
"""
_UNCHANGED: Final = f"select case when {_STALE} then :older else r.run end, count(*) {_LEFT} and r.state = 'kept' group by 1 order by 1"
_SKIPPED: Final = f"select coalesce(k.reason, 'unknown'), count(*) {_LEFT} and r.state = 'skipped' group by 1 order by 1"
_REFUSED: Final = """
select f.run, count(*) from plan.staged s join plan.winner w on w.kind = s.kind and w.id = s.id
cross join refused f on f.dataset = :dataset and f.kind = s.kind and f.id = s.id and f.hash = w.hash
where s.state = 'rejected' group by 1 order by 1
"""


def unchanged(plan: Plan) -> dict[str, int]:
    """Run that took in what is read again as it was → how many records; under OLDER those of a version older than what is held."""
    return _sum(plan.ledger.db.execute(_UNCHANGED, {"dataset": plan.dataset, "older": OLDER}), plan.quiet("kept"))


def skipped_before(plan: Plan) -> dict[str, int]:
    """Why earlier runs did not represent what is read again as it was → how many records."""
    return _sum(plan.ledger.db.execute(_SKIPPED, {"dataset": plan.dataset}), plan.quiet("skipped"))


def rejected_again(plan: Plan) -> dict[str, int]:
    """Run that first refused what is refused again as it was → how many records."""
    return dict(plan.ledger.db.execute(_REFUSED, {"dataset": plan.dataset}).fetchall())


def _sum(rows: Iterable[tuple[str, int]], more: Mapping[str, int]) -> dict[str, int]:
    counts = Counter(dict(rows))
    counts.update(more)
    return dict(sorted(counts.items()))
