"""A table of organisations that a flat text holds as running lines, read as a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from flat_table_dump import NO_ANSWER, DumpedRow, Layout, dump
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from indexer.documents import BlockKind, Document, Language
from indexer.readers.text import read_text

HEADS: dict[Language, list[list[str]]] = {
    "fr": [
        ["ORGANISATIONS"],
        ["Priorités et réalisations :", "Deux ou trois choses faites pour le port"],
        ["Démonstration :", "Ce qui se montre"],
        ["Problèmes et besoins :", "Ce qui reste à régler à plusieurs"],
        ["Remarques :", "(ce qui se montre, en bref)"],
    ],
    "en": [["ORGANIZATIONS"], ["Priorities and achievements:"], ["Showcase:"], ["Issues and needs:"], ["Remarks:"]],
}
ABOVE = (
    " This harbour report is set over the whole width of its page, as running text is, and holds one table of members."
)
BELOW = (
    "What follows the table is set over the whole width of the page again, so that it cannot be a cell of the table."
)
NAMES: dict[Language, list[str]] = {
    "fr": [
        "SERVICE CANADA",
        "AGENCE DU REVENU DU CANADA",
        "COLOMBIE-BRITANNIQUE",
        "NOUVEAU-BRUNSWICK",
        "NOUVELLE-ÉCOSSE",
        "ÎLE-DU-PRINCE-ÉDOUARD",
        "TERRITOIRES DU NORD-OUEST",
        "QUÉBEC",
        "ONTARIO",
    ],
    "en": [
        "SERVICE CANADA",
        "CANADA REVENUE AGENCY",
        "BRITISH COLUMBIA",
        "NEW BRUNSWICK",
        "NOVA SCOTIA",
        "PRINCE EDWARD ISLAND",
        "NEWFOUNDLAND AND LABRADOR",
        "MANITOBA",
        "YUKON",
    ],
}
TEXTS: dict[Language, str] = {
    "fr": "quai bassin marée navire phare balise grue treuil amarre voile vent brume pilote chenal écluse canot "
    "radeau avec pour dans sous vers après avant lourde petite ancienne nouvelle rapide solide profonde",
    "en": "quay basin tide vessel beacon buoy crane winch rope sail wind fog pilot channel lock canoe raft with for "
    "in under toward after before heavy small old new fast solid deep harbour anchor",
}
WORDS = {language: text.split() for language, text in TEXTS.items()}


def parse(lines: Sequence[str]) -> Document:
    return read_text(Path("flat.txt"), "\n".join(lines).encode("utf-8"), "flat.txt")


def around(table: Sequence[str], below: Sequence[str] = ("", BELOW)) -> list[str]:
    return [ABOVE, "", *table, *below, ""]


def cells(document: Document, row: int) -> list[list[str]]:
    """The blocks of each cell of a row of the first table."""
    found: list[list[str]] = [[] for _ in document.tables[0].rows[row]]
    for block in document.blocks:
        if block.cell is not None and block.cell.row == row:
            found[block.cell.column].append(document.text[block.start : block.end])
    return found


def squashed(text: str) -> str:
    return re.sub(r"\W", "", text).lower()


def letters(text: str) -> Counter[str]:
    return Counter(c for c in text if c.isalnum())


FRENCH = DumpedRow(
    "NOUVELLE-ÉCOSSE",
    [
        [
            "- Le phare du cap Nord éclaire de nouveau le chenal, et les pilotes le voient par temps de brume.",
            "- La drague a creusé le bassin afin que les cargos y entrent à marée basse sans toucher le fond.",
        ],
        ["- La province peut présenter sa grue flottante aux autres ports en une petite demi-heure."],
        ["- Comment les autres ports gardent-ils leurs écluses libres de glace pendant les mois de grand froid?"],
        ["Élément mis en valeur :", "- Grue flottante de la province"],
    ],
)
EMPTY = [[NO_ANSWER], [NO_ANSWER], [NO_ANSWER], [NO_ANSWER]]


def test_dumped_table_has_its_rows_and_cells() -> None:
    rows = [
        FRENCH,
        DumpedRow("YUKON", EMPTY),
        DumpedRow(
            "AGENCE DU REVENU DU CANADA",
            [
                ["- Les droits de quai se paient en ligne depuis le printemps, avec un reçu par courriel."],
                [NO_ANSWER],
                ["- L’Agence souhaite savoir qui perçoit les droits de quai ailleurs, et de quelle façon."],
                [NO_ANSWER],
            ],
        ),
    ]
    document = parse(around(dump(HEADS["fr"], rows, Layout())))
    assert [cells(document, r)[0][0] for r in range(4)] == [
        "ORGANISATIONS",
        "NOUVELLE-ÉCOSSE",
        "YUKON",
        "AGENCE DU REVENU DU CANADA",
    ]
    assert cells(document, 0)[1] == ["Priorités et réalisations :", "Deux ou trois choses faites pour le port"]
    assert cells(document, 1)[1:] == [[p.removeprefix("- ") for p in cell] for cell in FRENCH.cells]
    assert cells(document, 2)[1:] == EMPTY
    assert cells(document, 3)[2] == cells(document, 3)[4] == [NO_ANSWER]
    assert not any(cell.inferred for cell in document.tables[0].rows[2])
    kinds = {b.kind for b in document.blocks if b.cell is not None and b.cell.row == 1 and b.cell.column == 2}
    assert kinds == {BlockKind.LIST_ITEM}


def test_text_around_the_table_stays_outside() -> None:
    below = ["", "Annexe B", "", BELOW]
    document = parse(around(dump(HEADS["fr"], [FRENCH, DumpedRow("YUKON", EMPTY)], Layout()), below))
    outside = [document.text[b.start : b.end] for b in document.blocks if b.cell is None]
    assert outside == [ABOVE.strip(), "Annexe B", BELOW]


def test_cell_goes_on_over_the_page() -> None:
    rows = [FRENCH, DumpedRow("YUKON", EMPTY), DumpedRow("ONTARIO", FRENCH.cells)]
    document = parse(around(dump(HEADS["fr"], rows, Layout(page_height=15))))
    assert document.pages[-1].number > 1
    for row in (1, 3):
        assert cells(document, row)[1:] == [[p.removeprefix("- ") for p in cell] for cell in FRENCH.cells]
    first = next(b for b in document.blocks if b.cell is not None and (b.cell.row, b.cell.column) == (1, 1))
    assert first.page == 1


def test_page_number_between_lines_ends_a_page_too() -> None:
    rows = [FRENCH, DumpedRow("YUKON", EMPTY), DumpedRow("ONTARIO", FRENCH.cells)]
    table = dump(HEADS["fr"], rows, Layout(page_height=15))
    page = next(i for i, line in enumerate(table) if line.startswith(" "))
    document = parse(around([*table[:page], "", "Page 7 de 9", "", table[page].strip(), *table[page + 1 :]]))
    assert cells(document, 1)[1:] == [[p.removeprefix("- ") for p in cell] for cell in FRENCH.cells]


def test_repeated_heads_are_furniture() -> None:
    table = dump(HEADS["en"], [DumpedRow("YUKON", EMPTY), DumpedRow("MANITOBA", EMPTY)], Layout())
    at = table.index("MANITOBA")
    head = table[: table.index("YUKON")]
    document = parse(around([*table[:at], f" {head[0]}", *head[1:], *table[at:]]))
    assert [cells(document, r)[0] for r in range(3)] == [["ORGANIZATIONS"], ["YUKON"], ["MANITOBA"]]
    assert cells(document, 1)[1:] == EMPTY


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["ANCIENS COMBATT", "ANTS CANADA"], "ANCIENS COMBATTANTS CANADA"),
        (["TERRITOIRES DU", "", "NORD-OUEST"], "TERRITOIRES DU NORD-OUEST"),
        (["Agence du", "revenu", "", "du Canada (ARC)"], "Agence du revenu du Canada (ARC)"),
        (["TERRE-NEUVE-ET-", "", "LABRADOR"], "TERRE-NEUVE-ET-LABRADOR"),
    ],
)  # fmt: skip
def test_names_over_lines(lines: list[str], name: str) -> None:
    table = dump(HEADS["fr"], [DumpedRow("YUKON", EMPTY), DumpedRow("ONTARIO", FRENCH.cells)], Layout())
    # The whole word stands elsewhere, as it does in any report of a member's.
    middle = [*lines, "", "- Les anciens combattants du port ont un quai à eux.", "", "S. O. S. O. S. O.", ""]
    at = table.index("ONTARIO")
    document = parse(around([*table[:at], *middle, *table[at:]]))
    assert [cells(document, r)[0][0] for r in range(1, 4)] == ["YUKON", name, "ONTARIO"]
    assert cells(document, 2)[1:] == [["Les anciens combattants du port ont un quai à eux."], *[[NO_ANSWER]] * 3]


def test_name_in_one_line_with_the_first_cell() -> None:
    rows = [DumpedRow("YUKON", EMPTY), DumpedRow("SASKATCHEWAN", FRENCH.cells), DumpedRow("QUÉBEC", EMPTY)]
    document = parse(around(dump(HEADS["fr"], rows, Layout(name_glued=True))))
    assert [cells(document, r)[0][0] for r in range(1, 4)] == ["YUKON", "SASKATCHEWAN", "QUÉBEC"]
    assert cells(document, 2)[1][0].startswith("Le phare du cap Nord")
    assert cells(document, 3)[1:] == EMPTY


def test_names_inside_cells_are_no_rows() -> None:
    named = [
        ["- Un treuil commun est à l’essai avec la Colombie-Britannique et Terre-Neuve-et-Labrador collabore aussi."],
        ["YUKON - Treuil (essai de printemps)", "Ontario", "- Essai du treuil commun des trois ports de rivière"],
        [NO_ANSWER],
        [NO_ANSWER],
    ]
    table = dump(HEADS["fr"], [DumpedRow("YUKON", named), DumpedRow("MANITOBA", EMPTY)], Layout())
    document = parse(around(table))
    assert [cells(document, r)[0][0] for r in range(1, len(document.tables[0].rows))] == ["YUKON", "MANITOBA"]


def test_content_before_its_name_belongs_to_the_row_below() -> None:
    table = dump(HEADS["fr"], [FRENCH, DumpedRow("QUÉBEC", EMPTY)], Layout())
    at = table.index("QUÉBEC")
    carried = [
        " Priorités :",
        "S. O.",
        "",
        "S. O. S. O.",
        " MANITOBA",
        "",
        "- Un quai de bois neuf pour les canots",
        "",
    ]
    document = parse(around([*table[:at], *carried, *table[at:]]))
    assert cells(document, 2) == [
        ["MANITOBA"],
        ["Priorités :", "Un quai de bois neuf pour les canots"],
        *[[NO_ANSWER]] * 3,
    ]
    assert squashed("".join(cells(document, 1)[4])) == squashed("".join(FRENCH.cells[3]))


def test_link_targets_break_no_sentence() -> None:
    table = dump(
        HEADS["fr"], [FRENCH, DumpedRow("YUKON", EMPTY), DumpedRow("ONTARIO", FRENCH.cells)], Layout(page_height=15)
    )
    page = next(i for i, line in enumerate(table) if line.startswith(" "))
    address = "https://port.example/quais"
    document = parse(around([*table[:page], address, "", address, *table[page:]]))
    assert address not in document.text
    assert cells(document, 1)[1:] == [[p.removeprefix("- ") for p in cell] for cell in FRENCH.cells]


def test_unsure_cells_are_marked() -> None:
    """Where nothing tells which of two columns a paragraph is of, both cells say so."""
    alike = [["- Un quai neuf."], ["- Un phare neuf."], ["- Une grue neuve."], ["- Une balise."]]
    alike[0].extend(["- Un bassin plus grand.", "- Une écluse plus large."])
    rows = [DumpedRow("YUKON", EMPTY), DumpedRow("MANITOBA", alike), DumpedRow("QUÉBEC", EMPTY)]
    document = parse(around(dump(HEADS["fr"], rows, Layout())))
    assert any(cell.inferred for cell in document.tables[0].rows[2])
    assert not any(cell.inferred for row in (1, 3) for cell in document.tables[0].rows[row])


@pytest.mark.parametrize(
    "table",
    [
        ["ORGANISATIONS", "", "Le port compte trois quais.", "", "YUKON", "", "S. O."],
        [
            "ORGANISATIONS",
            "",
            "Priorités :",
            "",
            "Démonstration :",
            "",
            "Remarques :",
            "",
            "Le port compte trois quais.",
        ],
        ["Priorités :", "", "Démonstration :", "", "Remarques :", "", "YUKON", "", "S. O.", "", "ONTARIO", "", "S. O."],
    ],
)
def test_without_heads_or_rows_there_is_no_table(table: list[str]) -> None:
    assert parse(around(table)).tables == ()


def made_rows(language: Language, names: Sequence[str], random: Random, least_words: int) -> list[DumpedRow]:
    """Rows with cells of made-up paragraphs of one sentence, or with answers that say that there is nothing to say."""
    rows: list[DumpedRow] = []
    for name in names:
        bullet = random.choice(["- ", ""])
        row: list[list[str]] = []
        for _ in range(4):
            if random.random() < 0.15:
                row.append([NO_ANSWER if language == "fr" else "N/A"])
                continue
            said = [
                random.choices(WORDS[language], k=random.randint(least_words, least_words + 20))
                for _ in range(random.randint(1, 3))
            ]
            row.append([f"{bullet}{' '.join(words).capitalize()}." for words in said])
        rows.append(DumpedRow(name, row))
    return rows


@st.composite
def tables(draw: st.DrawFn) -> tuple[Language, list[DumpedRow]]:
    """A language and made-up rows, names in any order."""
    language: Language = draw(st.sampled_from(("fr", "en")))
    names = draw(st.permutations(NAMES[language]))[: draw(st.integers(2, 7))]
    return language, made_rows(language, names, Random(draw(st.integers(0, 9999))), draw(st.integers(1, 20)))


@settings(max_examples=25, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(tables(), st.permutations((18, 24, 31, 38)), st.integers(20, 60), st.booleans())
def test_words_and_rows_are_kept(
    table: tuple[Language, list[DumpedRow]], widths: list[int], height: int, glued: bool
) -> None:
    language, rows = table
    document = parse(around(dump(HEADS[language], rows, Layout((16, *widths), height, glued))))
    assert [squashed(cells(document, r)[0][0]) for r in range(1, len(rows) + 1)] == [squashed(r.name) for r in rows]
    assert len(document.tables[0].rows) == len(rows) + 1
    for i, row in enumerate(rows, start=1):
        said = "".join(text.removeprefix("- ") for cell in row.cells for text in cell)
        assert letters("".join(text for cell in cells(document, i)[1:] for text in cell)) == letters(said)
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end
        end = block.end
    for made in (cell for row in document.tables[0].rows for cell in row):
        assert 0 <= made.start <= made.end <= len(document.text)


@pytest.mark.parametrize("seed", range(16))
def test_clearly_different_widths_tell_every_cell(seed: int) -> None:
    random = Random(seed)
    language: Language = "fr" if seed % 2 else "en"
    rows = made_rows(language, random.sample(NAMES[language], 6), random, least_words=22)
    widths = random.sample((18, 26, 35, 46), 4)
    document = parse(around(dump(HEADS[language], rows, Layout((16, *widths), random.randint(40, 70)))))
    for i, row in enumerate(rows, start=1):
        found = [squashed("".join(cell)) for cell in cells(document, i)[1:]]
        assert found == [squashed("".join(cell)) for cell in row.cells]


PIECES = st.one_of(
    st.sampled_from(
        [
            *(head for heads in HEADS.values() for column in heads for head in column),
            *(name for names in NAMES.values() for name in names),
            "S. O. S. O.",
            "N/A Highlights:",
            "YUKON S. O. S. O. S. O. S. O.",
            "- ",
            "1. un",
            "3. trois",
            " ",
            "",
            "\f",
            "Page 3 de 9",
            "https://port.example/",
            BELOW,
        ]
    ),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=40), st.booleans())
def test_any_lines_are_read(lines: list[str], headed: bool) -> None:
    heads = [head for column in HEADS["en"] for head in (*column, "")] if headed else []
    document = parse(["x", "", *heads, *lines])
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end <= len(document.text)
        end = block.end
