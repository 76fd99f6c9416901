"""Names from outside in headers and paths: no answer gets a header that a name brought, and no file outside its folder is read."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.webapp.conftest import make_client
from tests.webapp.fixtures import DATASET, Shelf
from tests.webapp.streets import streets
from webapp.app import create_app

SPLITS = ("\r\nSet-Cookie: a=b", "\nX-Injected: 1", '"; filename="x.exe', "\u2028X-Injected: 1", "\x00", "%0d%0aX-Injected:1")
PATHS = (
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "/etc/passwd",
    "file:///etc/passwd",
    "....//....//etc/passwd",
    "..\\..\\etc\\passwd",
)


@pytest.fixture(scope="module")
def labeled() -> FlaskClient:
    return create_app(streets().library()).test_client()


@pytest.mark.parametrize("name", [*SPLITS, *PATHS])
@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/manifests/export?dataset=streets{}",
        "/api/v1/manifests/export?dataset=streets&format=csv{}",
        "/api/v1/manifests/export?dataset=streets&attribute={}",
        "/api/v1/search.csv?rows=hits{}",
        "/api/v1/datasets/clinic{}/records",
        "/api/v1/datasets/{}/records",
        "/api/v1/runs/{}/issues",
        "/api/v1/records?id={}",
        "/api/v1/records/{}",
        "/api/v1/reports/{}?dataset=streets",
        "/media/object?address=s3://streets/{}",
        "/media/object?address={}",
        "/static/{}",
        "/static/dist/{}",
    ],
)
def test_names_bring_no_header_and_no_file(labeled: FlaskClient, address: str, name: str) -> None:
    answer = labeled.get(address.format(quote(name, safe="")))
    assert answer.status_code in (400, 404)
    assert "root:" not in answer.text
    for header, value in answer.headers.to_wsgi_list():
        assert header.lower() not in ("set-cookie", "x-injected")
        assert not set("\r\n\0") & set(value)
    assert "Content-Disposition" not in answer.headers or "exe" not in answer.headers["Content-Disposition"]


def test_the_name_of_a_file_is_that_of_its_dataset() -> None:
    answer = make_client(Shelf()).get(f"/api/v1/datasets/{DATASET}/records")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{DATASET}.ndjson"'
