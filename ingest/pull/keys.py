"""The private key that a client is known by: PEM, a JWK, or a set of them (JWKS)."""

import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ingest.errors import PullRefused

_LARGEST: Final = 1 << 20
_LEAST_BITS: Final = 2048


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, how it signs (RS384 or ES384), and the name by which the server knows it ('' where it has none)."""

    key: Any
    algorithm: str
    name: str = ""

    def __repr__(self) -> str:
        return f"SigningKey({self.algorithm})"


def load_key(path: Path) -> SigningKey:
    """The key of a file. Raises PullRefused, which says what is wrong with it and nothing that stands in it."""
    try:
        if path.stat().st_size > _LARGEST:
            raise PullRefused(f"{path}: is too large for a key")
        content = path.read_text("ascii")
    except OSError as error:
        raise PullRefused(f"{path}: the key cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PullRefused(f"{path}: is no key: PEM, a JWK or a JWKS is text") from None
    if content.lstrip().startswith("{"):
        return _of_json(path, content)
    if "ENCRYPTED" in content:
        raise PullRefused(f"{path}: the key is locked by a password; give one that is not, readable by nobody else")
    if "PRIVATE KEY" not in content:
        what = "a public key or a certificate" if "-----BEGIN" in content else "no key"
        raise PullRefused(f"{path}: holds {what}; the private key signs, in PEM (-----BEGIN PRIVATE KEY-----), as a JWK or a JWKS")
    return _imported(path, content, "")


def _of_json(path: Path, content: str) -> SigningKey:
    try:
        value = json.loads(content)
    except ValueError:
        raise PullRefused(f"{path}: the JSON does not parse") from None
    listed = value.get("keys", [value])
    keys = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    private = [one for one in keys if isinstance(one.get("d"), str)]
    fitting = [one for one in private if one.get("kty") == "RSA" or one.get("crv") == "P-384"]
    usable = [one for one in fitting if one.get("alg") in (None, "RS384", "ES384")]
    if not usable:
        what = "only public keys" if keys and not private else "no private key that signs by RS384 or ES384"
        raise PullRefused(f"{path}: holds {what}; a private RSA key or one of the curve P-384 is needed")
    name = usable[0].get("kid")
    return _imported(path, usable[0], name if isinstance(name, str) else "")


def _imported(path: Path, content: Any, name: str) -> SigningKey:
    from joserfc.jwk import ECKey, RSAKey

    key: Any
    for kind, algorithm in ((RSAKey, "RS384"), (ECKey, "ES384")):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of short keys: we say it in our words
                key = kind.import_key(content)
        except Exception:  # noqa: S112 - whatever a library says of a key may quote it
            continue
        if algorithm == "ES384" and key.curve_name != "P-384":
            raise PullRefused(f"{path}: is a key of the curve {key.curve_name}; SMART asks for P-384 (ES384) or RSA (RS384)")
        if algorithm == "RS384" and key.private_key.key_size < _LEAST_BITS:
            raise PullRefused(f"{path}: has {key.private_key.key_size} bits; {_LEAST_BITS} are the least")
        return SigningKey(key, algorithm, name)
    raise PullRefused(f"{path}: is no RSA key and none of the curve P-384")
