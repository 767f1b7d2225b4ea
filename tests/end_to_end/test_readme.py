"""The reference in README.md is whole: it names every option, route and make target that there is, and no other."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from indexer import reading
from service import api, cli, settings
from service.setting_sources import FILE_VARIABLE, NAMES, variable

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8") if (ROOT / "README.md").exists() else ""
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def commands():
    actions = cli._parser()._actions
    return next(action for action in actions if isinstance(action, argparse._SubParsersAction)).choices


def options():
    return [
        (command, option)
        for command, parser in commands().items()
        for action in parser._actions
        for option in action.option_strings
        if option not in {"-h", "--help"}
    ]


def targets():
    return set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


@pytest.fixture(scope="module")
def routes(corpus_index):
    return api.create_app(corpus_index).openapi()["paths"]


def test_there_is_a_readme():
    assert README


@pytest.mark.parametrize("command", commands())
def test_every_command_stands_in_the_readme(command):
    assert re.search(rf"\bcouncil {command}\b", README)


@pytest.mark.parametrize("option", sorted({option for _, option in options()}))
def test_every_option_stands_in_the_readme(option):
    assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", README)


def test_every_option_of_council_in_the_readme_exists():
    known: dict[str, set[str]] = {}
    for command, option in options():
        known.setdefault(command, {"--help"}).add(option)
    for line in re.findall(r"\bcouncil (\w+)\b([^\n`]*)", README):
        command, rest = line
        if command in known:
            assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest)) <= known[command], line


@pytest.mark.parametrize(("command", "option"), options())
def test_every_option_stands_in_the_help(command, option):
    assert option in commands()[command].format_help()


def test_every_route_stands_in_the_readme(routes):
    missing = [path for path in routes if re.sub(r"\{\w+\}", "{id}", path) not in re.sub(r"\{\w+\}", "{id}", README)]
    assert missing == []


def test_every_route_in_the_readme_exists(routes):
    known = {re.sub(r"\{\w+\}", "{}", path) for path in routes} | {"/openapi.json"}
    for path in re.findall(r"(?<![\w.])/v1/[\w/{}-]+", README):
        shape = re.sub(r"\{\w+\}", "{}", path).rstrip("/")
        assert shape in known or shape.rpartition("/")[0] + "/{}" in known, path


def test_settings_of_the_readme_are_those_that_are_read():
    known = {variable(name) for name in NAMES} | {FILE_VARIABLE}
    assert set(re.findall(r"\bCOUNCIL_[A-Z_]+\b", README)) == known
    assert {reading.SECONDS, reading.MEGABYTES, *settings.NAMES} <= known


def test_make_targets_of_the_readme_exist():
    named = set(re.findall(r"(?:^\s*(?:\$ )?|`)make ([a-z]+)", README, re.MULTILINE))
    assert named <= targets()


@pytest.mark.parametrize("target", ["install", "ask", "serve", "test", "lint", "eval", "bench"])
def test_fixed_make_targets_are_there_and_in_the_readme(target):
    assert target in targets()
    assert f"make {target}" in README
