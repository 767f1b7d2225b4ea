"""The checksums that a build writes of its generation."""

from __future__ import annotations

import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from indexer import checksums
from indexer.checksums import Checksums, FileDigest
from indexer.errors import IndexUnusableError
from indexer.read_only import links_to
from indexer.store import current_generation

NOTHING = {"bytes": 0, "sha256": hashlib.sha256(b"").hexdigest()}


def test_a_build_lists_every_file_of_its_generation(corpus_index):
    base = corpus_index / str(current_generation(corpus_index))
    files = {path for path in base.rglob("*") if path.is_file() and path.suffix != ".lock"} - {base / "checksums.json"}
    listed = checksums.read(base).files
    assert {base / name for name in listed} == files
    for name, digest in listed.items():
        content = (base / name).read_bytes()
        assert digest == FileDigest(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("name", ["../CURRENT", "/etc/passwd", "a/../../b", "", ".", "a//b", "./a", "a\0b"])
def test_a_name_that_leads_elsewhere_is_refused(name):
    with pytest.raises(ValidationError):
        Checksums.model_validate({"files": {name: NOTHING}})


@given(st.lists(st.text(st.characters(exclude_characters="/\0"), min_size=1), min_size=1, max_size=4))
def test_every_name_that_is_let_through_stays_inside(parts):
    name = "/".join(parts)
    try:
        Checksums.model_validate({"files": {name: NOTHING}})
    except ValidationError:
        assert {".", ".."} & set(parts)
    else:
        assert os.path.normpath(f"/generation/{name}") == f"/generation/{name}"


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"files": {"a": {"bytes": 1}}}', '{"files": {}, "more": 1}'])
def test_checksums_that_cannot_be_read_name_the_mend(tmp_path, content):
    if content is not None:
        (tmp_path / "checksums.json").write_text(content, encoding="utf-8")
    with pytest.raises(IndexUnusableError, match="bring it again, or index again with --rebuild"):
        checksums.read(tmp_path)


def test_a_folder_that_can_be_written_to_needs_no_links(tmp_path):
    assert links_to(tmp_path) is None
