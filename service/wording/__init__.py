"""Wording: a language model of the user's own may put the findings into sentences, and is held to the citations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service import settings

if TYPE_CHECKING:
    from service.wording.writer import Writer


def open_writer() -> Writer | None:
    """The writer whose language model the settings name, None where they name none. Raises SettingError."""
    named = settings.language_model()
    if named is None:
        return None
    from service.wording.writer import Writer  # late: most have no model, and need none of this

    return Writer(named)
