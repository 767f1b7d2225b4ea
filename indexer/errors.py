"""Errors that a person can act on: each names the file or setting, the reason, and the mend."""

from __future__ import annotations

from pathlib import Path


class CouncilError(Exception):
    """Base of every error that the project raises on purpose; its text is fit to show to a user."""


class UnreadableDocumentError(CouncilError):
    """A file that cannot be read as a document; the others are indexed all the same."""

    def __init__(self, path: Path | str, reason: str, mend: str) -> None:
        self.path = Path(path)
        self.reason = reason
        self.mend = mend
        super().__init__(f"{self.path}: {reason}; {mend}")


class IndexUnusableError(CouncilError):
    """An index folder that is missing, damaged, or written by another model or format version."""


class SettingError(CouncilError):
    """A setting, option or data table with a value that cannot be used."""
