"""Where the short answer stands in a citation's quote."""

from __future__ import annotations

from service.contract import Citation


def around_answer(citation: Citation) -> tuple[str, str, str]:
    """The quote as what is before the short answer, the answer, what is after; the last two are "" without one."""
    start, end = citation.answer_start, citation.answer_end
    if start is None or end is None or not citation.start <= start < end <= citation.end:
        return citation.quote, "", ""
    start, end = start - citation.start, end - citation.start
    return citation.quote[:start], citation.quote[start:end], citation.quote[end:]
