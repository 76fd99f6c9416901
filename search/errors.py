"""The search package's errors.

SearchError
├── InvalidRequest        a search request that cannot be answered as asked (names the field)
├── ModelUnavailable      the embedding model is missing, damaged or unknown
├── GenerationUnreadable  a generation's files are missing or damaged
│   └── GenerationOutdated   it is whole, but written by another version
├── WordListUnreadable    a list of synonyms or stop words cannot be used (names file and line)
├── CollectionUnreadable  a judged collection cannot be read (names file and line)
└── NothingPublished      no generation exists yet
"""


class SearchError(Exception):
    """Base of every error the search package raises."""


class InvalidRequest(SearchError):
    """A search request that cannot be answered as asked; `field` names the parameter at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


class ModelUnavailable(SearchError):
    """The embedding model is missing, damaged or unknown."""


class GenerationUnreadable(SearchError):
    """A generation's files are missing or damaged."""


class GenerationOutdated(GenerationUnreadable):
    """A generation is whole, but was written by another version."""


class CollectionUnreadable(SearchError):
    """A judged collection cannot be read; the message names the file and the line."""


class WordListUnreadable(SearchError):
    """A list of synonyms or stop words cannot be used; the message names the file and the lines."""


class NothingPublished(SearchError):
    """No generation exists yet: nothing has been ingested."""
