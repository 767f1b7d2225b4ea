"""The forms of a verb, with the tense of each: regular ones are made, irregular ones given in its entry."""

from __future__ import annotations

import re
from collections.abc import Iterator

_DOUBLED = re.compile(r"[^aeiou]*[aeiou][bdgmnprt]")  # one short syllable: plan, planning
_ER_WITH_ACCENT = re.compile(r"é(?=[^aeéèêiouy]+$)")  # procéder, procède


def english(base: str, irregular: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Each form of an English verb with its tense; `irregular` are its past and its participle, where they are so."""
    yield base, "inf"
    yield base + "es" if re.search(r"(?:s|x|z|ch|sh|o)$", base) else re.sub(r"(?<=[^aeiou])y$", "ie", base) + "s", "s"
    doubled = _DOUBLED.fullmatch(base) or base + base[-1] + "ed" in irregular
    stem = base + base[-1] if doubled else re.sub(r"(?<=[^eyo])e$", "", base)
    yield stem + "ing", "ing"
    for past in irregular or (re.sub(r"(?<=[^aeiou])y$", "i", stem) + "ed",):
        yield past, "part"


def french(
    infinitive: str, present: tuple[str, ...], participles: tuple[str, ...], future: str
) -> Iterator[tuple[str, str]]:
    """Each form of a French verb with its tense; without `present` it is a regular one in -er, -ir or -re."""
    yield infinitive, "inf"
    stem, ending = infinitive[:-2], infinitive[-2:]
    if present:
        yield from ((form, "pr") for form in present)
    elif ending == "er":
        changed = re.sub(r"e(?=[nvsmtc]$)", "è", re.sub(r"(?<=[^aeo]e)l$", "ll", re.sub(r"y$", "i", stem)))
        weak = _ER_WITH_ACCENT.sub("è", changed)
        yield from ((weak + e, "pr") for e in ("e", "ent"))
        yield from ((form, "pr") for form in (_soft(stem) + "ons", stem + "ez"))
        future = future or changed + "er"  # déploiera, but procédera
    elif ending == "ir":
        yield from ((stem + e, "pr") for e in ("it", "issent", "issons"))
    else:
        conjugated = re.sub(r"ui$", "uis", stem) if stem.endswith("ui") else stem
        yield from ((form, "pr") for form in (re.sub(r"s$", "t", conjugated), conjugated + "ent", conjugated + "ons"))
    made = (
        {"er": "é", "ir": "i", "re": "t" if stem.endswith("ui") else "u"}[ending]
        if ending in ("er", "ir", "re")
        else ""
    )
    for form in participles or tuple(stem + made + e for e in ("", "e", "s", "es")):
        yield form, "part"
    future = future or (infinitive[:-1] if infinitive.endswith("e") else infinitive)
    yield from ((future + e, "fut") for e in ("a", "ont", "ai", "ons"))
    yield from ((future + e, "cond") for e in ("ait", "aient", "ais", "ions"))
    if ending == "er" and not present:
        yield _soft(stem) + "ant", "ant"


def _soft(stem: str) -> str:
    """The stem as written before a or o: engageons, commençons."""
    return stem + "e" if stem.endswith("g") else stem[:-1] + "ç" if stem.endswith("c") else stem


def entry_forms(entry: str, language: str) -> Iterator[tuple[str, str]]:
    """The forms of an entry: an English verb, then its past and participle where irregular; or a French infinitive,
    then present | participles | stem of the future where irregular.
    """
    verb, *irregular = entry.split()
    if language == "en":
        return english(verb, tuple(irregular))
    present, participles, future = (tuple(part.split()) for part in ([*entry.partition(" ")[2].split("|"), "", ""])[:3])
    return french(verb, present, participles, future[0] if future else "")
