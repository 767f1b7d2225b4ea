from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer import glossary
from indexer.lexical_query import lexical_query, passage_tokens, stem_tokens

PHRASES = st.lists(
    st.sampled_from(["survey", "sondage", "Iqaluit", "2024-118", "l'identité", "co-location", "the", "zzyzx", "C.-B."]),
    max_size=6,
).map(" ".join)


@given(PHRASES, st.sampled_from(["en", "fr"]))
def test_every_word_is_sought_in_both_languages_by_weights_from_nought_to_one(question, language):
    query = lexical_query(question, language)
    for spoken in ("en", "fr"):
        assert len(query.words[spoken]) == len(query.asked)
        for sought in query.words[spoken]:
            assert sought.tokens
            assert all(0 < weight <= 1 for _, weight in sought.tokens)
            assert all(token.startswith((f"{spoken}:", f"{spoken}=")) for token, _ in sought.tokens)


@given(PHRASES, st.sampled_from(["en", "fr"]))
def test_a_passage_that_is_the_question_holds_a_token_of_each_of_its_words(question, language):
    held = set(passage_tokens(question, language))
    for sought in lexical_query(question, language).words[language]:
        assert held & {token for token, _ in sought.tokens}


def test_a_word_without_translation_is_sought_as_it_stands_and_by_its_stem():
    (sought,) = lexical_query("zeppelins", "en").words["fr"]
    assert dict(sought.tokens) == {"fr:zeppelin": 1.0, "fr=zeppelins": 1.0}


def test_wordings_are_those_of_each_language():
    terms = [match.term for match in glossary.find_terms("death notification")]
    assert terms
    query = lexical_query("death notification", "en", terms)
    assert stem_tokens("avis de décès", "fr") in query.wordings["fr"]
    assert all(token.startswith("en:") for tokens in query.wordings["en"] for token in tokens)
