"""A client of the REST interface. It imports nothing of the server; pandas and Arrow only when a table is asked for.

from commissure.client import Client

with Client("http://127.0.0.1:8000") as study:
    study.search("chest pain on exertion", assertion="affirmed").to_pandas()
"""

from commissure.client.asynchronous import AsyncClient, AsyncCohort, AsyncLoad, AsyncPages
from commissure.client.errors import (
    BadAddress,
    Busy,
    ClientError,
    Fault,
    LibraryMissing,
    LoadFailed,
    NotFound,
    NotGranted,
    NotSignedIn,
    PublishedMeanwhile,
    Refused,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
)
from commissure.client.exchange import Patience
from commissure.client.operations import Hits, Pairs, Progress
from commissure.client.sparql import Solutions
from commissure.client.synchronous import Client, Cohort, Load, Pages
from commissure.client.tables import Rows

__all__ = [
    "AsyncClient",
    "AsyncCohort",
    "AsyncLoad",
    "AsyncPages",
    "BadAddress",
    "Busy",
    "Client",
    "ClientError",
    "Cohort",
    "Fault",
    "Hits",
    "LibraryMissing",
    "Load",
    "LoadFailed",
    "NotFound",
    "NotGranted",
    "NotSignedIn",
    "Pages",
    "Pairs",
    "Patience",
    "Progress",
    "PublishedMeanwhile",
    "Refused",
    "Rows",
    "Solutions",
    "TimedOut",
    "UnexpectedAnswer",
    "Unreachable",
]
