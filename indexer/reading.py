"""Reading files at arm's length: in a process of its own, which a file may exhaust or crash and harm no other."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from indexer import readers
from indexer.documents import Document
from indexer.errors import SettingError, UnreadableDocumentError
from indexer.reading_process import ProcessEndedError, ReadingProcess
from indexer.reading_worker import ReadFunction, Refusal, Task

SECONDS = "COUNCIL_READ_SECONDS"
MEGABYTES = "COUNCIL_READ_MEGABYTES"

_FEWEST_MEGABYTES = 256
_SECONDS_MEND = "give the seconds that reading a file may take, such as 120"
_MEGABYTES_MEND = f"give the megabytes that reading a file may take, {_FEWEST_MEGABYTES} or more, such as 600"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long reading a file may take, in seconds, and how much memory the process may have for it, in megabytes.

    A page that needs OCR may take as long as a file. The memory is the process's whole address space; beside a server
    it stays below a gigabyte. Raises
    SettingError for values that cannot be used.
    """

    seconds: float = 120.0
    megabytes: int = 600

    def __post_init__(self) -> None:
        if not (math.isfinite(self.seconds) and self.seconds > 0):
            raise SettingError(f"{SECONDS} is {self.seconds}; {_SECONDS_MEND}")
        if self.megabytes < _FEWEST_MEGABYTES:
            raise SettingError(f"{MEGABYTES} is {self.megabytes}; {_MEGABYTES_MEND}")

    @classmethod
    def from_settings(cls, environment: Mapping[str, str] = os.environ) -> Limits:
        """The limits that the environment sets. Raises SettingError for values that cannot be used."""
        usual = cls()
        seconds, megabytes = environment.get(SECONDS), environment.get(MEGABYTES)
        try:
            number = float(seconds) if seconds else usual.seconds
        except ValueError:
            raise SettingError(f"{SECONDS} is {seconds!r}; {_SECONDS_MEND}") from None
        try:
            return cls(number, int(megabytes) if megabytes else usual.megabytes)
        except ValueError:
            raise SettingError(f"{MEGABYTES} is {megabytes!r}; {_MEGABYTES_MEND}") from None


class DocumentReader:
    """Reads files one by one in a process that is started for the first and kept for the others.

    Use as a context manager, from one thread at a time: at its end the process is gone, whatever it was doing.
    `limits` are those that the environment sets, where None. `read` is called in the process, which finds it by name.
    """

    def __init__(self, limits: Limits | None = None, read: ReadFunction = readers.read) -> None:
        self._limits = limits if limits is not None else Limits.from_settings()
        self._task = Task(read, self._limits.seconds, self._limits.megabytes)
        self._process: ReadingProcess | None = None

    def __enter__(self) -> DocumentReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def start(self) -> None:
        """Begin to start the process and return at once. `read` does it too; sooner is quicker."""
        self._started()

    def read(self, path: Path, source: str) -> Document:
        """The document in the file at `path`, to be named `source`, as `indexer.readers.read` gives it.

        Raises UnreadableDocumentError as that does, and where the file takes more time or memory than it may or
        ends the process; the next file is then read by a new one.
        """
        while True:
            process = self._started()
            # What was read before may have left a process the worse for it; a fresh one's word is final.
            final = process.fresh
            try:
                reply = process.read(Path(os.path.abspath(path)), source)  # noqa: PTH100 - links stay as they are
            except TimeoutError:
                self._stop()
                raise UnreadableDocumentError(
                    path,
                    f"could not be read within {self._limits.seconds:g} seconds",
                    f"split it into smaller files, or raise the setting {SECONDS}",
                ) from None
            except ProcessEndedError as ended:
                self._stop()
                if final:
                    raise UnreadableDocumentError(
                        path,
                        f"crashed what reads it, or needs more than {self._limits.megabytes} MB of memory ({ended})",
                        f"save it again from its program, split it, or raise the setting {MEGABYTES}",
                    ) from None
                continue
            except BaseException:
                self._stop()
                raise
            if isinstance(reply, Document):
                return reply
            if isinstance(reply, Refusal):
                raise UnreadableDocumentError(path, reply.reason, reply.mend)
            self._stop()
            if final:
                raise UnreadableDocumentError(
                    path,
                    f"needs more than {self._limits.megabytes} MB of memory to be read",
                    f"split it into smaller files, or raise the setting {MEGABYTES}",
                )

    def _started(self) -> ReadingProcess:
        if self._process is None:
            self._process = ReadingProcess(self._task)
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.stop()
