from __future__ import annotations

import pytest

from service.answering.support import Quotes, says_again

ENGLISH = "Nova Scotia launched a virtual agent that answers questions about health cards."
FRENCH = "La Nouvelle-Écosse a lancé un agent virtuel qui répond aux questions sur les cartes santé."


@pytest.mark.parametrize("quote", [(ENGLISH, "en"), (FRENCH, "fr")])
@pytest.mark.parametrize(("statement", "language"), [(ENGLISH, "en"), (FRENCH, "fr")])
def test_a_translation_shares_what_the_statement_says(quote, statement, language):
    assert Quotes([quote]).shared(statement, language).share >= 0.7


@pytest.mark.parametrize("quote", [(ENGLISH, "en"), (FRENCH, "fr")])
def test_something_else_shares_nothing(quote):
    assert Quotes([quote]).shared("Foresters burn old timber every winter.", "en").found == 0


def test_several_quotes_together():
    quotes = Quotes([("The quays were painted.", "en"), ("Les phares ont été repeints.", "fr")])
    assert quotes.shared("Quays and lighthouses were painted", "en").found >= 2
    assert Quotes([]).shared("Quays", "en").found == 0


def test_terms_of_the_field_count_once_in_any_wording():
    shared = Quotes([("L’identité numérique avance.", "fr")]).shared("digital identity", "en")
    assert (shared.found, shared.total) == (1, 1)


def test_words_that_say_nothing_do_not_count():
    shared = Quotes([(ENGLISH, "en")]).shared(
        "It is what they were, and according to us", "en", frozenset({"according"})
    )
    assert (shared.found, shared.total, shared.share) == (0, 0, 1.0)


def test_a_compound_is_found_by_its_parts():
    assert Quotes([("a co-location pilot", "en")]).shared("colocation", "en").found == 1
    assert Quotes([("co location", "en")]).shared("co-location", "en").found == 1


def test_word_for_word():
    assert says_again("launched a virtual  agent", ENGLISH)
    assert not says_again("launched the virtual agent", ENGLISH)
