import pytest

from commissure.errors import BadSetting
from commissure.settings import KEPT, SETTINGS, keep, load


def test_flags_win_over_variables_over_file_over_defaults(tmp_path):
    file = tmp_path / "c.toml"
    file.write_text('port = 1\nhost = "file"\nworkers = 9\n')
    values = load({"port": 3, "host": None}, {"COMMISSURE_PORT": "2", "COMMISSURE_HOST": "variable"}, file)
    assert (values["port"], values["host"], values["workers"], values["threads"]) == (3, "variable", 9, 8)


@pytest.mark.parametrize(
    ("environment", "content", "message"),
    [
        ({"COMMISSURE_PORT": "many"}, "", "COMMISSURE_PORT: port must be port"),
        ({"COMMISSURE_SPARQL": "perhaps"}, "", "true or false"),
        ({}, "prot = 1", "no setting is called 'prot'"),
        ({}, "port = ", "not TOML"),
    ],
)
def test_a_bad_value_is_said_with_its_place(tmp_path, environment, content, message):
    file = tmp_path / "c.toml"
    file.write_text(content)
    with pytest.raises(BadSetting, match=message):
        load({}, environment, file)


def test_every_setting_is_documented(pytestconfig):
    documented = (pytestconfig.rootpath / "docs" / "settings.md").read_text()
    for setting in SETTINGS:
        assert f"`{setting.name}`" in documented and setting.variable in documented and setting.help in documented, setting.name


def test_a_data_folder_keeps_settings_for_what_nothing_else_tells(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    keep(data, media='s3://a="odd" \\ folder')
    assert load({"data": str(data)}, {})["media"] == 's3://a="odd" \\ folder'
    assert load({}, {"COMMISSURE_DATA": str(data)})["media"] == 's3://a="odd" \\ folder'
    assert load({"data": str(data)}, {"COMMISSURE_MEDIA": "b"})["media"] == "b"
    assert load({"data": str(tmp_path)}, {})["media"] == ""
    keep(data, media="c")
    assert load({"data": str(data)}, {})["media"] == "c"
    (data / KEPT).write_text("prot = 1")
    with pytest.raises(BadSetting, match="no setting is called 'prot'"):
        load({"data": str(data)}, {})
