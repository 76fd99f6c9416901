"""What is asked for wrongly, or given by what is no FHIR server, is said in a line that helps and tells no secret."""

import json
import os
import ssl
import subprocess
import sys

import pytest

from ingest.errors import PullFailed, PullRefused
from ingest.pull.keys import load_key
from ingest.pull.reach import Reach, base_of, shown
from tests.ingest.exports import note, patient
from tests.ingest.pull.pulling import asked_of, pulled, write_key
from tests.servers.fhir_bulk import CLIENT, BulkServer, Trouble


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return write_key(tmp_path_factory.mktemp("keys"))


def command(folder, *arguments):
    environment = {**os.environ, "COMMISSURE_DATA": str(folder / "data")}
    ran = subprocess.run(
        [sys.executable, "-m", "commissure", "pull", *map(str, arguments), "--dataset", "d"],
        capture_output=True, text=True, env=environment, check=False, cwd=folder,
    )  # fmt: skip
    assert "Traceback" not in ran.stderr and "unexpected" not in ran.stderr, ran.stderr
    return ran


def test_a_pull_by_command(tmp_path, keys):
    with BulkServer(keys[1]) as server:
        server.put(patient(), note())
        asked = (server.base, "--client-id", CLIENT, "--key", keys[0], "--since", "last", "--no-embed")
        first = command(tmp_path, *asked)
        assert first.returncode == 0, first.stderr
        assert "everything, for there was no complete pull of this export before, as of 2024-01-01T00:00:01Z: 2 files" in first.stdout
        assert "waiting for the server (half done)" in first.stderr
        second = command(tmp_path, *asked, "--json")
        assert json.loads(second.stdout)["since"] == "2024-01-01T00:00:01Z"
        assert server.faults == []
        printed = first.stdout + first.stderr + second.stdout + second.stderr
        assert not any(token in printed for token in server.tokens)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("http://ehr.example/fhir",), 2, "is not encrypted"),
        (("ehr.example/fhir",), 2, "has to begin with https://"),
        (("https://name:secret@ehr.example/fhir",), 2, "a name or password in an address is not taken"),
        (("https://ehr.example:port/fhir",), 2, "is no address"),
        (("https://ehr.example/fhir", "--client-id", "x"), 2, "say both --client-id and --key"),
        (("https://ehr.example/fhir", "--client-id", "x", "--key", "none.pem"), 2, "the key cannot be read"),
        (("https://ehr.example/fhir", "--since", "yesterday"), 2, "say last, or an instant"),
        (("https://ehr.example/fhir", "--type", "patient"), 2, "is no type of FHIR records"),
        (("https://ehr.example/fhir", "--group", "1", "--patients"), 2, "exclude each other"),
        (("https://ehr.example/fhir", "--group", "1/../2"), 2, "a group is named by its id"),
        (("https://ehr.example/fhir/Group/7/$export",), 2, "without Group/7, and say --group 7"),
        (("https://ehr.example/fhir?_type=Patient",), 2, "has a query"),
    ],
)
def test_what_is_asked_for_wrongly(tmp_path, arguments, code, words):
    ran = command(tmp_path, *arguments)
    assert (ran.returncode, words in ran.stderr, "secret" in ran.stderr) == (code, True, False), ran.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("hello", "holds no key"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "holds a public key or a certificate"),
        ("-----BEGIN PRIVATE KEY-----\nSECRETSECRET\n-----END PRIVATE KEY-----\n", "is no RSA key and none of the curve P-384"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nSECRETSECRET\n-----END ENCRYPTED PRIVATE KEY-----\n", "locked by a password"),
        ('{"kty": "RSA"', "the JSON does not parse"),
        ('{"keys": [{"kty": "EC", "crv": "P-256", "d": "SECRET", "x": "a", "y": "b"}]}', "no private key that signs by RS384 or ES384"),
        ('{"keys": [{"kty": "RSA", "n": "a", "e": "AQAB"}]}', "only public keys"),
        ('{"kty": "RSA", "d": "SECRET"}', "is no RSA key"),
        ("\u00e9", "is no key"),
    ],
)
def test_a_file_that_holds_no_key_that_serves(tmp_path, content, words):
    path = tmp_path / "key"
    path.write_text(content)
    with pytest.raises(PullRefused, match=words) as refused:
        load_key(path)
    assert "SECRET" not in str(refused.value)


