"""Questions to begin with, composed from what the index at hand holds and answers, as its audience sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from indexer import glossary
from indexer.documents import LANGUAGES, Language, RecordItem, Role
from indexer.embedding import Embedder
from indexer.filters import Filters
from indexer.glossary import Term
from indexer.index_protocol import Index
from service.answering import answer, names, wording
from service.contract import Answer
from service.kept_by_view import KeptByView
from service.messages import message
from service.query import understand
from service.topics_named import topics_named

_READ = 300  # passages with needs that are looked through, and items
_TRIES = 4  # questions of a sort that are tried, until one is answered
_LEAST = 2  # jurisdictions that a list has

# By view: what an audience sees is composed from that alone, and forgotten with it.
_kept: KeptByView[Language, tuple[str, ...]] = KeptByView(len(LANGUAGES))


def examples(index: Index, embedder: Embedder, language: Language) -> tuple[str, ...]:
    """A few questions in `language`, each of another sort, that `index` answers; composed once for each view."""
    return _kept.get(index, language, lambda: compose(index, embedder, language))


def is_empty(index: Index) -> bool:
    """Whether the audience of `index` sees no passage at all."""
    shown = index.allowed(Filters())
    return not (len(index.vectors) if shown is None else len(shown))


def compose(index: Index, embedder: Embedder, language: Language) -> tuple[str, ...]:
    """The questions that `examples` keeps."""
    if is_empty(index):
        return ()
    topics = _topics(index)
    used: set[str] = set()
    found: list[str] = []
    # What was decided comes first: of the fewest topics, so that no other sort takes them.
    sorts: tuple[tuple[Iterator[tuple[str, str]], Callable[[Answer, str], bool]], ...] = (
        (_decided(index, topics, language), _settles),
        (_about("ask.example.working", topics, language), _lists_several),
        (_about("ask.example.piloting", topics, language), _lists_some),
        (_needed(index, topics, language), _helps),
        (_items(index, language), _settles_item),
    )
    for questions, good in sorts:
        fresh = ((about, question) for about, question in questions if about not in used)
        for about, question in islice(fresh, _TRIES):
            if good(answer(index, embedder, understand(question, language=language)), about):
                found.append(question)
                used.add(about)
                break
    return tuple(found)


def _lists_several(found: Answer, _about: str) -> bool:
    return found.kind == "list" and sum(finding.asked for finding in found.findings) >= _LEAST


def _lists_some(found: Answer, _about: str) -> bool:
    return found.kind == "list" and any(finding.asked for finding in found.findings)


def _settles(found: Answer, _about: str) -> bool:
    return found.kind == "decision" and found.answered and found.findings[0].item is not None


def _settles_item(found: Answer, about: str) -> bool:
    return any(finding.item and f"{finding.meeting_date} {finding.item.number}" == about for finding in found.findings)


def _helps(found: Answer, _about: str) -> bool:
    return found.kind == "precedent" and found.answered


def _topics(index: Index) -> list[Term]:
    """The terms that most jurisdictions name, first; those that say by themselves what is meant."""
    return [topic.term for topic in topics_named(index) if _is_telling(topic.term)]


def _terms(text: str) -> list[Term]:
    """The telling terms that a text names."""
    return list(dict.fromkeys(match.term for match in glossary.find_terms(text) if _is_telling(match.term)))


def _is_telling(term: Term) -> bool:
    """Whether a term says by itself what is meant: a topic of several words, or a name."""
    return term.topic and not (term.en[0].isalpha() and term.en[0].islower())


def _about(key: str, topics: Sequence[Term], language: Language) -> Iterator[tuple[str, str]]:
    for term in topics:
        yield term.en[0], message(key, language, topic=_named(term, language))


def _decided(index: Index, topics: Sequence[Term], language: Language) -> Iterator[tuple[str, str]]:
    named = dict.fromkeys(term for item in _latest(index) for term in _terms(item.text))
    for term in _shared(named, topics):
        yield term.en[0], message("ask.example.decided", language, topic=_named(term, language))


def _needed(index: Index, topics: Sequence[Term], language: Language) -> Iterator[tuple[str, str]]:
    numbers = index.allowed(Filters(roles=(Role.NEED,)))
    asking: dict[Term, str] = {}
    for passage in index.numbered([] if numbers is None else numbers[::-1][:_READ]):
        for term in _terms(passage.text) if passage.jurisdictions else []:
            asking.setdefault(term, passage.jurisdictions[0])
    for term in _shared(asking, topics):
        who = names.form(asking[term], language, "subject")
        yield term.en[0], message("ask.example.needed", language, topic=_named(term, language), who=who)


def _shared(named: Iterable[Term], topics: Sequence[Term]) -> list[Term]:
    """Of the terms named, those that several jurisdictions name too: others may be of the trade. All without any."""
    terms = list(named)
    return [term for term in topics if term in terms] or terms


def _items(index: Index, language: Language) -> Iterator[tuple[str, str]]:
    for item in _latest(index):
        if item.kind is Role.FOLLOW_UP and item.number and item.meeting_date:
            meeting = wording.meeting(item.meeting_date, language)
            yield (
                f"{item.meeting_date} {item.number}",
                message("ask.example.item", language, number=item.number, meeting=meeting),
            )


def _latest(index: Index) -> list[RecordItem]:
    """Items of the decision records, those of the latest meeting first."""
    return sorted(index.items(), key=lambda item: item.meeting_date or "", reverse=True)[:_READ]


def _named(term: Term, language: Language) -> str:
    return wording.sentence((term.fr if language == "fr" else term.en)[0])
