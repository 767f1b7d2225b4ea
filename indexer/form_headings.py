"""Which blocks of a form are the headings of its template, by their words, their numbers and their order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from indexer.document_words import heading_role, table
from indexer.documents import Block, BlockKind, Role
from indexer.form_titles import NUMBER, title_role, word_role
from indexer.form_words import form_words
from indexer.text import fold

_HEADING_WORDS = 12  # no heading of the template is longer
_LOOSE, _LIKE, _EXACT = 0, 1, 2  # how like the template a heading is worded
_TAKEN, _FITS = (
    16,
    8,
)  # what a heading is worth in a chain, and that its number is its role's; its likeness decides ties
_ENOUGH = 3  # headings of the template make a form


@dataclass(frozen=True, slots=True)
class TemplateHeading:
    """A heading of the template: the block at `index` of the blocks searched, its number if it has one, its role.

    `likeness` is how like the template it is worded: 0 (a word of the template among others), 1 or 2 (its
    very words). The role of one that has no word of the template is `inferred` from its number.
    """

    index: int
    number: int | None
    role: Role
    likeness: int = field(default=2, compare=False)
    inferred: bool = False


def template_headings(text: str, blocks: Sequence[Block]) -> tuple[TemplateHeading, ...]:
    """The template's headings among `blocks`, in order, no role twice but where a heading is repeated.

    Numbered headings win, and their numbers go up: a sub-heading such as "Priorities:" opens no part then. Where a
    form has no numbers, headings of the template's words at the highest level are taken, in the template's order.
    """
    found = [heading for index, block in enumerate(blocks) if (heading := _candidate(text, index, block))]
    numbered = _best_chain([heading for heading in found if heading.number is not None])
    if len(numbered) >= 2:
        return _with_repeats(_without_gaps(text, blocks, numbered), found)
    titles = [h for h in found if h.number is not None or blocks[h.index].kind is BlockKind.HEADING]
    for some in (titles, [heading for heading in found if _stands_free(blocks[heading.index])]):
        taken = _in_order(_highest(some, blocks))
        if len(taken) >= _ENOUGH:
            return taken
    return _in_order(_highest([heading for heading in titles if heading.likeness == _EXACT], blocks))


def is_form(headings: Sequence[TemplateHeading]) -> bool:
    """Whether headings as `template_headings` finds them are enough to take a document for an exchange form.

    Agendas have priorities and questions too; those in other words than the template's count only with achievements.
    """
    sure = [heading.role for heading in headings if heading.likeness == _EXACT and not heading.inferred]
    known = {heading.role for heading in headings if not heading.inferred} & set(form_words().order)
    likely = sum(1 for heading in headings if heading.likeness >= _LIKE and not heading.inferred)
    exact = len(set(sure) & set(form_words().order)) >= _ENOUGH
    return exact or (len(known) >= _ENOUGH and likely >= 2 and form_words().order[0] in known)


def _title(text: str, block: Block) -> str:
    return text[block.start : block.end]


def _candidate(text: str, index: int, block: Block) -> TemplateHeading | None:
    title = _title(text, block)
    heads = block.kind is BlockKind.HEADING
    if not heads and (title.rstrip(" :").endswith((".", ";", ",", "?", "!")) or title.partition(":")[2].strip()):
        return None
    if len(title.split()) > _HEADING_WORDS:
        return None
    found = NUMBER.match(title)
    number = _number_of(text, block)
    role, likeness = heading_role(title), _EXACT
    if role is None:
        role, likeness = title_role(title), _LIKE
    if role is None and found and heads:
        begins = _role_words().match(fold(title[found.end() :]))
        role, likeness = table().roles[begins.group(1)] if begins else _numbered_role(title, number), _LOOSE
    if role not in (*form_words().order, *form_words().others):
        return None
    return TemplateHeading(index, number, role, likeness)


def _numbered_role(title: str, number: int | None) -> Role | None:
    """The role of a word of the template anywhere in a title, if it is the one that the number has."""
    role = word_role(title)
    return role if role is not None and role is _role_of(number) else None


def _role_of(number: int | None) -> Role | None:
    order = form_words().order
    return order[number - 1] if number and number <= len(order) else None


def _stands_free(block: Block) -> bool:
    """Whether a block could be a title by its place: no item, and not one of a table's heads side by side."""
    return block.kind is not BlockKind.LIST_ITEM and (block.cell is None or block.cell.column == 0)


def _highest(headings: Sequence[TemplateHeading], blocks: Sequence[Block]) -> list[TemplateHeading]:
    """Those that are numbered, and those without a number of the highest level."""
    top = min((blocks[h.index].level for h in headings), default=0)
    return [h for h in headings if h.number is not None or blocks[h.index].level == top]


