"""Flat text as extractors write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.documents import BlockKind, Document
from indexer.readers import read
from indexer.readers.joining import NO_SPELLINGS, join

_KINDS = {BlockKind.HEADING: "H", BlockKind.PARAGRAPH: "P", BlockKind.LIST_ITEM: "L", BlockKind.CONTACT: "C"}


def parse(tmp_path: Path, content: str) -> Document:
    path = tmp_path / "flat.txt"
    path.write_text(content, encoding="utf-8")
    return read(path)


def shown(document: Document) -> list[str]:
    return [f"{_KINDS[b.kind]}{b.level or ''} {document.text[b.start : b.end]}" for b in document.blocks]


def test_lines_join_and_lists_nest(tmp_path: Path) -> None:
    content = (
        "2. Priorités :\nVeuillez dire en peu de mots\nce que le port prévoit.\n\n"
        "Quais et bassins\n\n"
        "\uf0b7 Repeindre les quais du port\net ceux de l’anse :\no le quai du nord\no le quai du sud,\n\nqui penche\n"
        "\uf0b7 Compter les bateaux\n"
    )
    assert shown(parse(tmp_path, content)) == [
        "H1 2. Priorités :",
        "P Veuillez dire en peu de mots ce que le port prévoit.",
        "H2 Quais et bassins",
        "L1 Repeindre les quais du port et ceux de l’anse :",
        "L2 le quai du nord",
        "L2 le quai du sud, qui penche",
        "L1 Compter les bateaux",
    ]


def test_every_line_apart_from_the_next(tmp_path: Path) -> None:
    content = (
        "Le gardien du phare allume la lampe à la tombée\n\n"
        "de la nuit et il l’éteint quand les bateaux sont\n\nrentrés au port.\n\nPuis il dort.\n"
    )
    assert shown(parse(tmp_path, content)) == [
        "P Le gardien du phare allume la lampe à la tombée de la nuit et il l’éteint quand les "
        "bateaux sont rentrés au port.",
        "P Puis il dort.",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("les gens de la T.-\nN. viennent.", "les gens de la T.-N. viennent."),
        ("Le port de Saint-\nPierre est clos.", "Le port de Saint-Pierre est clos."),
        ("Une embarcation. Cette embar-\ncation coule.", "Une embarcation. Cette embarcation coule."),
        (
            "Un porte-clé. Ce porte-\nclé est perdu, et le porteclé aussi.",
            "Un porte-clé. Ce porte-clé est perdu, et le porteclé aussi.",
        ),
        ("Le vent -\nqui souffle - tombe.", "Le vent - qui souffle - tombe."),
        ("l’avant-\net l’arrière-pont", "l’avant- et l’arrière-pont"),
        ("voir https://port.example/les-\nquais", "voir https://port.example/les-quais"),
        ("em\u00adbar\u00ad\ncation", "embarcation"),
        ("La barque ac\u00ad \n  costa au quai.", "La barque accosta au quai."),
        ("The light\u00ad\nhouse\u00ad\nkeeper sleeps.", "The lighthousekeeper sleeps."),
        ("The light\u00ad\nhouse\nis dark.", "The lighthouse is dark."),
    ],
)
def test_broken_words(tmp_path: Path, content: str, expected: str) -> None:
    assert parse(tmp_path, content).text == expected


def test_contact_block_inside_a_sentence(tmp_path: Path) -> None:
    content = (
        "Le registre du port couvre aujourd’hui plus de la moitié des bateaux de la côte\n\n \n"
        "Odile Bernache\nCheffe, Registre du port,\nDirection des quais\nodile.bernache@port.example\n\n"
        "Jean Cormoran\nGardien\n555 010-0142\n\nmailto:Odile.Bernache@port.example\n\n"
        "(registre.port.example). Il a ouvert en mai.\n"
    )
    document = parse(tmp_path, content)
    assert shown(document) == [
        "P Le registre du port couvre aujourd’hui plus de la moitié des bateaux de la côte "
        "(registre.port.example). Il a ouvert en mai.",
    ]
    assert document.contacts == (
        "Odile Bernache Cheffe, Registre du port, Direction des quais odile.bernache@port.example "
        "Jean Cormoran Gardien 555 010-0142 mailto:Odile.Bernache@port.example",
    )
    assert "Bernache" not in document.text


def test_mail_address_in_running_text_is_no_contact(tmp_path: Path) -> None:
    content = (
        "Pour louer une barque, il suffit d’écrire à barques@port.example avant le mois de mai, en disant la "
        "taille voulue."
    )
    assert shown(parse(tmp_path, content)) == [f"P {content}"]


def test_pages_by_one_leading_space(tmp_path: Path) -> None:
    content = (
        " RÉUNION DU PORT\nLe 4 mai 2019\n\n"
        "Les membres parlent longtemps du phare et demandent si la lampe peut\n"
        " être changée avant l’hiver.\n\nIls votent.\n"
    )
    document = parse(tmp_path, content)
    assert shown(document) == [
        "H1 RÉUNION DU PORT",
        "P Le 4 mai 2019",
        "P Les membres parlent longtemps du phare et demandent si la lampe peut être changée avant l’hiver.",
        "P Ils votent.",
    ]
    assert [b.page for b in document.blocks] == [1, 1, 1, 2]
    assert document.text[document.pages[1].start :].startswith("être changée")


def test_pages_by_form_feed_and_their_numbers(tmp_path: Path) -> None:
    document = parse(tmp_path, "Premier quai.\n- 1 -\n\fDeuxième quai.\nPage 2 de 2\n")
    assert shown(document) == ["P Premier quai.", "P Deuxième quai."]
    assert [b.page for b in document.blocks] == [1, 2]


def test_ordinary_text_has_no_pages(tmp_path: Path) -> None:
    document = parse(tmp_path, "One line.\n\n    An indented line.\n\n    Another one.\n")
    assert document.pages == ()
    assert {b.page for b in document.blocks} == {None}


def test_follow_ups_open_paragraphs_and_agenda_items_are_headings(tmp_path: Path) -> None:
    content = (
        "3. LE PHARE – Rapport sur la lampe du nord et sur\ncelle du sud (ONGLET 3)\n\n"
        "Les membres discutent.\nMesure de suivi no 2A : Le gardien achète de l’huile.\n"
        "Décision no 4 :\n\nLa lampe reste.\n"
        "Action item #3: Ada reports back.\n"
    )
    assert shown(parse(tmp_path, content)) == [
        "H1 3. LE PHARE – Rapport sur la lampe du nord et sur celle du sud (ONGLET 3)",
        "P Les membres discutent.",
        "P Mesure de suivi no 2A : Le gardien achète de l’huile.",
        "P Décision no 4 :",
        "P La lampe reste.",
        "P Action item #3: Ada reports back.",
    ]


def test_numbered_siblings_are_items_not_headings(tmp_path: Path) -> None:
    content = "Le port veut :\n\n1. Peindre les quais\n\n2. Compter les barques\n\n3. Vendre le sel\n"
    assert shown(parse(tmp_path, content))[1:] == [
        "L1 1. Peindre les quais",
        "L1 2. Compter les barques",
        "L1 3. Vendre le sel",
    ]


def test_lines_drawn_with_signs_are_layout(tmp_path: Path) -> None:
    content = "QUAYS AND BASINS\n================\n\nBoats of the north\n------------------\nThey pay no fee.\n\n----\n"
    found = shown(parse(tmp_path, content))
    assert found == ["H1 QUAYS AND BASINS", "H2 Boats of the north", "P They pay no fee."]


def test_no_answer_is_no_heading(tmp_path: Path) -> None:
    content = "4. Questions et\n\nbesoins :\nDites ce qui manque au port.\n\nS.O.\n"
    assert shown(parse(tmp_path, content)) == [
        "H1 4. Questions et besoins :",
        "P Dites ce qui manque au port.",
        "P S.O.",
    ]


def test_side_column_of_flat_text(tmp_path: Path) -> None:
    wide = (
        "Les membres du port parlent des bateaux, des quais, des lampes et du sel que la mer apporte toute l’année au"
    )
    content = (
        f" {wide}\nvillage. {wide}\n\n"
        "Mesure de suivi no 1 : Le\ngardien dira au conseil\ncombien de lampes le port\nachètera pour les\n"
        f" marché, et {wide.lower()}\nlarge. Puis ils se taisent.\n\n"
        "deux phares du sud et de\nl’ouest.\n"
    )
    found = shown(parse(tmp_path, content))
    assert found[0].endswith("l’année au large. Puis ils se taisent.")
    assert "apporte toute l’année au marché, et" in found[0]
    assert found[1] == (
        "P Mesure de suivi no 1 : Le gardien dira au conseil combien de lampes le port achètera pour les "
        "deux phares du sud et de l’ouest."
    )


def test_lists_of_people_stay_lists(tmp_path: Path) -> None:
    content = (
        "MEMBRES\n\nOdile Bernache    Port du Nord (PN)\nJean Cormoran    Port du Sud\n"
        "Ève Sterne    Registre\n\nGARDIENS\nPaul Macreuse\nAnne Guillemot\nLuc Petit Pingouin\n"
    )
    assert shown(parse(tmp_path, content)) == [
        "H1 MEMBRES",
        "P Odile Bernache Port du Nord (PN)",
        "P Jean Cormoran Port du Sud",
        "P Ève Sterne Registre",
        "H1 GARDIENS",
        "P Paul Macreuse",
        "P Anne Guillemot",
        "P Luc Petit Pingouin",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "encoded.txt"
    path.write_bytes("L’été à l’Île-d’Orléans coûte 5 €.".encode(encoding))
    assert read(path).text == "L’été à l’Île-d’Orléans coûte 5 €."


def test_source_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "upload-17.txt"
    path.write_text("A line.")
    assert read(path).source == "upload-17.txt"
    assert read(path, "notes of May.txt").source == "notes of May.txt"


def test_without_pages_what_repeats_is_content(tmp_path: Path) -> None:
    path = tmp_path / "answers.txt"
    path.write_text("N/A\n\nN/A\n\nN/A\n\nPage 1 of 1\n", encoding="utf-8")
    document = read(path)
    assert [document.text[block.start : block.end] for block in document.blocks] == ["N/A", "N/A", "N/A"]


def side_column(*side: str) -> list[str]:
    """A page with text over its whole width, a narrow column at its foot, and a second page."""
    wide = "The lamp of the outer pier was lit and put out again by the same hand, night after night, in all weathers."
    return [" Record of decision", "", "1. Lamps", "", wide, "", *side, " 2. Bells", "", wide]


def test_the_last_words_of_a_paragraph_are_no_part_of_the_side_column_below(tmp_path: Path) -> None:
    cut = "The keeper of the outer pier writes down every night whether the lamp was lit, and gives the note to the"
    side = ["Decision 1: The lamp of", "the pier stays lit."]
    held = shown(parse(tmp_path, "\n".join(side_column(cut, "", "harbour master.", "", *side)) + "\n"))
    assert held[3:5] == [f"P {cut} harbour master.", "P Decision 1: The lamp of the pier stays lit."]


def test_items_that_the_end_of_a_page_cut_each_take_their_own_rest(tmp_path: Path) -> None:
    first = "The keeper of the outer pier writes down every night whether the lamp was lit, and by whom it"
    rest = "was lit, so that all may read it."
    last = "They are cast in May by the smith of the harbour, as they were in every year before this one."
    content = f" Record of decision\n\n• {first}\n\n• Bells –\n {rest}\n\n{last}\n\nAll went home.\n"
    document = parse(tmp_path, content)
    assert shown(document)[1:] == [f"L1 {first} {rest}", f"L1 Bells – {last}", "P All went home."]
    assert document.page_at(document.text.index("Bells")) == 1
    assert document.page_at(document.text.index("They are cast")) == 2


@pytest.mark.parametrize(
    ("head", "tail", "joined"),
    [
        # A piece of an address that is too long and odd for a word, whatever stands before the address.
        ("See https://port.example/lamps/lanterns-of-the-port", "and-bells-2031.html", True),
        ("https://port.example/lamps/lanterns-of-the-port", "bells-2031", True),
        ("See https://port.example/lamps/lanterns-of-the-port", "2031", False),
        ("See https://port.example/lamps/lanterns-of-the-port", "and-bells-of-no-year.html", False),
        ("See https://port.example/lamps/lanterns-of-the-port", "and-bells-2031.html for more", False),
        ("See https://port.example/lamps", "and-bells-2031.html", False),
    ],
)
def test_an_address_cut_at_the_end_of_a_line(head: str, tail: str, joined: bool) -> None:
    assert join(head, tail, NO_SPELLINGS)[0] == head + ("" if joined else " ") + tail
