"""Reads every file of a folder as `council index` does and prints a line of JSON a file; then what memory it took."""

# ruff: noqa: T201 - its lines are what it is for

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

from indexer.errors import UnreadableDocumentError
from indexer.reading import DocumentReader, Limits


def main() -> None:
    folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
    with DocumentReader(replace(Limits(), seconds=seconds)) as reader:
        for path in sorted(folder.iterdir()):
            began = time.monotonic()
            told: dict[str, object] = {"name": path.name}
            try:
                document = reader.read(path, path.name)
                told |= {"outcome": "read", "text": document.text[-400:], "length": len(document.text)}
            except UnreadableDocumentError as error:
                told |= {"outcome": "refused", "reason": error.reason, "mend": error.mend}
            except BaseException as error:
                told |= {"outcome": "failed", "reason": repr(error)}
            print(json.dumps(told | {"seconds": round(time.monotonic() - began, 2)}), flush=True)
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    # The system's own figure for a process counts what it was before it became this program: the whole of the tests.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    print(json.dumps({"children_kb": children, "own_kb": own}), flush=True)


main()
