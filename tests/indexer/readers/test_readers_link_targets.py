"""Targets of links printed at the feet of the pages of flat text are dropped, addresses that a page shows are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Document
from indexer.readers import read
from indexer.readers.lines import Line
from indexer.readers.link_targets import link_targets

ADDRESS = "https://port.example/quais/lampes"
OTHER = "http://www.port.example/cloches"
CUT = [
    "Les membres parlent longtemps du phare et de la porte du bassin,",
    "puis se demandent si, cette année, la lampe peut",
]


def parse(tmp_path: Path, content: str) -> Document:
    path = tmp_path / "flat.txt"
    path.write_text(content, encoding="utf-8")
    return read(path)


def texts(document: Document) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks]


def test_targets_at_the_foot_of_a_page_are_dropped_and_the_sentence_goes_on(tmp_path: Path) -> None:
    document = parse(
        tmp_path,
        " RÉUNION DU PORT\nLe 4 mai 2019\n\n" + "\n".join(CUT) + f"\n\n{ADDRESS}\n\n{OTHER}\n"
        " être changée avant l’hiver.\n\nIls votent.\n",
    )
    assert texts(document) == [
        "RÉUNION DU PORT",
        "Le 4 mai 2019",
        " ".join([*CUT, "être changée avant l’hiver."]),
        "Ils votent.",
    ]


@pytest.mark.parametrize(
    "content",
    [
        # It ends the document, as its list of sources may.
        f" RÉUNION DU PORT\n\nIls votent.\n être ou ne pas être.\n\nVoilà tout.\n\n{ADDRESS}\n",
        # Its words announce it.
        f" RÉUNION DU PORT\n\nOn trouve le plan du phare ici :\n\n{ADDRESS}\n Ils votent enfin.\n",
        # It stands in a sentence.
        f" RÉUNION DU PORT\n\nLe plan du phare est à\n\n{ADDRESS} depuis mai.\n Ils votent enfin.\n",
        # Nothing sets it off from the text above.
        f" RÉUNION DU PORT\n\nLe plan du phare est à\n{ADDRESS}\n Ils votent enfin.\n",
        # The text goes on below it on its page.
        f" RÉUNION DU PORT\n\nVoilà le plan.\n\n{ADDRESS}\n\nIl est grand.\n Ils votent enfin.\n",
        # Without pages there are no feet.
        f"RÉUNION DU PORT\n\nVoilà le plan.\n\n{ADDRESS}\n",
    ],
)
def test_an_address_that_a_page_shows_is_kept(tmp_path: Path, content: str) -> None:
    assert ADDRESS in parse(tmp_path, content).text


def lines(*written: str) -> list[Line]:
    """Lines of a page; an empty text before one sets it off."""
    return [Line(text, gap=not before) for before, text in zip(["", *written], written, strict=False) if text]


@pytest.mark.parametrize(
    ("written", "ends_page", "found"),
    [
        (("It rained.", "", ADDRESS), True, {1}),
        (("It rained.", "", ADDRESS), False, set()),
        (("It rained.", "", ADDRESS, OTHER), True, {1, 2}),
        (("See the map:", "", ADDRESS), True, set()),
        (("Harbour maps", "", ADDRESS), True, set()),
        (("", ADDRESS), True, set()),
        (("It rained.", "", ADDRESS, "", "It rained on."), True, set()),
        # No page shows "mailto:": what stands beside it is printed by the extractor, wherever that is.
        (("It rained.", "", ADDRESS, "mailto:a@port.example", "", "It rained on."), False, {1}),
        (("It rained.", "", "mailto:a@port.example"), True, set()),
        ((), True, set()),
    ],
)
def test_lines_that_are_targets(written: tuple[str, ...], ends_page: bool, found: set[int]) -> None:
    assert link_targets(lines(*written), ends_page=ends_page) == found


_LINE = st.builds(
    Line,
    st.sampled_from([ADDRESS, OTHER, "mailto:a@port.example", "It rained.", f"See {ADDRESS}", "Maps:", "and so on"]),
    gap=st.booleans(),
)


@given(st.lists(_LINE, max_size=12), st.booleans())
def test_only_lines_that_are_addresses_alone_are_dropped(page: list[Line], ends_page: bool) -> None:
    found = link_targets(page, ends_page=ends_page)
    assert all(page[i].text in (ADDRESS, OTHER) for i in found)
    assert all(i and page[i].text not in ("Maps:",) for i in found)
