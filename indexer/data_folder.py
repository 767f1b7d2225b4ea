"""The data folder of an index: what would be lost if it were deleted, kept apart from the index that can be rebuilt.

<index>-data/documents/        files that were uploaded
<index>-data/overrides.json    what the secretariat decided on documents (`indexer.overrides`)
<index>-data/corrections.json  what it corrected on whose a passage is (`indexer.corrections`)

The service keeps its own files there too: keys, the audit log, feedback.
"""

from __future__ import annotations

import os
from pathlib import Path

DATA = "COUNCIL_DATA"
UPLOADS = "documents"
OVERRIDES = "overrides.json"
CORRECTIONS = "corrections.json"


def data_folder(index: Path) -> Path:
    """The data folder of the index in `index`: the one that the environment names, else the one beside it.

    Beside it, so that removing or moving the index leaves it alone.
    """
    if named := os.environ.get(DATA):
        return Path(named).resolve()
    return beside(index)


def beside(index: Path) -> Path:
    """The folder that goes with an index where nothing else is named."""
    whole = index.resolve()
    return whole.with_name(f"{whole.name}-data")
