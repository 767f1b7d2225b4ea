"""The picture of a topic, worked out: jurisdictions by meetings, and how far they got over time. Units are pixels."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from indexer import dates
from indexer.documents import Language, Status
from service.briefs.content import Brief, Member, Standing
from service.messages import message

CELL_WIDTH, CELL_HEIGHT = 92, 44
HEAD, LABELS = 56, 275  # what the meetings' dates and the jurisdictions' names take
NAME_CHARACTERS = 32  # of a line of a name
LINE = 17  # height of a line of a name
MARGIN = 24  # left of the first bar, for its date
UNIT = 16  # height of a jurisdiction in a bar
BAR = 34  # width of a bar
_RANK = {status: rank for rank, status in enumerate(Status)}


@dataclass(frozen=True, slots=True)
class Column:
    """A meeting: its date on one or two lines, and its place."""

    meeting: str | None
    lines: tuple[str, ...]
    x: int


@dataclass(frozen=True, slots=True)
class Cell:
    """The furthest status of a jurisdiction at a meeting; `proofs` says how many statements stand behind it.

    `anchor` is the id of the place on the page where they stand.
    """

    meeting: str | None
    status: Status
    proofs: int
    anchor: str
    x: int


@dataclass(frozen=True, slots=True)
class Row:
    """A jurisdiction: its name on lines, and its cells; `by_meeting` has one a column, None where it said nothing."""

    code: str
    name: str
    lines: tuple[str, ...]
    y: int
    height: int
    cells: tuple[Cell, ...]
    by_meeting: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class TopicMap:
    """Jurisdictions by meetings."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Segment:
    """How many jurisdictions had got as far as a status."""

    status: Status
    count: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A meeting, and how far the jurisdictions had got by then, furthest at the foot."""

    column: Column
    segments: tuple[Segment, ...]

    def count(self, status: Status) -> int:
        """How many had got as far as `status` and no further."""
        return next((segment.count for segment in self.segments if segment.status is status), 0)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars by meeting, over `height` less the dates beneath them; `statuses` are those that occur."""

    bars: tuple[Bar, ...]
    statuses: tuple[Status, ...]
    width: int
    height: int


def anchor(code: str, meeting: str | None) -> str:
    """The id of the place on the page where the statements of a jurisdiction at a meeting stand."""
    return f"at-{code}-{meeting or 'undated'}"


def topic_map(brief: Brief) -> TopicMap:
    """The map of a brief: a row for each of its jurisdictions, a column for each meeting of which it has a standing."""
    columns = tuple(
        Column(meeting, _date_lines(meeting, brief.language), LABELS + at * CELL_WIDTH)
        for at, meeting in enumerate(brief.meetings)
    )
    rows, y = [], HEAD
    for member in brief.members:
        rows.append(_row(member, y, columns))
        y += rows[-1].height
    return TopicMap(columns, tuple(rows), LABELS + len(columns) * CELL_WIDTH, y)


def timeline(brief: Brief) -> Timeline | None:
    """How far the jurisdictions had got by each meeting: the furthest status that each had told of until then.

    None where fewer than two dated meetings make no course of time.
    """
    dated = [meeting for meeting in brief.meetings if meeting is not None]
    if len(dated) < 2:
        return None
    most = len(brief.members) * UNIT
    bars = []
    for at, meeting in enumerate(dated):
        until = [
            _furthest([one for one in member.standings if (one.meeting or "") <= meeting]) for member in brief.members
        ]
        column = Column(meeting, _date_lines(meeting, brief.language), MARGIN + at * CELL_WIDTH)
        bars.append(Bar(column, _segments([standing.status for standing in until if standing], most)))
    statuses = tuple(status for status in Status if any(bar.count(status) for bar in bars))
    return Timeline(tuple(bars), statuses, MARGIN + len(dated) * CELL_WIDTH, most + HEAD)


def _row(member: Member, y: int, columns: Sequence[Column]) -> Row:
    cells = []
    for column in columns:
        told = [standing for standing in member.standings if standing.meeting == column.meeting]
        furthest = _furthest(told)
        cells.append(
            Cell(column.meeting, furthest.status, len(told), anchor(member.code, column.meeting), column.x)
            if furthest
            else None
        )
    lines = tuple(textwrap.wrap(member.name, NAME_CHARACTERS, break_long_words=False))
    height = max(CELL_HEIGHT, (len(lines) + 1) * LINE)
    return Row(member.code, member.name, lines, y, height, tuple(cell for cell in cells if cell), tuple(cells))


def _furthest(standings: Sequence[Standing]) -> Standing | None:
    return min(standings, key=lambda standing: _RANK[standing.status], default=None)


def _segments(statuses: Sequence[Status], height: int) -> tuple[Segment, ...]:
    found, foot = [], height
    for status in Status:
        count = statuses.count(status)
        if count:
            foot -= count * UNIT
            found.append(Segment(status, count, foot, count * UNIT))
    return tuple(found)


def _date_lines(meeting: str | None, language: Language) -> tuple[str, ...]:
    if meeting is None:
        return (message("brief.undated", language),)
    day_and_month, _, year = dates.written(meeting, language).rpartition(" ")
    return (day_and_month, year) if day_and_month else (year,)
