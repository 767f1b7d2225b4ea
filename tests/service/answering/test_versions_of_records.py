"""A record and what a later one has on it, each in both languages: what became of an item is one thing."""

from __future__ import annotations

import pytest

from indexer import embedding
from indexer.build import build
from service.allowance import Allowance
from service.answering.became import became
from service.engine import Engine
from service.query import understand
from service.register_rows import rows

DOCUMENTS = {
    "2022-en.txt": """Record of decisions, Harbour Council meeting of 4 May 2022

1. Lighthouses

Members talk about the lighthouses of the coast and their lamps at length.

Action Item 1: The ICCS secretariat will send the drawings of the lighthouses to all members before June 2022.

Action Item 2: British Columbia will lend its boats to the other members.
""",
    "2022-fr.txt": """Compte rendu des décisions, réunion du Conseil des ports, 4 mai 2022

1. Phares

Les membres parlent longuement des phares de la côte et de leurs lampes.

Mesure de suivi no 1 : Le secrétariat de l’ISAC enverra les plans des phares à tous les membres avant juin 2022.

Mesure de suivi no 2 : La Colombie-Britannique prêtera ses bateaux aux autres membres.
""",
    "2023-en.txt": """Record of decisions, Harbour Council meeting of 9 June 2023

1. Follow-up

The drawings of the lighthouses, which the secretariat was to send to all members before June 2022, came in July.

2. Storms

Members compare the storms of the winter and the damage at the quays.
""",
    "2023-fr.txt": """Compte rendu des décisions, réunion du Conseil des ports, 9 juin 2023

1. Suivi

Les plans des phares, que le secrétariat devait envoyer à tous les membres avant juin 2022, sont arrivés en juillet.

2. Tempêtes

Les membres comparent les tempêtes de l’hiver et les dommages aux quais.
""",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    manifest = ""
    for name, written in DOCUMENTS.items():
        (folder / name).write_text(written, encoding="utf-8")
        date = "2022-05-04" if name < "2023" else "2023-06-09"
        manifest += (
            f'[[document]]\nfile = "{name}"\ntitle = "{date} {name}"\ntype = "decision_record"\n'
            f'language = "{name[5:7]}"\nmeeting_date = "{date}"\n'
        )
        manifest += f'translation_of = "{name[:5]}en.txt"\n' if "-fr" in name else ""
    (folder / "manifest.toml").write_text(manifest, encoding="utf-8")
    index = tmp_path_factory.mktemp("records-index")
    assert not build([folder], index, embedding.load()).failures
    return Engine(index)


def test_what_became_of_an_item_is_the_same_in_both_languages_and_quoted_in_the_readers(engine):
    index = engine.index()
    told = {}
    for language in ("en", "fr"):
        (row,) = [row for row in rows(index, language=language) if row.item.number == "1"]
        assert row.item.language == language
        told[language] = became(index, engine.embedder, row.item.item_id, language, Allowance())
        assert told[language]
        assert {one.hit.document.language for one in told[language]} == {language}
        assert "2022" in told[language][0].quote
    assert [one.status for one in told["en"]] == [one.status for one in told["fr"]]
    sources = [[one.hit.document.source[-11:-7] for one in told[language]] for language in told]
    assert sources[0] == sources[1]


@pytest.mark.parametrize(
    "question",
    [
        "What became of the action item on the lighthouse drawings?",
        "Où en sont les plans des phares promis en mai 2022?",
    ],
)
def test_an_answer_tells_it_likewise(engine, question):
    english, french = (engine.answer(understand(question, language=language)) for language in ("en", "fr"))
    for answer in (english, french):
        assert answer.findings
        assert {citation.document_language for citation in answer.citations} == {answer.language}
    numbers = [[finding.item.number if finding.item else None for finding in one.findings] for one in (english, french)]
    assert numbers[0] == numbers[1]
    further = [[len(finding.further) for finding in one.findings] for one in (english, french)]
    assert further[0] == further[1]