def test_keys_of_every_form_are_read(tmp_path):
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from joserfc.jwk import RSAKey

    key = RSAKey.generate_key(2048)
    pem, jwks = tmp_path / "key.pem", tmp_path / "keys.json"
    pem.write_bytes(key.as_pem(private=True))
    jwks.write_text(json.dumps({"keys": [key.as_dict(private=False), {**key.as_dict(private=True), "kid": "k"}]}))
    assert (load_key(pem).algorithm, load_key(jwks).name) == ("RS384", "k")
    weak = tmp_path / "weak.pem"
    short = rsa.generate_private_key(65537, 1024)
    weak.write_bytes(short.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(PullRefused, match="1024 bits; 2048 are the least"):
        load_key(weak)
    assert "d=" not in repr(load_key(pem))


def test_what_is_no_fhir_server_is_told(lab, keys):
    with BulkServer(None, Trouble(html=True)) as page, pytest.raises(PullFailed, match=r"no FHIR server's but text/html"):
        pulled(lab, page)
    with BulkServer(None) as server, pytest.raises(PullFailed, match=r"404 Not Found: not-found: there is no such export"):
        pulled(lab, server, level="Group/none")
    with pytest.raises(PullFailed, match="cannot be reached"):
        pulled(lab, server, wait=lambda _: None)


def secured(folder):
    """What makes a server speak TLS as 127.0.0.1, and the file of its own authority."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "here")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "own.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "tls-key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem", folder / "tls-key.pem")
    return context, folder / "own.pem"


def test_a_certificate_is_trusted_where_its_authority_is_named(lab, tmp_path, monkeypatch):
    context, authority = secured(tmp_path)
    with BulkServer(None, Trouble(needs_token=False), secure=context) as server:
        server.put(patient())
        with pytest.raises(PullFailed, match="a certificate that is not trusted here; SSL_CERT_FILE"):
            pulled(lab, server)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert pulled(lab, server).report.records["added"] == 1
        assert server.faults == []


def test_who_gives_a_wrong_address_is_told_soon(lab):
    waited = []
    with BulkServer() as server:
        pass
    with pytest.raises(PullFailed, match="cannot be reached"):
        pulled(lab, server, wait=waited.append)
    assert waited == [1, 2]


def test_a_client_that_the_server_does_not_know_is_told(lab, keys, tmp_path):
    other, _ = write_key(tmp_path)
    with BulkServer(keys[1]) as server:
        with pytest.raises(PullFailed, match=r"gives no token \(400: invalid_client\)") as refused:
            pulled(lab, server, other)
        with pytest.raises(PullFailed, match="who asks has to sign in; say --client-id"):
            pulled(lab, server)
    assert "Secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"transactionTime": "yesterday"}, "transactionTime is no instant"),
        ({"requiresAccessToken": "yes"}, "needs requiresAccessToken and output"),
        ({"output": {}}, "needs requiresAccessToken and output"),
        ({"output": [{"type": "Patient"}]}, "entry 1 of the manifest has no url"),
        ({"output": [{"type": "Patient", "url": "file:///etc/passwd"}]}, "has to begin with https://"),
        ({"output": [{"type": "Patient", "url": "https://other.example/x.ndjson?signature=secret"}]}, "--allow-host other.example"),
    ],
)
def test_a_manifest_that_is_none(lab, change, words):
    with BulkServer(None, Trouble(needs_token=False)) as server:
        server.put(patient())
        export = server.export
        server.export = lambda *asked: _changed(server, export(*asked), change)
        with pytest.raises((PullFailed, PullRefused), match=words) as refused:
            pulled(lab, server)
    assert "secret" not in str(refused.value)


def _changed(server, identifier, change):
    server.jobs[identifier].manifest.update(change)
    return identifier


def test_files_of_another_host_are_fetched_where_it_is_named_and_redirects_only_there(lab):
    with BulkServer() as other, BulkServer(None, Trouble(needs_token=False)) as server:
        server.put(patient())
        server.trouble.redirect = f"{other.origin}/files/x"
        with pytest.raises(PullRefused, match="lies on another host than the server"):
            pulled(lab, server)
        assert other.requests == []


def test_what_leads_to_this_machine_is_asked_only_where_the_server_lies_here():
    named = Reach("https://ehr.example/fhir", frozenset({"localhost", "127.0.0.1"}))
    for url in ("https://localhost/x", "https://127.0.0.1/x"):
        with pytest.raises(PullRefused, match="leads to this machine"):
            named.check(url)
    Reach("http://127.0.0.1:8000/fhir", frozenset({"localhost"})).check("http://localhost:9/x")
    with pytest.raises(PullRefused, match="is not encrypted"):
        Reach("https://ehr.example/fhir", frozenset({"files.example"})).check("http://files.example/x")
    with pytest.raises(PullRefused, match="lies on another host"):
        Reach("https://ehr.example/fhir").check("https://ehr.example:8443/fhir")
    with pytest.raises(PullRefused, match=r"lies on another host|is not encrypted"):
        Reach("https://ehr.example/fhir").check("http://ehr.example/fhir")


def test_an_address_is_shown_without_what_is_secret_in_it():
    assert shown("https://a:b@ehr.example/x.ndjson?signature=s#f") == "https://ehr.example/x.ndjson"
    assert base_of("https://EHR.example/fhir/$export") == base_of("https://ehr.example/fhir/") == "https://ehr.example/fhir"


def test_a_file_that_never_comes_whole_is_told_and_nothing_is_published(lab):
    with BulkServer(None, Trouble(needs_token=False)) as server:
        server.put(patient())
        export = server.export

        def short(*asked):
            identifier = export(*asked)
            server.jobs[identifier].files = {name: content[:-9] for name, content in server.jobs[identifier].files.items()}
            return identifier

        server.export = short
        with pytest.raises(PullFailed, match="does not come whole: its last line breaks off"):
            pulled(lab, server)
    assert lab.workspace.current() == 0


def test_the_client_and_its_key_are_not_shown(keys):
    with BulkServer(keys[1]) as server:
        assert keys[0].read_text()[20:60] not in repr(asked_of(server, keys[0]))
