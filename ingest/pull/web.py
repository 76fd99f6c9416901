"""Requests of a pull: patient with servers that are busy or broken for a moment, careful about where they lead."""

import email.utils
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final, Protocol

import httpx
import orjson

from ingest.errors import PullFailed, PullRefused
from ingest.pull.reach import Reach, joined, shown

Pause = Callable[[float], None]
"""Waits for so many seconds."""
LONGEST: Final = 3600.0
"""Seconds that a server may ask to wait at once."""
_TRIES: Final = 8
_FIRST_TRIES: Final = 3
"""Before anything was answered: the address may be wrong, and somebody waits to be told so."""
_SLOWEST: Final = 60.0
_REDIRECTS: Final = 5
_MOVED: Final = (301, 302, 303, 307, 308)
_PASSING: Final = (429, 502, 503, 504)
_MOST_SAID: Final = 1 << 16
JSON_MOST: Final = 64 << 20
"""Bytes of a JSON answer that is read as a whole."""


class Signer(Protocol):
    """Who signs requests."""

    def header(self) -> str:
        """The header Authorization; '' where the server asks for none."""
        ...

    def renew(self) -> bool:
        """The server did not take it: get another one. False where there is no use in that."""
        ...


class Web:
    """Asks a server. Use as a context manager."""

    def __init__(self, reach: Reach, pause: Pause = time.sleep, timeout: float = 60.0) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log addresses, which may be signed
        self.reach, self.pause, self._answered = reach, pause, False
        self._client = httpx.Client(timeout=timeout, follow_redirects=False, headers={"User-Agent": "commissure"})

    def __enter__(self) -> "Web":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str], signer: Signer | None = None) -> Iterator[httpx.Response]:
        """The answer to a GET, its content still to be read.

        What passes (429, 503, no connection) was waited for, redirects were followed. Raises PullRefused where an address may not be
        asked, PullFailed where there is no answer.
        """
        response = self._answer("GET", url, headers, signer)
        try:
            yield response
        finally:
            response.close()

    def delete(self, url: str, signer: Signer | None) -> None:
        """Say that something is not needed any more; whether that is heard does not matter."""
        try:
            self.reach.check(url)
            self._client.delete(url, headers=_signed({}, signer))
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, PullFailed, PullRefused):
            pass

    def post(self, url: str, form: Mapping[str, str]) -> httpx.Response:
        """The answer to a form, read; redirects are not followed. Raises PullFailed where there is none."""
        wait = 1.0
        for attempt in range(_TRIES):
            try:
                response = self._client.post(url, data=form, headers={"Accept": "application/json"})
            except httpx.HTTPError as error:
                if attempt == (_TRIES if self._answered else _FIRST_TRIES) - 1 or _is_distrust(error):
                    raise _unreached(url, error) from None
            else:
                if response.status_code not in _PASSING or attempt == _TRIES - 1:
                    return response
                wait = retry_after(response, wait)
            self.pause(wait)
            wait = min(wait * 2, _SLOWEST)
        raise PullFailed(f"{shown(url)}: does not answer")

    def _answer(self, method: str, url: str, headers: Mapping[str, str], signer: Signer | None) -> httpx.Response:
        """The first answer that is more than passing."""
        wait, tries, redirects, renewed = 1.0, 0, 0, False
        while True:
            self.reach.check(url)
            try:
                request = self._client.build_request(method, url, headers=_signed(headers, signer))
                response = self._client.send(request, stream=True)
            except (httpx.InvalidURL, UnicodeError):
                raise PullRefused(f"{shown(url)} is no address", "no-address") from None
            except httpx.HTTPError as error:
                tries += 1
                if tries >= (_TRIES if self._answered else _FIRST_TRIES) or _is_distrust(error):
                    raise _unreached(url, error) from None
                self.pause(wait)
                wait = min(wait * 2, _SLOWEST)
                continue
            self._answered, status = True, response.status_code
            if status in _MOVED and redirects < _REDIRECTS and "location" in response.headers:
                redirects += 1
                url = joined(url, response.headers["location"])
            elif status == 401 and signer is not None and not renewed and signer.renew():
                renewed = True
            elif status in _PASSING and tries < _TRIES - 1:
                tries += 1
                self.pause(retry_after(response, wait))
                wait = min(wait * 2, _SLOWEST)
            else:
                return response
            response.close()


def _signed(headers: Mapping[str, str], signer: Signer | None) -> dict[str, str]:
    header = signer.header() if signer is not None else ""
    return {**headers, **({"Authorization": header} if header else {})}


def _is_distrust(error: httpx.HTTPError) -> bool:
    """Whether it is the certificate: asking again does not help."""
    return "CERTIFICATE_VERIFY_FAILED" in str(error)


def _unreached(url: str, error: httpx.HTTPError) -> PullFailed:
    if _is_distrust(error):
        reason = "shows a certificate that is not trusted here; SSL_CERT_FILE names a file of authorities of your own"
        return PullFailed(f"{shown(url)}: {reason}")
    return PullFailed(f"{shown(url)}: cannot be reached ({type(error).__name__}); is the address right, and the server up?")


def retry_after(response: httpx.Response, otherwise: float) -> float:
    """Seconds that a server asks to wait, in either of the forms that HTTP has, within bounds."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return otherwise
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - datetime.now(UTC)).total_seconds(), 0.0), LONGEST)


def content_type(response: httpx.Response) -> str:
    """The media type of an answer, without parameters."""
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def json_of(response: httpx.Response, url: str, what: str) -> dict[str, object]:
    """The JSON object of an answer. Raises PullFailed where it is something else; `what` says what it should be."""
    content = body(response, JSON_MOST, url)
    try:
        value = orjson.loads(content)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        kind = content_type(response) or "of no type"
        raise PullFailed(
            f"{shown(url)}: the answer is no {what} but {kind}: is this the address of a FHIR server, such as https://ehr.example/fhir?"
        )
    return value


def body(response: httpx.Response, most: int, url: str) -> bytes:
    """All of an answer. Raises PullFailed where that is more than `most` bytes, or where it breaks off."""
    content = bytearray()
    try:
        for piece in response.iter_bytes(1 << 16):
            content += piece
            if len(content) > most:
                raise PullFailed(f"{shown(url)}: the answer is larger than {most:,} bytes")
    except httpx.HTTPError as error:
        raise _unreached(url, error) from None
    return bytes(content)


def said(response: httpx.Response) -> str:
    """A status, and the codes of an OperationOutcome; never its words, which may be about patients."""
    words = f"{response.status_code} {response.reason_phrase}".strip()
    try:
        outcome = orjson.loads(body(response, _MOST_SAID, str(response.url)))
        codes = sorted({str(issue["code"]) for issue in outcome["issue"]})
    except (PullFailed, ValueError, KeyError, TypeError):
        return words
    plain = [code for code in codes if code.replace("-", "").isalpha() and len(code) < 40]
    return f"{words}: {', '.join(plain)}" if plain else words
