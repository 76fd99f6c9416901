"""How often somebody may ask: requests by account, or by address where nobody says who they are. Off unless it is set."""

import math
import time

from flask import Flask, g, request
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from webapp.errors import Problem, ProblemError

_FREE = frozenset({"static", "favicon", "probes.healthz", "probes.readyz", "show_metrics"})
"""What is asked beside questions: parts of pages, probes, metrics."""


def limits_of(words: str) -> tuple[RateLimitItem, ...]:
    """The limits that a setting such as '300/minute; 10000/day' says; none where it is empty. Raises ValueError."""
    return tuple(parse_many(words)) if words.strip() else ()


def register(app: Flask, limits: tuple[RateLimitItem, ...]) -> None:
    """Refuse requests above the limits. To be registered behind whatever finds out who is asking: who is not let in is not counted."""
    if not limits:
        return
    counted = SlidingWindowCounterRateLimiter(MemoryStorage())

    @app.before_request
    def count() -> None:
        if request.endpoint in _FREE:
            return
        actor = g.get("actor")
        who = ("account", actor.user) if actor is not None else ("address", request.remote_addr or "")
        exceeded = [limit for limit in limits if not counted.hit(limit, *who)]
        if exceeded:
            again = max(counted.get_window_stats(limit, *who).reset_time for limit in exceeded) - time.time()
            raise ProblemError(_too_many(exceeded[0], max(1, math.ceil(again))))


def _too_many(limit: RateLimitItem, seconds: int) -> Problem:
    return Problem(
        "too-many-requests",
        429,
        "Too many requests",
        f"This server answers {limit} from one account or address. Ask again in {seconds} seconds.",
        headers=(("Retry-After", str(seconds)),),
    )
