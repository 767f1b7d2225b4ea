"""A small exchange: who asks for what, and who did it."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import embedding
from indexer.build import build
from service.engine import Engine

FORM = """Information exchange form, {date}

Jurisdiction: {name}

Achievements

{achievements}

Priorities

{priorities}

Showcase

{showcase}

Needs

{needs}
"""
FORMS = {
    "ns-2021": (
        "May 2021",
        "Nova Scotia",
        "The province launched an online booking service for harbour berths, and boats use it each summer.",
        "The province plans a register of harbour pilots that masters of ships can look into.",
        "N/A",
        "Chatbots: how do others use a chatbot to answer the public, and does it pay?\n\n"
        "Mobile offices: we seek ways to bring a travelling service van to remote coastal villages.\n\n"
        "Zither lessons for otters.",
    ),
    "bc-2021": (
        "May 2021",
        "British Columbia",
        "The province launched a chatbot that answers the public’s questions about fishing licences, day and night.",
        "The province plans a new chart of the coast that shows every beacon and every reef.",
        "The province can show its travelling service van, which visits remote coastal villages each month.",
        "N/A",
    ),
    "on-2021": (
        "May 2021",
        "Ontario",
        "The province closed its old telegraph office and moved the archives to a dry cellar near the lake.",
        "The province is studying a chatbot that would answer the public’s questions about boat permits.",
        "N/A",
        "Chatbots: which chatbot answers the public best?",
    ),
    "ns-2019": (
        "May 2019",
        "Nova Scotia",
        "The province piloted a chatbot that answered the public’s questions about the tides for one summer.",
        "The province plans to paint the lighthouses along the coast before the storms of the autumn begin.",
        "N/A",
        "N/A",
    ),
    "yt-2021": (
        "May 2021",
        "Yukon",
        "The territory opened a new ferry landing on the river, with a shelter for those who wait there.",
        "The territory plans to repair the winter road to the north, with gravel from its own quarry.",
        "N/A",
        "N/A",
    ),
}


@pytest.fixture(scope="session")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of five forms of two meetings: needs, achievements, offers, and needs that nobody can meet."""
    sources = tmp_path_factory.mktemp("exchange")
    manifest = []
    for stem, (date, name, achievements, priorities, showcase, needs) in FORMS.items():
        (sources / f"{stem}.txt").write_text(
            FORM.format(
                date=date, name=name, achievements=achievements, priorities=priorities, showcase=showcase, needs=needs
            ),
            encoding="utf-8",
        )
        month = f"{date.split()[1]}-05"
        manifest.append(
            f'[[document]]\nfile = "{stem}.txt"\ntitle = "Form of {name}, {date}"\ntype = "exchange_form"\n'
            f'language = "en"\nmeeting_date = "{month}"\n'
        )
    (sources / "manifest.toml").write_text("\n".join(manifest), encoding="utf-8")
    folder = tmp_path_factory.mktemp("exchange-index")
    report = build([sources], folder, embedding.load())
    assert not report.failures and report.documents == len(FORMS)
    return folder


@pytest.fixture(scope="session")
def desk(exchange: Path) -> Engine:
    """An engine over the exchange."""
    return Engine(exchange)
