from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.build import build
from indexer.embedding import Embedder
from indexer.store import Index, open_index
from service.briefs.content import Brief
from service.briefs.gathering import gather
from service.engine import Engine


@pytest.fixture(scope="session")
def brief_on(engine: Engine) -> Callable[..., Brief]:
    """The brief on a topic over the corpus; each is made once."""
    made: dict[object, Brief] = {}

    def brief(topic, language=None, filters=None):
        key = (topic, language, filters)
        if key not in made:
            made[key] = gather(engine, topic, language=language, filters=filters)
        return made[key]

    return brief


PIERS = {
    "ns-form-en.txt": """Information exchange form, May 2022

Jurisdiction: Nova Scotia

Achievements

Nova Scotia launched an online booking service for harbour berths, and two thousand boats use it each summer.

Priorities

The province plans a register of harbour pilots that masters of ships can look into before they come into port.

Showcase

N/A

Needs

How do others bill the owners of boats that stay in the harbour over the winter?
""",
    "formulaire-nb.txt": """Formulaire d’échange d’information, mai 2022

Administration : Nouveau-Brunswick

Réalisations

Le Nouveau-Brunswick a ouvert un registre en ligne des permis de coupe de bois pour toutes ses forêts publiques.

Priorités

La province prévoit une carte des sentiers que les gardes forestiers tiennent à jour pendant tout l’été.

Présentation

=HYPERLINK("https://bois.example") <script>alert(1)</script> et les autres mots du registre des permis de coupe.

Besoins

S.O.
""",
    "undated-form.txt": """Information exchange form

Jurisdiction: Manitoba

Achievements

Manitoba opened a counter for canoe licences in every town that has a lake and a road leading to it.
""",
    "manifest.toml": """[[document]]
file = "ns-form-en.txt"
title = "Pier form of Nova Scotia"
type = "exchange_form"
language = "en"
jurisdiction = "NS"
meeting_date = "2022-05"
distribution = "members"

[[document]]
file = "formulaire-nb.txt"
title = "Formulaire des quais"
type = "exchange_form"
language = "fr"
jurisdiction = "NB"
meeting_date = "2022-05-04"
distribution = "public"

[[document]]
file = "undated-form.txt"
title = "Canoe form"
type = "exchange_form"
language = "en"
jurisdiction = "MB"
""",
}


@pytest.fixture(scope="session")
def piers_folder(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """An index of two forms of one meeting, one in each language, and one form without a date."""
    sources = tmp_path_factory.mktemp("piers")
    for name, text in PIERS.items():
        (sources / name).write_text(text, encoding="utf-8")
    folder = tmp_path_factory.mktemp("piers-index")
    report = build([sources], folder, embedder)
    assert not report.failures and report.documents == 3
    return folder


@pytest.fixture(scope="session")
def piers(piers_folder: Path) -> Index:
    return open_index(piers_folder)
