"""Cells of a CSV file that a spreadsheet would take for a formula, and carry out: made harmless, and undone."""

from __future__ import annotations

import re
from typing import TypeVar

Cell = TypeVar("Cell")

# Marked already, a text is marked again, so that `restored` gives back every text as it was.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def harmless(cell: Cell) -> Cell | str:
    """The cell with an apostrophe in front if a spreadsheet would take its text for a formula, else as it is."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def restored(text: str) -> str:
    """The text that `harmless` was given; a text that a person wrote without the apostrophe stays as it is."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
