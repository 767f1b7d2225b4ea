"""What the lexical index is asked for: the words of a question as passages of each language may hold them.

A word of the other language is looked for by its translations, weighted, of which the best counts: a structured query
as of Pirkola 1998 ("The effects of query structure and dictionary setups in dictionary-based cross-language
information retrieval", SIGIR), with translation probabilities as of Darwish and Oard 2003 ("Probabilistic structured
query methods", SIGIR).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain, repeat

from indexer import text
from indexer.bilingual_lexicon import bilingual_lexicon
from indexer.documents import LANGUAGES, Language
from indexer.glossary import Term
from indexer.remembered import Remembered

_RUNS_KEPT = 65_536
_WORDS_KEPT = 16_384
_TERMS_KEPT = 4_096
_LONGEST_RUN_KEPT = 64  # characters


@dataclass(frozen=True, slots=True)
class Sought:
    """A word of the question: tokens that stand for it, each with how well it does, over 0 to 1; the best counts."""

    tokens: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class LexicalQuery:
    """A question as the lexical index reads it, for the passages of each language.

    `asked` are its words, folded and without stop words, `words` what is sought for each of them in turn, and
    `wordings` the tokens of other wordings of the terms that it names.
    """

    asked: tuple[str, ...]
    words: Mapping[Language, tuple[Sought, ...]]
    wordings: Mapping[Language, tuple[tuple[str, ...], ...]]


def passage_tokens(written: str, language: Language) -> list[str]:
    """The tokens of a passage: stems, and surface forms, each marked with the language of the passage.

    So a stem of one language is never taken for one of the other; surface forms are what a question in the other
    language matches by itself: names, abbreviations, figures, and words that both languages write alike.
    """
    stems, words = marked_tokens(written, language)
    return [*stems, *words]


def marked_tokens(written: str, language: Language) -> tuple[list[str], list[str]]:
    """The stems and the surface forms of `passage_tokens`."""
    return (
        [_stem_token(stem, language) for stem in text.stems(written, language)],
        [surface_token(word, language) for word in text.surface_forms(written)],
    )


def passage_token_set(written: str, language: Language) -> frozenset[str]:
    """The distinct tokens of `passage_tokens`."""
    return frozenset[str]().union(*map(_TOKENS[language].__getitem__, written.split()))


def _tokens_of(run: str, language: Language) -> frozenset[str]:
    """The tokens of what stands between white space, which no word crosses."""
    words = text.words(run)
    stems = map(_stem_token, text.stemmed(words, language), repeat(language))
    return frozenset(chain(stems, map(surface_token, text.without_stop_words(words), repeat(language))))


_TOKENS = {language: Remembered(partial(_tokens_of, language=language), _RUNS_KEPT) for language in LANGUAGES}


def stem_tokens(written: str, language: Language) -> tuple[str, ...]:
    """The distinct stems of `written` as tokens of passages in `language`, in order."""
    return tuple(dict.fromkeys(_stem_token(stem, language) for stem in text.stems(written, language)))


def lexical_query(
    question: str, language: Language, terms: Iterable[Term] = (), *, translate: bool = True
) -> LexicalQuery:
    """The query of a question in `language` that names `terms` of the glossary; a word said twice counts once.

    Stop words of either language say nothing, as a question may be in either. Without `translate` its words are looked
    for as they stand in both languages.
    """
    words = tuple(dict.fromkeys(text.without_stop_words(text.words(question))))
    named = tuple(terms)
    return LexicalQuery(
        asked=words,
        words={
            spoken: tuple(
                (_kept_sought if len(word) <= _LONGEST_RUN_KEPT else _sought)(
                    word, spoken, own=spoken == language, translate=translate
                )
                for word in words
            )
            for spoken in LANGUAGES
        },
        wordings={spoken: tuple(tokens for term in named for tokens in _forms(term, spoken)) for spoken in LANGUAGES},
    )


@lru_cache(maxsize=_TERMS_KEPT)
def _forms(term: Term, language: Language) -> tuple[tuple[str, ...], ...]:
    """The tokens of each form of a term that has any."""
    return tuple(tokens for form in term.forms(language) if (tokens := stem_tokens(form, language)))


def _sought(word: str, language: Language, *, own: bool, translate: bool) -> Sought:
    """What is sought for a word of the question in passages in `language`, which is the question's `own` or not."""
    return _own(word, language) if own else _foreign(word, language, translate=translate)


_kept_sought = lru_cache(maxsize=_WORDS_KEPT)(_sought)  # the words of a language come up again


def _own(word: str, language: Language) -> Sought:
    return Sought(tuple((token, 1.0) for token in stem_tokens(word, language)))


def _foreign(word: str, language: Language, *, translate: bool) -> Sought:
    """A word of the other language for passages in `language`; one without translation may be of this one."""
    other: Language = "fr" if language == "en" else "en"
    found: dict[str, float] = {}
    for stem in text.stems(word, other) if translate else ():
        for translation in bilingual_lexicon().translations(stem, other):
            token = _stem_token(translation.stem, language)
            found[token] = max(found.get(token, 0.0), translation.weight)
    if not found:
        found = dict.fromkeys(stem_tokens(word, language), 1.0)
    return Sought((*found.items(), (surface_token(word, language), 1.0)))


def _stem_token(stem: str, language: Language) -> str:
    return f"{language}:{stem}"


def surface_token(word: str, language: Language) -> str:
    """The token of a folded word as it stands in passages of `language`."""
    return f"{language}={word}"


def surface_word(token: str, language: Language) -> str | None:
    """The word of a token of `surface_token`, None for another one."""
    mark = surface_token("", language)
    return token.removeprefix(mark) if token.startswith(mark) else None
