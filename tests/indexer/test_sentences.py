"""Sentence borders in both languages, and their promises about offsets on any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import SettingError
from indexer.sentences import _load, split

# Each case is the list of its sentences; joined with a space they must come apart again.
CASES = [
    ["La C.-B. offre ce service.", "Elle le fait depuis mai."],
    ["Le service de la N.-É. et du N.-B. est prêt.", "Les autres suivront."],
    ["T.-N.-L. et l’Î.-P.-É. ont répondu.", "Merci !"],
    ["Un bureau de la C.-B.", "Il ouvre lundi."],
    ["Des outils (p. ex. Kiosque ou Guichet) existent.", "On les teste."],
    ["Le portail, c.-à-d. Mon dossier, est en ligne.", "Il plaît."],
    ["Formulaires, avis, etc. sont prêts.", "Suite en juin."],
    ["On y trouve des formulaires, des avis, etc.", "Les agents répondent."],
    ["M. Tremblay et Mme. Roy sont là.", "Dr. Lee aussi."],
    ["Mr. Smith met Dr. Jones and J. Ross.", "They agreed."],
    ["See no. 2 and no 3 of the list.", "Then reply."],
    ["The answer is no.", "Nobody asked."],
    ["S. O.", "Il n’y a rien à dire."],
    ["S. O. S. O. S. O."],
    ["N/A for this quarter.", "Nothing to add."],
    ["Channels, e.g. Web or phone, i.e. Self-service, grew.", "Costs fell."],
    ["The U.S. Department replied.", "We thanked them."],
    ["Growth was 3.5 points.", "Version v1.1 helped."],
    ["Voir la section 1.1.", "La suite vient après."],
    ["1. Premier point de la liste.", "Il a deux phrases."],
    ["a) First item.", "It goes on."],
    ["• 2. Un point sous une puce."],
    ["Visit https://example.org/a.b?c=D for more.", "Or write to a.b@example.org.", "We answer."],
    ["Elle a dit : « Nous sommes prêts. »", "Puis elle est partie."],
    ["He said “We are ready.”", "Then he left."],
    ["(Tout le monde était là.)", "La réunion commence."],
    ["Est-ce possible ?", "Oui, bien sûr !", "Allons-y…", "Demain."],
    ["Is it done?", "Yes!", "Good...", "Very good."],
    ["D’abord ceci ; ensuite cela.", "Fin."],
    ["Rencontre du 12 sept. 2020 à Regina.", "Compte rendu à venir."],
    ["Le taux est passé à 45 %.", "30 bureaux ont rouvert."],
    ["Ann Lee (Alb.) Les suit de près."],
    ["On a ouvert trois bureaux (Man., Ont., Sask.).", "Deux restent à ouvrir."],
    ["L’index 2.0 est prêt.", "« Bravo », dit-elle."],
    ["Le chiffre 5. voir plus bas."],
]


@pytest.mark.parametrize("sentences", CASES, ids=lambda case: case[0][:30])
def test_real_cases(sentences: list[str]) -> None:
    text = " ".join(sentences)
    assert [text[start:end] for start, end in split(text)] == sentences


def test_a_line_end_is_a_border() -> None:
    text = "un titre sans point\nune ligne ; une suite\r\n\n  la fin de C.-\nB. ici"
    assert [text[s:e] for s, e in split(text)] == [
        "un titre sans point", "une ligne ; une suite", "la fin de C.-", "B. ici",
    ]  # fmt: skip


def test_a_question_glued_to_its_answer_comes_apart_but_not_in_an_address() -> None:
    text = "Qui le fait?Nous le ferons. Voir https://example.org/page?Name=1"
    assert [text[s:e] for s, e in split(text)] == [
        "Qui le fait?", "Nous le ferons.", "Voir https://example.org/page?Name=1",
    ]  # fmt: skip


def test_empty_text_has_no_sentence() -> None:
    assert split("") == split(" \n\t ") == ()


TEXTS = st.one_of(
    st.text(),
    st.text(alphabet="aAéÉ1. !?…»«)(\"'\n\u00a0-–;:C.B,"),
    st.lists(st.sampled_from([" ".join(case) for case in CASES] + ["p. ex.", "C.-", "B.", "1.", "?", "»", "\n"])).map(
        " ".join
    ),
)


@settings(deadline=None)
@given(TEXTS)
def test_spans_are_in_order_stripped_and_leave_only_white_space_out(text: str) -> None:
    last = 0
    for start, end in split(text):
        assert last <= start < end
        assert not text[last:start].strip()
        assert text[start:end] == text[start:end].strip()
        last = end
    assert not text[last:].strip()


@settings(deadline=None)
@given(TEXTS)
def test_a_sentence_is_one_sentence(text: str) -> None:
    for start, end in split(text):
        assert split(text[start:end]) == ((0, end - start),)


@pytest.mark.parametrize("piece", [". ", "a", "A. ", "« ", "1.", "?!", "x@", "Il va. ", "?A", "(", "' "])
def test_time_grows_with_the_text_only(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    begin = time.thread_time()
    split(text)
    assert time.thread_time() - begin < 2


def test_a_list_that_is_missing_is_named() -> None:
    with pytest.raises(SettingError, match="never"):
        _load({})
    full = dict.fromkeys(("never", "before_number", "may_end", "may_end_cased", "openers"), "x")
    with pytest.raises(SettingError, match="extra"):
        _load({**full, "extra": "y"})
