import re
import shlex

import pytest
import yaml


@pytest.fixture
def root(pytestconfig):
    return pytestconfig.rootpath


def test_every_path_the_dockerfile_copies_exists_and_images_are_pinned(root):
    text = (root / "Dockerfile").read_text().replace("\\\n", " ")
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?", text, re.M)
    assert all(re.fullmatch(r"[\w./-]+:\d+\.\d+\.\d+[\w.-]*", image) for image, _ in stages)
    for line in re.findall(r"^COPY (.+)$", text, re.M):
        words = [word for word in shlex.split(line) if not word.startswith("--")]
        if "--from=" not in line:
            for source in words[:-1]:
                assert (root / source).exists(), source
    user = re.search(r"^USER (\S+)", text, re.M)
    assert user and user[1] != "root"
    assert "HEALTHCHECK" in text and 'ENTRYPOINT ["commissure"]' in text


def test_compose_services_are_confined_and_run_commands_that_exist(root):
    from commissure.cli import cli

    compose = yaml.safe_load((root / "docker-compose.yml").read_text())
    for name, service in compose["services"].items():
        assert re.search(r":\d+\.\d+\.\d+", service["image"]), name
        assert service["read_only"] and service["user"] != "0" and service["cap_drop"] == ["ALL"], name
        assert service["deploy"]["resources"]["limits"]["memory"], name
        assert service["command"][0] in cli.commands, name
        assert not any("PASSWORD" in key or "SECRET" in key for key in service.get("environment", {})), name
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in compose["volumes"] or source.startswith(("${", "./")), name
    assert all(port.startswith("127.0.0.1:") for port in compose["services"]["web"]["ports"])