def _without_gaps(text: str, blocks: Sequence[Block], chain: Sequence[TemplateHeading]) -> tuple[TemplateHeading, ...]:
    """The chain, and headings in other words whose number is missing in it, their roles inferred.

    Such a heading must be the only numbered one between its neighbours, and look like one of them.
    """
    order = form_words().order
    if any(heading.role is not _role_of(heading.number) for heading in chain if heading.role in order):
        return tuple(chain)  # a template of another order
    whole = list(chain)
    for number, role in enumerate(order, start=1):
        before = next((h for h in reversed(whole) if (h.number or 0) <= number), None)
        after = next((h for h in whole if (h.number or 0) > number), None)
        if before and before.number == number:
            continue
        inside = range(before.index + 1 if before else 0, after.index if after else len(blocks))
        # By title, since headings are printed again where a part goes on over a page.
        titles = {
            _title(text, blocks[i]): i for i in reversed(inside) if _is_title_like(text, blocks, i, before, after)
        }
        if before:
            titles.pop(_title(text, blocks[before.index]), None)
        first = min(titles.values(), default=0)
        if len(titles) == 1 and _number_of(text, blocks[first]) == number:
            place = whole.index(after) if after else len(whole)
            whole.insert(place, TemplateHeading(first, number, role, _LOOSE, inferred=True))
    return tuple(whole)


def _number_of(text: str, block: Block) -> int | None:
    found = NUMBER.match(text, block.start, block.end)
    return int(found.group(1)) if found else None


def _is_title_like(text: str, blocks: Sequence[Block], index: int, *others: TemplateHeading | None) -> bool:
    """Whether the block at `index` is a short numbered title that looks like a neighbouring heading."""
    block = blocks[index]
    title = _title(text, block)
    if _number_of(text, block) is None or len(title.split()) > _HEADING_WORDS or title.endswith((".", ";", ",")):
        return False
    looks = {_look(blocks[other.index]) for other in others if other}
    return _look(block) in looks and block.kind is not BlockKind.LIST_ITEM


def _look(block: Block) -> tuple[BlockKind, int, int | None]:
    return block.kind, block.level, block.cell.column if block.cell else None


def _best_chain(found: Sequence[TemplateHeading]) -> tuple[TemplateHeading, ...]:
    """Of all ways to take headings with rising numbers and different roles, the one most like the template."""
    order = form_words().order
    best: dict[tuple[int, frozenset[Role]], tuple[int, tuple[TemplateHeading, ...]]] = {(0, frozenset()): (0, ())}
    for heading in found:
        number = heading.number or 0
        fits = 0 < number <= len(order) and order[number - 1] is heading.role
        for (last, roles), (score, chain) in list(best.items()):
            if number <= last or heading.role in roles:
                continue
            key = number, roles | {heading.role}
            better = score + _TAKEN + _FITS * fits + heading.likeness
            if key not in best or better > best[key][0]:
                best[key] = better, (*chain, heading)
    return max(best.values(), key=lambda scored: scored[0])[1]


def _with_repeats(chain: Sequence[TemplateHeading], found: Sequence[TemplateHeading]) -> tuple[TemplateHeading, ...]:
    """The chain with the headings printed again where a part goes on over a page."""
    by_index = {heading.index: heading for heading in (*found, *chain)}
    known = {heading.index for heading in chain}
    taken: list[TemplateHeading] = []
    for index, heading in sorted(by_index.items()):
        again = bool(taken) and (heading.number, heading.role) == (taken[-1].number, taken[-1].role)
        if index in known or again:
            taken.append(heading)
    return tuple(taken)


def _in_order(found: Sequence[TemplateHeading]) -> tuple[TemplateHeading, ...]:
    """Of all ways to take headings in the template's order, the longest; those that may follow only after the last."""
    words = form_words()
    order = (*words.order, *words.others)
    best: dict[Role | None, tuple[int, tuple[TemplateHeading, ...]]] = {None: (0, ())}
    for heading in found:
        before = [role for role in best if role is None or order.index(role) < order.index(heading.role)]
        if heading.role in words.others:
            before = [role for role in before if role is not None and role not in words.order[:-1]]
        for role in before:
            score, chain = best[role]
            better = score + _TAKEN + heading.likeness
            if better > best.get(heading.role, (0, ()))[0]:
                best[heading.role] = better, (*chain, heading)
    return max(best.values(), key=lambda scored: scored[0])[1]


@lru_cache(maxsize=1)
def _role_words() -> re.Pattern[str]:
    """The template's words at the beginning of a folded text, as whole words."""
    ordered = sorted((w for w, role in table().roles.items() if role in form_words().order), key=len, reverse=True)
    words = "|".join(map(re.escape, ordered))
    return re.compile(rf"({words})(?!\w)")
