"""Meetings, needs with who can help, and the register: as if what is hidden had never been indexed."""

from __future__ import annotations

import pytest
from restricted_twins import CANARIES, HIDDEN_MEETINGS, MEETINGS

from indexer.documents import Distribution
from service.allowance import Allowance
from service.answering.became import became
from service.meetings import meetings
from service.register_rows import rows
from service.web.exchange import exchange
from service.web.exchange_exports import matches_table, written

LANGUAGES = ("en", "fr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_meetings_and_their_counts_are_the_same(sides, language):
    seen, without = (meetings(engine.index(), language) for engine in (sides.seen, sides.without))
    assert seen == without and seen.held


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("meeting", [*MEETINGS, *HIDDEN_MEETINGS])
def test_needs_and_helpers_are_the_same(sides, meeting, language):
    def shown(engine):
        index = engine.index()
        found = exchange(index, engine.embedder, meeting, language)
        table = matches_table(index, engine.embedder, meeting, language)
        return found.groups, dict(found.counts), found.page, written(table, "csv", language)

    assert shown(sides.seen) == shown(sides.without)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_register_and_what_became_of_it_are_the_same(sides, language):
    def shown(engine):
        index = engine.index()
        found = rows(index, language=language)
        return found, [became(index, engine.embedder, row.item.item_id, language, Allowance()) for row in found[:30]]

    assert shown(sides.seen) == shown(sides.without)


def test_what_is_hidden_would_be_shown_to_the_secretariat(sides):
    index = sides.whole.index()
    said = "".join(row.item.text for row in rows(index, language="en"))
    dates = {meeting.date for meeting in meetings(index, "en").held}
    assert any(word in said for word in CANARIES[Distribution.MEMBERS])
    assert not dates.isdisjoint(HIDDEN_MEETINGS)
