"""HTML pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.documents import BlockKind, Document
from indexer.readers import read

_PAGE = """<!doctype html><html><head><title> Harbour &amp; quays </title><style>p{}</style></head><body>
<nav>Home | Boats</nav><header>Banner</header>
<main><h1>The <em>harbour</em></h1><p>Boats&nbsp;pay<sup>1</sup> no fee<br>in winter.</p>
<ul><li>Sail<ul><li>Small</li></ul></li><li>Steam</li></ul>
<dl><dt>Quay</dt><dd>Where boats lie.</dd></dl>Loose words.
<table><caption>Fees</caption><thead><tr><th colspan="2">Boat</th><th>Fee</th></tr></thead>
<tr><td rowspan="2">Sail<table><tr><td>in</td><td>out</td></tr></table></td><td>small</td><td></td></tr>
<tr><td>large</td><td><p>Ten.</p><p>Or more.</p></td></tr></table></main>
<script>var x = "never";</script><aside>Adverts</aside><footer>Imprint</footer></body></html>"""


def texts(document: Document) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks]


def parse(tmp_path: Path, content: bytes | str) -> Document:
    path = tmp_path / "page.html"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path)


def test_structure(tmp_path: Path) -> None:
    document = parse(tmp_path, _PAGE)
    assert document.metadata_title == "Harbour & quays"
    assert texts(document) == [
        "The harbour", "Boats pay1 no fee", "in winter.", "Sail", "Small", "Steam", "Quay", "Where boats lie.",
        "Loose words.", "Fees", "Boat", "Fee", "Sail", "in", "out", "small", "large", "Ten.", "Or more.",
    ]  # fmt: skip
    assert [b.level for b in document.blocks if b.kind is BlockKind.LIST_ITEM] == [1, 2, 1]
    outer, inner = document.tables
    assert [[c.column for c in row] for row in outer.rows] == [[0, 2], [0, 1, 2], [1, 2]]
    assert [[c.column for c in row] for row in inner.rows] == [[0, 1]]
    cell = outer.rows[2][1]
    assert document.text[cell.start : cell.end] == "Ten.\nOr more."


@pytest.mark.parametrize(
    "content",
    [
        '<html><head><meta charset="windows-1252"></head><body><p>Été à la mer’</p>'.encode("cp1252"),
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=latin1"><body>Été à la mer’'.encode(
            "cp1252"
        ),
        "<html><body><p>Été à la mer’</p></body></html>".encode("utf-16"),
        "\ufeff<html><body><p>Été à la mer’</p></body></html>".encode(),
        "<p>Été à la mer’</p>".encode(),
        "<p>Été à la mer’</p>".encode("cp1252"),
    ],
)
def test_encodings(tmp_path: Path, content: bytes) -> None:
    assert parse(tmp_path, content).text == "Été à la mer’"


def test_table_of_one_column_is_a_frame(tmp_path: Path) -> None:
    document = parse(
        tmp_path, "<html><body><table><tr><td><h2>Boats</h2><p>They float.</p></td></tr></table></body></html>"
    )
    assert document.tables == ()
    assert texts(document) == ["Boats", "They float."]
