"""Whether the documents answer a question at all, and if not, why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from indexer import jurisdictions, text
from indexer.documents import LANGUAGES, Language
from indexer.lexical_query import lexical_query, passage_token_set
from indexer.word_vectors import word_vectors
from service.answering.draft import Missing
from service.answering.found import Found
from service.answering.items_asked import items_asked, words_of_records
from service.needs import topic

_FIRST = 3  # sentences of which the nearest in meaning counts
_LOOKED_AT = 8  # passages in which a counterpart of each of the question's words is sought
_COUNTERPART = 0.5  # cosine of two words that say nearly the same


def missing(found: Found) -> Missing | None:
    """Why the documents do not answer, None where they seem to."""
    if not _on_topic(found):
        return Missing.TOPIC
    return Missing.ELSEWHERE if _said_of_others(found) else None


def _on_topic(found: Found) -> bool:
    """Whether the best sentences are close enough to the question in meaning, and their passages in words.

    They have to be closer where the one word that weighs most in the question ("passport") has no counterpart in the
    best passages, whatever else they share with it.
    """
    evidence, thresholds = found.evidence, found.thresholds
    if not evidence:
        return False
    meaning = max(item.cosine for item in evidence[:_FIRST])
    closeness = meaning + thresholds.passage_share * found.hits[0].score
    if closeness < (thresholds.list_close if found.query.kind == "list" else thresholds.close):
        return False
    return closeness >= thresholds.closer or _unspoken(found) < thresholds.unspoken


def _unspoken(found: Found) -> float:
    """The weight, of all the question's topical words 1 together, of the heaviest without a counterpart.

    A word's counterpart has its stem, is a translation of it, or comes near it in meaning.
    """
    topical = _topical(found)
    if not topical:
        return 0.0
    asked = word_vectors().of([one.word for one in topical])
    passages = [hit.passage for hit in found.hits[:_LOOKED_AT]]
    spoken = found.index.words.nearest(asked, found.index.places(passages)) >= _COUNTERPART
    for passage in passages:
        tokens = passage_token_set("\n".join((*passage.heading, passage.text)), passage.language)
        spoken |= [not tokens.isdisjoint(one.tokens[passage.language]) for one in topical]
    return max((one.weight for one, is_spoken in zip(topical, spoken, strict=True) if not is_spoken), default=0.0)


@dataclass(frozen=True, slots=True)
class _Topical:
    """A word that says what the question is about: its tokens by language, its share of the rarity of all such."""

    word: str
    tokens: Mapping[Language, frozenset[str]]
    weight: float


def _topical(found: Found) -> list[_Topical]:
    """The question's words that say what it is about."""
    query = found.query
    asked = lexical_query(query.text, query.asked_in)
    names = {
        word
        for mention in jurisdictions.find_mentions(query.text)
        if not mention.own  # a service of theirs is a topic
        for word in (*text.words(mention.matched), *text.surface_forms(mention.matched))
    }
    passed_over = names | text.stop_words().question
    places = [at for at, word in enumerate(asked.asked) if word not in passed_over and not word.isdigit()]
    rarities = np.array(found.index.lexical.rarities(asked), np.float32)
    total = max(float(rarities[places].sum()), 1e-6)
    # Words such as "the minutes" and "has to" may ask of any record, "wonders" and "who can help" of any need.
    said = set(asked.asked)
    if query.kind == "decision":
        said = set(items_asked(query.text).words) - words_of_records()
    elif query.kind == "precedent":
        said = set(text.words(topic(query.text, query.terms)))
    return [
        _Topical(
            asked.asked[at],
            {language: frozenset(token for token, _ in asked.words[language][at].tokens) for language in LANGUAGES},
            float(rarities[at]) / total,
        )
        for at in places
        if asked.asked[at] in said
    ]


def _said_of_others(found: Found) -> bool:
    """Whether what is asked of a jurisdiction by name is said of others only (when "Quebec" launched a bot)."""
    named = found.query.clues.jurisdictions
    if not named or found.query.kind not in ("fact", "decision"):
        return False
    own = [
        item.score
        for item in found.evidence
        if named.intersection((*item.jurisdictions, *item.hit.passage.jurisdictions))
    ]
    return max(own, default=0.0) < found.thresholds.own * found.evidence[0].score
