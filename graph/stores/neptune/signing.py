"""Requests to Amazon services as the credentials of this process: botocore finds them, renews them and signs with them."""

import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from graph.errors import StoreRefused

SERVICE: Final = "neptune-db"
"""The service's name in signatures."""
NO_CREDENTIALS: Final = (
    "no AWS credentials are found, or they cannot be renewed: give the process a role, or log in (`aws sso login`), or set AWS_PROFILE"
)


def new_session() -> Any:
    """A botocore session, which looks for credentials anew."""
    from botocore.session import get_session

    return get_session()


class Signer:
    """Signs requests by Signature Version 4. Credentials are asked of the botocore session at each request; it renews them in time."""

    def __init__(self, region: str, session: Callable[[], Any] = new_session) -> None:
        self.region = region
        self._make = session
        self._lock = threading.Lock()
        self._session: Any = None

    def session(self) -> Any:
        """The botocore session now in use."""
        with self._lock:
            if self._session is None:
                self._session = self._make()
            return self._session

    def renew(self) -> None:
        """Look for credentials anew at the next request: a server refused those we had."""
        with self._lock:
            self._session = None

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> dict[str, str]:
        """The headers with the signature among them. Raises StoreRefused where there are no credentials."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.exceptions import BotoCoreError

        try:
            credentials = self.session().get_credentials()
            frozen = credentials.get_frozen_credentials() if credentials is not None else None
        except BotoCoreError as error:
            raise StoreRefused(NO_CREDENTIALS) from error
        if frozen is None:
            raise StoreRefused(NO_CREDENTIALS)
        request = AWSRequest(method=method, url=url, headers=dict(headers), data=body or b"")
        SigV4Auth(frozen, SERVICE, self.region).add_auth(request)
        return dict(request.headers.items())
