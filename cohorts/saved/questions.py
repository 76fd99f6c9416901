"""The history of one's own questions: what somebody searched for and counted. It is theirs alone, is cleared and switched off by them."""

from dataclasses import dataclass
from typing import Final, Literal

from cohorts.saved.database import Database, moment

QuestionKind = Literal["search", "cohort"]
MOST: Final = 500
"""Questions of somebody that are kept; older ones go."""
_SITTING: Final = 600.0
"""Seconds in which cohorts that begin alike are one that is being put together: the last one stays."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that was asked."""

    kind: str
    said: str
    """In words."""
    address: str
    """The page that asks it again."""
    asked: str
    """ISO 8601, UTC."""


class Questions:
    """The questions of everybody, of which each is told their own. Everything raises SavedUnusable where the file cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def kept_for(self, user: str) -> bool:
        """Whether somebody's questions are kept."""
        with self._database.reading() as connection:
            return connection.execute("SELECT 1 FROM unheard WHERE user = ?", (user,)).fetchone() is None

    def switch(self, user: str, *, on: bool) -> None:
        """Have somebody's questions kept from now on, or not."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM unheard WHERE user = ?" if on else "INSERT OR IGNORE INTO unheard VALUES (?)", (user,))

    def keep(self, user: str, kind: QuestionKind, said: str, address: str, beginning: str = "") -> None:
        """Keep a question, unless its author's are not kept; a cohort takes the place of what it grew from, which begins with the same."""
        now = self._database.clock()
        if not self.kept_for(user):
            return
        with self._database.writing() as connection:
            if beginning:
                grown = "kind = 'cohort' AND asked > ? AND substr(said, 1, ?) = ?"
                connection.execute(f"DELETE FROM questions WHERE user = ? AND {grown}", (user, now - _SITTING, len(beginning), beginning))  # noqa: S608 - words of this module
            connection.execute(
                "INSERT OR REPLACE INTO questions (user, kind, said, address, asked) VALUES (?, ?, ?, ?, ?)",
                (user, kind, said, address, now),
            )
            older = "SELECT id FROM questions WHERE user = ? ORDER BY asked DESC, id DESC LIMIT -1 OFFSET ?"
            connection.execute(f"DELETE FROM questions WHERE id IN ({older})", (user, MOST))  # noqa: S608 - words of this module

    def asked(self, user: str, limit: int = MOST) -> tuple[Question, ...]:
        """What somebody asked, newest first."""
        query = "SELECT kind, said, address, asked FROM questions WHERE user = ? ORDER BY asked DESC, id DESC LIMIT ?"
        with self._database.reading() as connection:
            rows = connection.execute(query, (user, limit)).fetchall()
        return tuple(Question(kind, said, address, moment(asked)) for kind, said, address, asked in rows)

    def clear(self, user: str) -> int:
        """Forget all that somebody asked; how many questions."""
        with self._database.writing() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            return connection.execute("DELETE FROM questions WHERE user = ?", (user,)).rowcount
