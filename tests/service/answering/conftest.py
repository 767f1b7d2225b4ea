"""Small exchanges: who stands where on a topic, who asks for what, and who did it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer import embedding
from indexer.build import build
from service.engine import Engine


@pytest.fixture(scope="session")
def make_engine(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Engine]:
    """An engine over a real index of texts: by file name their words and what the manifest says of them."""

    def make(texts: dict[str, tuple[str, str]]) -> Engine:
        sources = tmp_path_factory.mktemp("sources")
        manifest = []
        for name, (said, described) in texts.items():
            (sources / name).write_text(said, encoding="utf-8")
            manifest.append(f'[[document]]\nfile = "{name}"\n{described}\n')
        (sources / "manifest.toml").write_text("\n".join(manifest), encoding="utf-8")
        folder = tmp_path_factory.mktemp("index")
        report = build([sources], folder, embedding.load())
        assert not report.failures and report.documents == len(texts)
        return Engine(folder)

    return make


def form(
    jurisdiction: str, achievements: str = "N/A", priorities: str = "N/A", showcase: str = "N/A", needs: str = "N/A"
) -> str:
    """An exchange form in English."""
    return (
        f"Information exchange form\n\nJurisdiction: {jurisdiction}\n\nAchievements\n\n{achievements}\n\n"
        f"Priorities\n\n{priorities}\n\nShowcase\n\n{showcase}\n\nNeeds\n\n{needs}\n"
    )


DESCRIBED = 'title = "{title}"\ntype = "exchange_form"\nlanguage = "en"\nmeeting_date = "{date}"'


@pytest.fixture(scope="session")
def forms(make_engine: Callable[..., Engine]) -> Engine:
    """Forms of one topic, ice road reports, at every stage, and of another, ferry tickets."""
    said = {
        "ns.txt": form(
            "Nova Scotia",
            achievements="Nova Scotia launched online ice road reports in May 2021; drivers read them daily.",
            showcase="The province can present how the ferry tickets were designed with sailors.",
        ),
        "nb.txt": form("New Brunswick", priorities="New Brunswick plans to publish ice road reports next winter."),
        "mb.txt": form("Manitoba", priorities="Manitoba is studying whether to read out ice road reports."),
        "on.txt": form(
            "Ontario",
            achievements="Ontario is piloting ice road reports by text message in two northern towns.",
            needs="Ontario would like to know how others sell ferry tickets to visitors from abroad.",
        ),
        "sk.txt": form(
            "Saskatchewan",
            achievements="Saskatchewan retired its paper land register and certified forty clerks.",
            needs="How do others keep ice road reports up to date during a thaw?",
        ),
        "qc.txt": form(
            "Quebec",
            achievements="Quebec opened a counter for anglers, with thanks to Nova Scotia for its advice.",
        ),
    }
    described = {name: DESCRIBED.format(title=f"Form {name[:2].upper()}", date="2022-05") for name in said}
    said["ns-old.txt"] = form("Nova Scotia", priorities="Nova Scotia intends to sell ferry tickets at kiosks.")
    described["ns-old.txt"] = DESCRIBED.format(title="Form NS, 2018", date="2018-05")
    return make_engine({name: (text, described[name]) for name, text in said.items()})


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
