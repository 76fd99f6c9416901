"""The graph package's errors.

GraphError
├── InvalidDatasetName   a dataset name that cannot become part of an IRI or a path
├── StoreUnavailable     the store cannot be opened or reached
├── StoreRefused         the store is there, and refuses the user, the right or the size of a request
├── StoreTimeout         the store did not answer within the time limit of a request
├── InvalidPart          a part is missing, unreadable or not N-Quads with a named graph in every line
├── InvalidCursor        a paging cursor that this code did not make
├── QueryRefused         a pass-through query asks for what is not allowed (update, SERVICE …)
├── QuerySyntaxError     a pass-through query does not parse
├── QueryTimeout         a query ran past its time limit
├── QueryTooLarge        a query needs more memory than it may take
├── QueryBusy            as many queries run as may; come again
├── QueryAbandoned       a query was stopped because nobody waits for its answer
└── UnsupportedCapability  the store cannot do this at all
"""


class GraphError(Exception):
    """Base of every error the graph package raises."""


class InvalidDatasetName(GraphError):
    """The dataset name is not lower-case letters, digits, '.', '_' and '-'."""


class StoreUnavailable(GraphError):
    """The store cannot be opened or reached."""


class StoreRefused(StoreUnavailable):
    """The store is there, and refuses the user, the right or the size of a request."""


class StoreTimeout(StoreUnavailable):
    """The store did not answer within the time limit of a request."""


class InvalidPart(GraphError):
    """A part is missing, unreadable, or not N-Quads with a named graph in every line."""


class InvalidCursor(GraphError):
    """The paging cursor was not made by a former page."""


class QueryRefused(GraphError):
    """The query asks for something that pass-through queries may not do."""


class QuerySyntaxError(GraphError):
    """The query does not parse."""


class QueryTimeout(GraphError):
    """The query ran past its time limit."""


class QueryTooLarge(GraphError):
    """The query needs more memory than a pass-through query may take."""


class QueryBusy(GraphError):
    """As many queries run as may run at once."""


class QueryAbandoned(GraphError):
    """The query was stopped because nobody waits for its answer."""


class UnsupportedCapability(GraphError):
    """This store cannot do what was asked."""
