"""Functions that read as no reader should, for a process to find by name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from indexer import readers
from indexer.documents import Document
from indexer.errors import UnreadableDocumentError


def read(path: Path, source: str) -> Document:
    """Does what the file's first word says, and reads it where that is nothing known."""
    order, *words = path.read_text(encoding="utf-8").split()
    if order == "SLEEP":
        time.sleep(600)
    if order == "SPIN":
        while True:  # in C, where no signal handler of Python gets a turn
            pow(7, 10**7)
    if order == "START":
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        Path(words[0]).write_text(str(child.pid), encoding="utf-8")
        time.sleep(600)
    if order == "ALLOCATE":
        bytes(2_000_000_000)
    if order == "SWALLOW":
        try:
            bytes(2_000_000_000)
        except MemoryError as error:
            raise UnreadableDocumentError(path, "is damaged (says a library)", "none") from error
    if order == "KILL":
        os.kill(os.getpid(), signal.SIGKILL)
    if order == "CRASH":
        os.kill(os.getpid(), signal.SIGSEGV)
    if order == "EXIT":
        os._exit(3)
    if order == "RAISE":
        raise ZeroDivisionError("inside")
    if order == "PRINT":
        sys.stdout.write("noise" * 100_000)
        os.write(1, b"noise" * 100_000)
        os.write(2, b"noise" * 100_000)
    if order == "WEAR":
        # The second file of a process finds it worn out.
        if hasattr(read, "worn"):
            os.kill(os.getpid(), signal.SIGSEGV)
        read.worn = True  # type: ignore[attr-defined]
    document = readers.read(path, source)
    if order == "PROCESS":
        return readers.read(path, f"{os.getpid()}")
    return document
