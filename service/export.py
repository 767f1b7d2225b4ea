"""Writing out what the index holds, for other tools."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Literal, TextIO

from indexer.documents import Passage
from indexer.store import open_index


def export_passages(folder: Path, form: Literal["jsonl", "csv"], out: TextIO) -> None:
    """Write every passage of the index, in reading order: one JSON object a line, or CSV with a head."""
    index = open_index(folder)
    if form == "jsonl":
        for passage in index.passages():
            out.write(json.dumps(asdict(passage), ensure_ascii=False) + "\n")
        return
    names = [field.name for field in fields(Passage)]
    rows = csv.DictWriter(out, names)
    rows.writeheader()
    for passage in index.passages():
        row = asdict(passage)
        rows.writerow(row | {name: "; ".join(row[name]) for name in ("jurisdictions", "heading")})
