from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import SettingError
from service import setting_sources
from service.server_settings import Settings, load, secrets, takes
from service.setting_reference import reference, template
from service.setting_sources import NAMES, in_place, variable

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    """No settings but those that a test makes."""
    for name in list(os.environ):
        if name.startswith("COUNCIL_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_light_list_of_names_is_that_of_the_settings():
    assert tuple(Settings.model_fields) == NAMES
    assert set(setting_sources.CARRIED) <= set(NAMES)


def test_options_win_over_the_environment_and_that_over_the_file(monkeypatch, tmp_path):
    (tmp_path / "council.toml").write_text('port = 1\nworkers = 2\nlog_format = "json"\n', encoding="utf-8")
    monkeypatch.setenv("COUNCIL_PORT", "3")
    monkeypatch.setenv("COUNCIL_WORKERS", "4")
    found = load({"port": 5, "host": None})
    assert (found.settings.port, found.settings.workers, found.settings.log_format) == (5, 4, "json")
    told = {name: found.sources[name] for name in ("port", "workers", "log_format", "host")}
    assert told == {
        "port": "command line",
        "workers": "environment",
        "log_format": "council.toml",
        "host": "default",
    }


def test_the_file_is_the_one_named_then_that_of_the_environment_then_that_of_the_folder(monkeypatch, tmp_path):
    for number, name in enumerate(("council.toml", "second.toml", "third.toml"), start=1):
        (tmp_path / name).write_text(f"port = {number}\n", encoding="utf-8")
    assert load().settings.port == 1
    monkeypatch.setenv("COUNCIL_SETTINGS", "second.toml")
    assert load().settings.port == 2
    assert load(file=Path("third.toml")).settings.port == 3


@pytest.mark.parametrize(
    ("name", "meant"), [("COUNCIL_WORKER", "COUNCIL_WORKERS"), ("COUNCIL_LLM_ULR", "COUNCIL_LLM_URL")]
)
@pytest.mark.parametrize("way", ["serve", "others"])
def test_unknown_variables_are_refused_with_the_near_one(monkeypatch, name, meant, way):
    monkeypatch.setenv(name, "1")
    with pytest.raises(SettingError, match=rf"the environment: {name} is no setting; did you mean {meant}\?"):
        if way == "serve":
            load()
        else:
            with in_place(None):
                pass


def test_unknown_keys_of_the_file_are_refused(tmp_path):
    (tmp_path / "council.toml").write_text("wrokers = 2\n", encoding="utf-8")
    with pytest.raises(SettingError, match=r"council.toml: wrokers is no setting; did you mean workers\?"):
        load()
    (tmp_path / "council.toml").write_text("[server]\nport = 2\n", encoding="utf-8")
    with pytest.raises(SettingError, match="server is no setting"):
        load()


@pytest.mark.parametrize("content", [b"port", b"\xff\xfe", b"port = 1\nport = 2"])
def test_a_file_that_is_no_toml_is_refused(tmp_path, content):
    (tmp_path / "council.toml").write_bytes(content)
    with pytest.raises(SettingError, match="is no TOML"):
        load()


def test_a_named_file_that_is_not_there_is_refused():
    with pytest.raises(SettingError, match=r"none.toml: the settings file cannot be read"):
        load(file=Path("none.toml"))


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("port", "70000", "a whole number from 0 to 65535"),
        ("workers", "many", "a whole number from 1 to 64"),
        ("log_format", "xml", "one of text, json"),
        ("log_questions", "perhaps", "true or false"),
        ("request_seconds", "0", "a number over 0"),
        ("shutdown_seconds", "inf", "a number, 0 or more"),
        ("read_megabytes", "10", "256 or more"),
        ("trusted_proxies", "10.0.0.0/8,*", "addresses or networks"),
        ("llm_seconds", "601", "up to 600"),
    ],
)
def test_wrong_values_name_setting_source_value_and_mend(monkeypatch, tmp_path, name, value, mend):
    monkeypatch.setenv(variable(name), value)
    with pytest.raises(SettingError) as refused:
        load()
    assert str(refused.value).startswith(f"{variable(name)}: ")
    assert value in str(refused.value) and mend in str(refused.value)
    monkeypatch.delenv(variable(name))
    (tmp_path / "own.toml").write_text(f"{name} = {json.dumps(value)}\n", encoding="utf-8")
    with pytest.raises(SettingError) as refused:
        load(file=Path("own.toml"))
    assert str(refused.value).startswith(f"own.toml: {name}: ")
    with pytest.raises(SettingError, match=f"^--{name.replace('_', '-')}: "):
        load({name: value})


def test_what_other_modules_check_names_its_source_too(tmp_path):
    (tmp_path / "council.toml").write_text('llm_url = "ftp://example.org"\n', encoding="utf-8")
    with pytest.raises(SettingError, match=r"COUNCIL_LLM_URL .*set in council\.toml"):
        load()


