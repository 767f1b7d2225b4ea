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


def test_contacts_are_kept_apart_from_the_text(tmp_path: Path) -> None:
    document = parse(
        tmp_path,
        "<table><tr><td>Pier</td><td>Ulla Brandt, <a href='mailto:ulla@pier.example'>ulla@pier.example</a>, "
        "902-555-0147</td></tr></table><ul><li>ulla@pier.example</li></ul>"
        "<p>Skippers who miss the bell may call 902-555-0147 until the lamps are lit.</p>",
    )
    assert texts(document) == ["Pier", "Skippers who miss the bell may call 902-555-0147 until the lamps are lit."]
    assert document.contacts == ("Ulla Brandt, ulla@pier.example, 902-555-0147", "ulla@pier.example")
    assert document.tables[0].rows[0][1].start == document.tables[0].rows[0][1].end


_PARTS = "<header><h1>Lamps</h1></header><p>They burn.</p><aside>Oil is short.</aside><footer>By the keeper.</footer>"
_SITE = "<header>Menu</header>{}<aside>Adverts</aside><footer>Imprint</footer>"


@pytest.mark.parametrize(
    ("content", "site"),
    [
        (f"<main>{_PARTS}</main>", []),
        (f"<main><article>{_PARTS}</article></main>", []),
        (f"<div role='main'>{_PARTS}</div>", []),
        # An aside beside articles may be one more of them.
        (f"<article>{_PARTS}</article>", ["Adverts"]),
        # Nothing says which part is the content: all of it is.
        (f"<div>{_PARTS}</div>", ["Menu", "Adverts", "Imprint"]),
    ],
)
def test_parts_of_the_site_are_left_out_and_those_of_the_content_kept(
    tmp_path: Path, content: str, site: list[str]
) -> None:
    found = texts(parse(tmp_path, f"<body>{_SITE.format(content)}</body>"))
    assert [text for text in found if text in ("Menu", "Adverts", "Imprint")] == site
    own = ["Lamps", "They burn.", "Oil is short.", "By the keeper."]
    assert [text for text in found if text not in site] == own


def test_terms_and_summaries_are_small_headings(tmp_path: Path) -> None:
    document = parse(
        tmp_path,
        "<h2>Boats</h2><dl><dt>Sail</dt><dd>Nine.</dd><dt>They were counted twice.</dt><dd>In June.</dd></dl>"
        "<details><summary>Quays</summary>Two.</details>"
        "<table><tr><td><dl><dt>Fee</dt><dd>Ten.</dd></dl></td><td>b</td></tr></table>",
    )
    assert [(t, b.level) for b, t in zip(document.blocks, texts(document), strict=True) if b.level] == [
        ("Boats", 2), ("Sail", 3), ("Quays", 3),
    ]  # fmt: skip
    assert {"They were counted twice.", "In June.", "Two.", "Fee"} <= set(texts(document))


def test_an_answer_in_a_form_is_text(tmp_path: Path) -> None:
    document = parse(tmp_path, "<body><form><label>Needs</label><textarea>Lamps.\nOil.</textarea></form>")
    assert texts(document) == ["Needs", "Lamps. Oil."]
