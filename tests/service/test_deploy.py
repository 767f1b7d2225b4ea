"""The examples of an installation fit the program: every path, option, setting and route in them exists."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from service import api, cli
from service.setting_reference import template
from service.setting_sources import FILE_VARIABLE, NAMES, variable
from service.uploads.orders import orders

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "service" / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
UNIT = (DEPLOY / "council.service").read_text(encoding="utf-8")
NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
REPLICAS = (DEPLOY / "nginx-replicas.conf").read_text(encoding="utf-8")
REPLICATE = (DEPLOY / "council-replicate.service").read_text(encoding="utf-8")
UNITS = tuple(sorted(path.name for path in DEPLOY.iterdir() if path.suffix in {".service", ".timer"}))


def parser():
    return cli._parser()


def instructions():
    """The instructions of the Containerfile, their lines joined."""
    joined = re.sub(r"\\\n\s*", "", "\n".join(li for li in CONTAINERFILE.splitlines() if not li.startswith("#")))
    return [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]


def test_the_settings_file_is_the_template_that_the_program_prints():
    assert (DEPLOY / "council.toml").read_text(encoding="utf-8") == template()


@pytest.mark.parametrize(
    "text",
    [CONTAINERFILE, UNIT, NGINX, REPLICAS, REPLICATE],
    ids=["Containerfile", "unit", "nginx", "nginx-replicas", "replicate"],
)
def test_settings_in_the_examples_exist(text):
    assert set(re.findall(r"\bCOUNCIL_[A-Z_]+", text)) <= {variable(name) for name in NAMES} | {FILE_VARIABLE}
    named = re.findall(r"setting (\w+)", text) + re.findall(r"^# .*?(\w+) = \[", text, re.MULTILINE)
    assert set(named) <= set(NAMES)


@pytest.mark.parametrize("text", [CONTAINERFILE, UNIT, REPLICAS], ids=["Containerfile", "unit", "nginx-replicas"])
def test_paths_of_the_repository_in_the_examples_exist(text):
    for path in re.findall(r"\b(service/deploy/[\w.]+)", text):
        assert (ROOT / path).is_file()


def test_what_the_container_copies_exists_and_is_all_that_the_package_needs():
    copied = [
        words
        for kind, rest in instructions()
        if kind == "COPY" and not rest.startswith("--")
        for words in [rest.split()]
    ]
    sources = {source.rstrip("/") for *names, _ in copied for source in names}
    assert all((ROOT / source).exists() for source in sources)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {pattern.rstrip("*") for pattern in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert packages | {"pyproject.toml", "constraints.txt", project["project"]["readme"]} <= sources
    assert set(project["project"]["license-files"]) <= sources


def test_the_container_is_light_not_root_and_has_its_folder_as_volume():
    said = dict(instructions())
    assert "[models]" not in said["RUN"] and "torch" not in " ".join(rest for _, rest in instructions())
    assert said["USER"] not in {"root", "0"}
    (volume,) = json.loads(said["VOLUME"])
    variables = dict(re.findall(r"(COUNCIL_\w+)=(\S+)", said["ENV"]))
    assert variables["COUNCIL_INDEX"].startswith(volume + "/")  # and the data folder is beside it
    assert said["EXPOSE"] == variables["COUNCIL_PORT"]
    parser().parse_args(json.loads(said["CMD"])[1:])


def test_the_containers_python_is_one_that_the_project_takes():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for version in re.findall(r"^FROM \S+python:(3\.\d+)-slim", CONTAINERFILE, re.MULTILINE):
        assert f"Programming Language :: Python :: {version}" in project["classifiers"]


def test_the_health_check_tells_a_service_that_answers_from_one_that_does_not(server):
    check = json.loads(re.search(r"CMD (\[.*urlopen.*\])", CONTAINERFILE)[1])
    there = [part.replace("http://127.0.0.1:8000", server) for part in check]
    gone = [part.replace(":8000", ":9") for part in check]
    program = shutil.which("python3")
    assert subprocess.run([program, *there[1:]], check=False, timeout=60).returncode == 0
    assert subprocess.run([program, *gone[1:]], check=False, capture_output=True, timeout=60).returncode != 0


@pytest.mark.parametrize("unit", [UNIT, REPLICATE], ids=["serve", "replicate"])
def test_the_unit_starts_the_program_as_it_is(unit):
    (start,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    program, *words = shlex.split(start)
    assert Path(program).name == "council"
    parser().parse_args(words)
    folder = "/var/lib/" + re.search(r"^StateDirectory=(.*)$", unit, re.MULTILINE)[1]
    assert f"COUNCIL_INDEX={folder}/" in unit and f"WorkingDirectory={folder}" in unit


@pytest.mark.parametrize("line", ["DynamicUser=yes", "NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0077"])
def test_the_unit_is_hardened(line):
    assert line in UNIT.splitlines() and line in REPLICATE.splitlines()


@pytest.mark.parametrize("name", UNITS)
def test_systemd_takes_the_unit(tmp_path, name):
    if not (program := shutil.which("systemd-analyze")):
        pytest.skip("no systemd-analyze here")
    for other in UNITS:
        text = (DEPLOY / other).read_text(encoding="utf-8")
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
        (tmp_path / other).write_text(text, encoding="utf-8")
    told = subprocess.run([program, "verify", tmp_path / name], capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode == 0 and name not in told.stderr, told.stderr


def test_commands_named_in_the_examples_exist():
    actions = parser()._actions
    known = next(action for action in actions if isinstance(action, argparse._SubParsersAction)).choices
    words = r"\bcouncil (index|serve|doctor|backup|restore|settings|replicate)\b"
    named = set(re.findall(words, CONTAINERFILE + UNIT + REPLICATE))
    assert {"index", "serve", "doctor", "replicate"} <= named <= set(known)


def test_routes_of_the_proxy_exist(corpus_index):
    routes = api.create_app(corpus_index).openapi()["paths"]
    for pattern in re.findall(r"location ~ (\S+)", NGINX + REPLICAS):
        if not any(re.search(pattern, re.sub(r"\{\w+\}", "x", route)) for route in routes):
            pytest.fail(f"{pattern} is no route")


def test_the_proxy_sets_the_forwarded_headers_anew():
    for block in re.findall(r"location [^{]+\{([^}]*)\}", NGINX + REPLICAS):
        assert "X-Forwarded-For $remote_addr;" in block and "X-Forwarded-Proto $scheme;" in block


def test_what_a_replica_refuses_goes_to_the_source(corpus_index):
    """Every route that takes `Ordering` or changes keys, and no question, is matched by the map of the example."""
    found = re.search(r"map \$request_method:\$uri \$council_by_request \{(.*?)\n\}", REPLICAS, re.DOTALL)
    patterns = re.findall(r"^ +~(\S+) council_source;", found[1], re.MULTILINE)

    def to_the_source(method, path):
        return any(re.search(pattern, f"{method}:{path}") for pattern in patterns)

    app = api.create_app(corpus_index)
    for route in app.routes:
        for method in getattr(route, "methods", None) or ():
            path = re.sub(r"\{\w+\}", "x", route.path)
            calls = {call.call for call in route.dependant.dependencies} if hasattr(route, "dependant") else set()
            if method not in ("GET", "HEAD") and (orders in calls or path.startswith("/manage/")):
                assert to_the_source(method, path), (method, path)
    for method, path in (("POST", "/v1/answer"), ("GET", "/v1/search"), ("GET", "/"), ("GET", "/documents/x"),
                         ("GET", "/v1/documents"), ("GET", "/readyz")):  # fmt: skip
        assert not to_the_source(method, path)
