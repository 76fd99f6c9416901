"""Everything about who may what of one data folder, in one place."""

import time
from collections.abc import Callable
from pathlib import Path

from access.accounts import Accounts
from access.audit import AuditLog
from access.credentials import Credentials
from access.database import Database
from access.model import Actor, Session


class AccessControl:
    """The accounts of a data folder, what they show to be let in, and the log of what they did."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.database = Database(folder, clock)
        self.accounts = Accounts(self.database)
        self.credentials = Credentials(self.database, self.accounts)
        self.audit = AuditLog(folder, clock)

    def of_token(self, secret: str) -> Actor | None:
        """Whoever a token stands for; None where it does not hold."""
        return self.credentials.of_token(secret)

    def of_proxy(self, name: str, groups: tuple[str, ...] | None) -> Actor:
        """Whomever a trusted proxy names. Raises AccountRefused where the name is somebody else's, or the account is disabled."""
        user = self.accounts.vouched(name, "header", name, groups)
        return Actor(user, "header", self.accounts.rights(user))

    def of_session(self, secret: str) -> tuple[Actor, Session] | None:
        """Whoever a browser's session belongs to; None where it has ended."""
        session = self.credentials.session(secret)
        if session is None:
            return None
        return Actor(session.user, "session", self.accounts.rights(session.user), csrf=session.csrf), session
