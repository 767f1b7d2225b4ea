"""Parts of the sources, by hash of name: so that several processes, on several machines, index a part each."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from indexer.errors import SettingError

_FORM = re.compile(r"(\d{1,4})/(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `number` of `of`, counted from 1."""

    number: int = 1
    of: int = 1

    @classmethod
    def read(cls, text: str) -> Shard:
        """The part that `i/n` says. Raises SettingError for what is none."""
        match = _FORM.fullmatch(text)
        if match is None or not 1 <= int(match[1]) <= int(match[2]):
            raise SettingError(f"--shard {text}: give which part of how many: 1/4 is the first of four")
        return cls(int(match[1]), int(match[2]))

    def __contains__(self, source: str) -> bool:
        return zlib.crc32(source.encode()) % self.of == self.number - 1
