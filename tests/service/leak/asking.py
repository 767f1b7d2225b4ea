"""What callers may ask, for hypothesis to draw from: words and ids of all documents, hidden ones included."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import restricted_twins
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from indexer import jurisdictions
from indexer.documents import DocumentType, Role, Status
from indexer.store import Filters

# A long run: LEAK_EXAMPLES=3000 python -m pytest tests/service/leak
_LONG = int(os.environ.get("LEAK_EXAMPLES", "0"))


def examples(usual: int) -> settings:
    """So many examples in the suite, or as many as a long run asks for.

    None is shrunk: that takes minutes here, and any that differs says enough.
    """
    return settings(
        max_examples=_LONG or usual,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )


_TOPICS = (
    *(
        "online booking",
        "chatbots",
        "digital identity",
        "the contact centre",
        "proof of vaccination",
        "birth certificates",
    ),
    *("prise de rendez-vous en ligne", "robot de clavardage", "identité numérique", "preuve vaccinale"),
)
_FORMS = (
    "Which jurisdictions have {topic}?",
    "Who piloted {topic} in {date}?",
    "Who can help {place} with {topic}?",
    "What did the council decide on {topic} in {date}?",
    "What is {place} to do about {topic}?",
    "What does {place} plan on {topic}?",
    "How many counters does {place} have for {topic}?",
    "What are the action items of the {date} meeting?",
    "Has {person} said anything on {topic}?",
    "What has changed for {topic} since {date}?",
    "Quelles administrations ont {topic}?",
    "Qu’a décidé le conseil sur {topic} en {date}?",
    "Qui peut aider {place} pour {topic}?",
    "Combien de comptoirs {place} compte-t-elle pour {topic}?",
    "Quelles sont les mesures de suivi de {place}?",
    "{topic}",
)
_CODES = [known.code for known in jurisdictions.all_jurisdictions()]
_DATES = (
    "2018",
    "2019",
    "2019-02",
    "2019-10",
    "2019-10-08",
    "2020",
    "2020-06",
    "2021",
    "2021-03",
    "2021-03-15",
    "2022-09",
)


@cache
def _written() -> tuple[list[str], list[str], list[str]]:
    """The distinct words of all documents, canaries three times over; their sentences; the canaries."""
    texts = [document.text for document in restricted_twins.corpus()]
    words = sorted({word for text in texts for word in re.findall(r"[\w’-]+", text)})
    said = sorted({line for text in texts for line in text.split("\n") if len(line.split()) > 4})
    canaries = [*(word for of in restricted_twins.CANARIES.values() for word in of), *restricted_twins.CONTACTS]
    return words + 3 * canaries, said, canaries


@st.composite
def questions(draw: st.DrawFn) -> str:
    """A question in either language, a few words, or a sentence of a document or the beginning of one."""
    words, said, canaries = _written()
    how = draw(st.sampled_from(["form", "form", "form", "words", "sentence"]))
    if how == "words":
        return " ".join(draw(st.lists(st.sampled_from(words), min_size=1, max_size=7)))
    if how == "sentence":
        sentence = draw(st.sampled_from(said)).split()
        return " ".join(sentence[: draw(st.integers(2, len(sentence)))])
    places = [name for place in (*restricted_twins.PLACES, *restricted_twins.HIDDEN_PLACES) for name in place[1:]]
    return draw(st.sampled_from(_FORMS)).format(
        topic=draw(st.sampled_from([*_TOPICS, *_TOPICS, *canaries])),
        place=draw(st.sampled_from(places)),
        date=draw(st.sampled_from(_DATES)),
        person=draw(st.sampled_from(["Ada Marsh", "Mina Tremblay", restricted_twins.CONTACTS[0]])),
    )


@st.composite
def misspelt(draw: st.DrawFn) -> str:
    """A few words of documents, hidden ones included, each with a slip in it."""
    words, _, canaries = _written()
    long = [word for word in words if len(word) > 4]
    found = []
    for word in draw(st.lists(st.sampled_from(long) | st.sampled_from(canaries), min_size=1, max_size=4)):
        at, letter = draw(st.integers(0, len(word) - 1)), draw(st.sampled_from("aeiorstnz"))
        found.append(draw(st.sampled_from([word[:at] + word[at + 1 :], word[:at] + letter + word[at + 1 :]])))
    return " ".join(found)


def _several(values: list[str], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    return st.just(()) | st.lists(st.sampled_from(values), max_size=most, unique=True).map(tuple)


def filters(documents: list[str]) -> st.SearchStrategy[Filters]:
    """No filter, one or several; `documents` are ids that a filter may name."""
    date = st.none() | st.none() | st.sampled_from(_DATES)
    return st.just(Filters()) | st.builds(
        Filters,
        jurisdictions=_several(["BC", "QC", "NS", "ON", "YT", "PE", "NB", *_CODES[:3]]),
        types=_several([str(kind) for kind in DocumentType]),
        roles=_several([str(role) for role in Role]),
        document_languages=_several(["en", "fr"]),
        date_from=date,
        date_to=date,
        documents=st.none() | st.none() | st.lists(st.sampled_from(documents), max_size=5).map(tuple),
        meetings=_several(list(_DATES), 1),
    )


statuses = st.just(()) | st.lists(st.sampled_from(list(Status)), max_size=2, unique=True).map(tuple)
limits = st.sampled_from([1, 2, 3, 10, 10, 25, 100])
languages = st.sampled_from([None, "en", "fr"])
codes = _several(_CODES)
dates = st.sampled_from(_DATES)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with everything that may go with it."""

    text: str
    language: Any
    filters: Filters
    statuses: tuple[Status, ...]
    limit: int


def asked(documents: list[str]) -> st.SearchStrategy[Asked]:
    """Questions with filters, statuses, limits, languages."""
    return st.builds(Asked, questions(), languages, filters(documents), statuses, limits)


def ids(known: list[str]) -> st.SearchStrategy[str]:
    """Ids that exist, for whomever; the same but for one character; and any text."""
    return st.sampled_from(known) | near(known) | st.text(max_size=24)


@st.composite
def near(draw: st.DrawFn, known: list[str]) -> str:
    """An id of the length and the look of a known one."""
    one = draw(st.sampled_from(known))
    at = draw(st.integers(0, len(one) - 1))
    return one[:at] + draw(st.sampled_from("0123456789abcdef")) + one[at + 1 :]
