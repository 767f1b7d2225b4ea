"""Schemathesis over the whole API as each role: no failure of the server, every response as the description has it.

Requests are made from the description, those that it allows and those that it does not. In the suite few are made, the
same each time. `COUNCIL_TEST_CONFORMANCE=500 pytest tests/service/test_api_conformance.py` makes so many at random for
each operation and role.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks

from indexer import embedding
from indexer.build import build
from indexer.data_folder import data_folder
from indexer.documents import Distribution
from service.access import CallerRole
from service.serving import open_seen
from service.state import State

EXAMPLES = int(os.environ.get("COUNCIL_TEST_CONFORMANCE", "0"))
KEYS = importlib.util.find_spec("service.identity.keys") is not None
# What is not asked: that all that the description allows is accepted. It does not say which dates there are, that a
# question needs a word, nor which ids and codes exist.
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
    checks.allow_header_conformance,
]
# In the suite, every rule of the description is broken one by one as these; as the others, some are at random.
THOROUGH = (CallerRole.ADMINISTRATOR,)


def config(role: str) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "generation": {
                "deterministic": EXAMPLES == 0,
                "max-examples": EXAMPLES or 8,
                "with-security-parameters": False,  # the role's own key is sent
            },
            "phases": {
                "coverage": {"enabled": EXAMPLES > 0 or role in THOROUGH},
                "stateful": {"enabled": False},
            },
        }
    )


@pytest.fixture(scope="module")
def folder(letters: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of its own, of public documents and one for members: they are deleted and changed here."""
    base = tmp_path_factory.mktemp("conformance")
    sources = base / "sources"
    shutil.copytree(letters, sources)
    text = "Harbour report {0}\n\nPort {0} launched a booking service for berths in May 2021, which needs a new map.\n"
    for number in range(1, 6):
        (sources / f"port-{number}.txt").write_text(text.format(number), encoding="utf-8")
    manifest = "".join(
        f'[[document]]\nfile = "{path.name}"\ndistribution = "public"\n' for path in sorted(sources.glob("port-*.txt"))
    )
    (sources / "manifest.toml").write_text(manifest, encoding="utf-8")
    assert not build([sources], base / "index", embedding.load()).failures
    return base / "index"


@pytest.fixture(scope="module")
def address(folder, serving) -> Iterator[str]:
    with serving(folder) as started:
        yield started


@pytest.fixture(scope="module", params=["local", *CallerRole])
def role(request) -> str:
    """Who calls: somebody on this machine before any key was made, then each role."""
    return request.param


@pytest.fixture(scope="module")
def headers(role, folder, address) -> dict[str, str]:
    """Headers that make the caller one of the role."""
    if role == "local":
        return {}
    if not KEYS:
        pytest.skip("there are no keys yet")
    from service.identity import keys

    state = State(data_folder(folder))
    if role is CallerRole.ANONYMOUS:
        if not keys.any_made(state):  # from then on, callers are told apart
            keys.make(state, CallerRole.MEMBER, "conformance")
        return {}
    return {"Authorization": f"Bearer {keys.make(state, CallerRole(role), 'conformance')[1]}"}


@pytest.fixture(scope="module")
def described(address, role, headers, folder):
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json", config=config(role))
    index = open_seen(folder, Distribution.PUBLIC)
    # Neither what a role before this one deleted, nor a passage of what this one will.
    document, *_, kept = index.documents()
    known = {"document_id": document.id, "passage_id": index.passages(kept.id)[0].id}

    @schema.hook
    def map_path_parameters(context, path_parameters):
        """Half of the ids are of something that there is."""
        for name in set(path_parameters or ()) & set(known):
            if sum(str(path_parameters[name]).encode()) % 2:
                path_parameters[name] = known[name]
        return path_parameters

    return schema


@pytest.fixture(autouse=True)
def _named(request):
    """Schemathesis 4.32 names operations by an attribute that pytest 9.2 has no more."""
    if not hasattr(request.node, "_nodeid"):
        request.node._nodeid = request.node.nodeid


schema = schemathesis.pytest.from_fixture("described")


@pytest.fixture(scope="module")
def seen(role) -> dict[str, Counter[int]]:
    """How often each operation answered the role with each status."""
    return defaultdict(Counter)


@schema.parametrize()
def test_every_response_is_as_described(case, headers, seen):
    response = case.call_and_validate(headers=headers, checks=CHECKS, timeout=60)
    seen[case.operation.label][response.status_code] += 1


def test_what_a_role_may_not_do_was_tried(role, seen):
    most = {CallerRole.ADMINISTRATOR: {202, 204}, CallerRole.SECRETARIAT: {202, 204}}
    assert set(seen["DELETE /v1/documents/{document_id}"]) & most.get(role, {401, 403})


def test_requests_that_are_taken_and_those_that_are_not_were_made(headers, seen):
    for operation in ("POST /v1/answer", "GET /v1/search", "GET /v1/passages/{passage_id}", "GET /v1/follow-ups"):
        statuses = set(seen[operation])
        assert statuses & {200, 304} and statuses & {404, 422}, (operation, seen[operation])