def test_secrets_are_never_shown(monkeypatch):
    monkeypatch.setenv("COUNCIL_LLM_KEY", "sesame-1")
    monkeypatch.setenv("COUNCIL_OIDC_CLIENT_SECRET", "sesame-2")
    found = load()
    assert set(secrets()) == {"llm_key", "oidc_client_secret"}
    assert "sesame" not in repr(found) + json.dumps(found.shown())
    assert found.settings.plain()["llm_key"] == "sesame-1"
    assert Settings(**found.settings.plain()) == found.settings
    monkeypatch.setenv("COUNCIL_LLM_URL", "http://localhost/v1")
    monkeypatch.setenv("COUNCIL_LLM_KEY", "sesame 3")
    with pytest.raises(SettingError) as refused:
        load()
    assert "sesame" not in str(refused.value)


def test_a_secret_of_the_wrong_kind_is_not_shown(tmp_path):
    (tmp_path / "council.toml").write_text("oidc_client_secret = 123456789\n", encoding="utf-8")
    with pytest.raises(SettingError) as refused:
        load()
    assert "oidc_client_secret" in str(refused.value) and "123456789" not in str(refused.value)


def test_empty_variables_count_as_not_set(monkeypatch):
    for name in NAMES:
        monkeypatch.setenv(variable(name), "")
    assert set(load().sources.values()) == {"default"}


def test_proxies_are_a_list_with_commas_or_in_the_file(monkeypatch, tmp_path):
    (tmp_path / "council.toml").write_text('trusted_proxies = ["10.0.0.0/8", "::1"]\n', encoding="utf-8")
    assert load().settings.trusted_proxies == ("10.0.0.0/8", "::1")
    monkeypatch.setenv("COUNCIL_TRUSTED_PROXIES", "192.0.2.1, 192.0.2.2")
    assert load().settings.trusted_proxies == ("192.0.2.1", "192.0.2.2")


def test_other_commands_take_the_file_as_the_environment(monkeypatch, tmp_path):
    (tmp_path / "council.toml").write_text('llm_seconds = 3\ndata = "there"\nindex = "here"\n', encoding="utf-8")
    monkeypatch.setenv("COUNCIL_DATA", "elsewhere")
    with in_place(None) as values:
        assert os.environ["COUNCIL_LLM_SECONDS"] == "3"
        assert os.environ["COUNCIL_DATA"] == values["data"] == "elsewhere"
        assert values["index"] == "here"
    assert "COUNCIL_LLM_SECONDS" not in os.environ
    (tmp_path / "council.toml").write_text('llm_url = "nowhere"\n', encoding="utf-8")
    from service.settings import language_model

    with pytest.raises(SettingError, match=r"set in council\.toml"), in_place(None):
        language_model()


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=12).filter(lambda text: "\0" not in text)))
def test_any_text_is_taken_or_refused_with_a_setting_error(tmp_path_factory, values):
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_text("\n".join(f"{name} = {json.dumps(text)}" for name, text in values.items()), encoding="utf-8")
    try:
        load(file=file)
    except SettingError as error:
        assert any(name in str(error) or variable(name) in str(error) for name in values) or "TOML" in str(error)


def test_the_template_sets_every_default_and_nothing_else():
    assert tomllib.loads(template()) == {}
    lines = [line.removeprefix("# ") for line in template().splitlines() if line.startswith("# ")]
    by_name = {line.split(" =")[0]: line for line in lines if line.split(" =")[0] in NAMES}
    assert tuple(by_name) == NAMES
    for name, line in by_name.items():
        default = Settings.model_fields[name].default
        if default is None:
            assert line == f"{name} ="
        else:
            assert getattr(Settings(**tomllib.loads(line)), name) == default, name


def test_the_reference_has_a_row_for_every_setting():
    rows = reference().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == [variable(name) for name in NAMES]
    assert all(takes(name) in row for name, row in zip(NAMES, rows, strict=True))


@pytest.mark.parametrize("row", reference().splitlines())
def test_every_row_of_the_reference_stands_in_the_readme(row):
    assert row in README.read_text(encoding="utf-8").splitlines()


def test_the_command_tells_values_and_sources(main, monkeypatch):
    monkeypatch.setenv("COUNCIL_PORT", "9000")
    monkeypatch.setenv("COUNCIL_OIDC_CLIENT_SECRET", "sesame")
    told = json.loads(main("settings", "--json").stdout)
    assert told["port"] == {"value": 9000, "source": "environment"}
    assert "COUNCIL_PORT = 9000  (environment)" in main("settings").stdout
    assert "sesame" not in main("settings").stdout + main("settings", "--json").stdout
    assert main("settings", "--reference").stdout == reference()
    assert main("settings", "--template").stdout == template()
    monkeypatch.setenv("COUNCIL_PORT", "x")
    refused = main("settings")
    assert refused.returncode == 2 and "COUNCIL_PORT" in refused.stderr


def test_the_index_may_be_named_by_the_environment(main, monkeypatch, corpus_index):
    monkeypatch.setenv("COUNCIL_INDEX", str(corpus_index))
    assert main("search", "chatbots", "--limit", "1").returncode == 0
