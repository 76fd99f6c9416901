"""What is saved, and who looks at it. Values."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

Kind = Literal["cohort", "concepts", "search", "view"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)
"""A definition of a cohort, `{"codes": […]}`, `{"parameters": {name: [values]}}` of a search, a ViewDefinition."""
Sharing = Literal["private", "readers"]
SHARING: Final[tuple[str, ...]] = get_args(Sharing)
"""For whoever saved it alone, or for all who may read its datasets."""


@dataclass(frozen=True, slots=True)
class Version:
    """A thing as it was saved once. Whatever is changed of it makes a further version."""

    number: int
    name: str
    description: str
    sharing: str
    content: dict[str, Any]
    datasets: tuple[str, ...]
    """Those that it names, else those that its author saw: what a reader must be allowed to see."""
    author: str
    """'' where nobody signs in."""
    saved: str
    """ISO 8601, UTC."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved thing in its present version."""

    id: str
    kind: str
    owner: str
    """'' where nobody signed in."""
    created: str
    current: Version

    @property
    def name(self) -> str:
        """Its name."""
        return self.current.name

    @property
    def full_name(self) -> str:
        """The name that means it to everybody."""
        return f"{self.owner}:{self.name}"


@dataclass(frozen=True, slots=True)
class Result:
    """What a saved cohort counted last, in some datasets. Numbers are exact: whoever tells them protects them."""

    version: int
    digest: str
    """Of the definition with all that it names."""
    generation: int
    counted: str
    """ISO 8601, UTC."""
    datasets: tuple[str, ...]
    """In which it was counted."""
    subjects: str
    count: int
    events: int
    frozen: dict[str, Any] = field(default_factory=dict)
    """Path of a rule → what was looked up for it (cohorts.results.Frozen)."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: the account ('' where nobody signs in), the datasets that may be seen (None: all), and whether everything is theirs."""

    user: str = ""
    datasets: frozenset[str] | None = None
    everything: bool = False
    """Of the command line, and where nobody signs in: whoever sits here has the data folder."""

    def reads(self, datasets: tuple[str, ...]) -> bool:
        """Whether all of these may be seen."""
        return self.datasets is None or self.datasets.issuperset(datasets)

    def sees(self, saved: Saved) -> bool:
        """Whether a thing may be seen."""
        shared = saved.current.sharing == "readers" and self.reads(saved.current.datasets)
        return self.everything or self.owns(saved) or shared

    def owns(self, saved: Saved) -> bool:
        """Whether a thing may be changed."""
        return self.everything or (bool(self.user) and saved.owner == self.user)


WHOEVER_SITS_HERE: Final = Viewer(everything=True)
"""Of the command line."""
