"""How far a statement says that something is: from cue words in both languages, else from the section's role."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from indexer.documents import Role, Status
from indexer.text import fold


@dataclass(frozen=True, slots=True)
class _Cue:
    status: Status
    pattern: re.Pattern[str]
    question_mark: bool


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[_Cue, ...], dict[Role, Status]]:
    raw = tomllib.loads((files("service") / "data" / "status_cues.toml").read_text(encoding="utf-8"))
    cues = tuple(
        _Cue(
            Status(cue["status"]),
            re.compile(r"\b(?:" + "|".join(re.escape(phrase) for phrase in cue["phrases"]) + ")"),
            cue.get("question_mark", False),
        )
        for cue in raw["cue"]
    )
    return cues, {Role(role): Status(status) for role, status in raw["roles"].items()}


def status_of(statement: str, role: Role) -> Status:
    """The status that `statement` gives, in a section of `role`."""
    cues, by_role = _table()
    folded = fold(statement)
    for cue in cues:
        if cue.pattern.search(folded) or (cue.question_mark and folded.rstrip(' »"”').endswith("?")):
            return cue.status
    return by_role[role]
