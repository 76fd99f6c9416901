"""Images for the label browser: only images, only from the folders of the setting, and nothing that a page could run."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from commissure.errors import BadSetting
from commissure.media import places_of
from labels.media import Media
from tests.webapp.streets import streets
from webapp.app import create_app


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    """A folder with a picture in a bucket, a secret beside it, and what looks like a picture."""
    folder = tmp_path / "media"
    (folder / "bucket" / "a").mkdir(parents=True)
    Image.new("RGB", (30, 20), "red").save(folder / "bucket" / "a" / "b c.png")
    Image.new("RGB", (30, 20), "red").save(tmp_path / "secret.png")
    (folder / "bucket" / "page.png").write_text("<html><script>alert(1)</script></html>")
    (folder / "bucket" / "drawing.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (folder / "bucket" / "cut.png").write_bytes((folder / "bucket" / "a" / "b c.png").read_bytes()[:20])
    (folder / "bucket" / "link.png").symlink_to(tmp_path / "secret.png")
    return folder


def test_a_folder_holds_buckets_or_what_is_in_one(bucket: Path) -> None:
    for folder, address in ((bucket, "s3://bucket/a/b c.png"), (bucket / "bucket", "s3://bucket/a/b c.png"), (bucket, "bucket/a/b c.png")):
        found = Media(places=places_of(str(folder))).image(address)
        assert found is not None
        assert (found.media_type, found.width, found.height) == ("image/png", 30, 20)


def test_a_prefix_stands_for_its_folder_alone(bucket: Path) -> None:
    media = Media(places=places_of(f"s3://far/pictures={bucket / 'bucket'}"))
    assert media.image("s3://far/pictures/a/b c.png") is not None
    for address in ("s3://far/picturesa/b c.png", "s3://bucket/a/b c.png", "a/b c.png", str(bucket / "bucket" / "a" / "b c.png")):
        assert media.image(address) is None


@pytest.mark.parametrize(
    "address",
    [
        *("s3://bucket/../../secret.png", "s3://bucket/a/../../../secret.png", "../secret.png", "s3://bucket//etc/passwd", "/etc/passwd"),
        *("s3://bucket/link.png", "s3://bucket/page.png", "s3://bucket/drawing.svg", "s3://bucket/cut.png", "s3://bucket/a", "s3://", ""),
        *(
            "s3://bucket/a/b c.png\0",
            "s3://bucket/a\\b c.png",
            "http://bucket/a/b c.png",
            f"s3://bucket/{'x' * 5000}",
            "file:///etc/passwd",
        ),
    ],
)
def test_nothing_else_is_read(bucket: Path, address: str) -> None:
    assert Media(places=places_of(str(bucket))).image(address) is None


def test_a_changed_image_is_read_again(bucket: Path) -> None:
    media = Media(places=places_of(str(bucket)))
    assert media.image("s3://bucket/a/b c.png") is not None
    Image.new("RGB", (7, 9)).save(bucket / "bucket" / "a" / "b c.png")
    found = media.image("s3://bucket/a/b c.png")
    assert found is not None
    assert (found.width, found.height) == (7, 9)


@pytest.mark.parametrize("setting", ["/nowhere/at/all", "s3://bucket/prefix", "s3://bucket="])
def test_a_setting_that_names_no_folder_is_refused(setting: str) -> None:
    with pytest.raises(BadSetting, match=r"media: .*folder"):
        places_of(setting)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(streets().library()).test_client()


def test_an_image_is_served_so_that_it_can_run_nothing(client: FlaskClient) -> None:
    answer = client.get("/media/object?address=s3://streets/images/scene-0.png")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.data.startswith(b"\x89PNG")
    assert (
        client.get("/media/object?address=s3://streets/images/scene-0.png", headers={"If-None-Match": answer.headers["ETag"]}).status_code
        == 304
    )


@pytest.mark.parametrize("address", ["s3://streets/images/scene-2.png", "s3://streets/../../../../etc/passwd", "s3://streets/nothing.png"])
def test_what_is_no_image_is_not_found(client: FlaskClient, address: str) -> None:
    answer = client.get("/media/object", query_string={"address": address}, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "passwd" not in answer.text


def test_an_address_is_needed_and_without_the_setting_there_is_nothing(client: FlaskClient) -> None:
    assert client.get("/media/object").status_code == 400
    closed = create_app(streets().library(media="")).test_client()
    assert closed.get("/media/object?address=s3://streets/images/scene-0.png").status_code == 404
