from __future__ import annotations

from collections.abc import Callable

import pytest

from indexer import embedding
from indexer.build import build
from service.engine import Engine

Form = tuple[str, str, str]  # jurisdiction as the form names it, date, and its parts


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
