"""The pages that there are, each with an address that shows it at work: for tests that hold of every page."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from indexer.documents import Language
from service.access import CallerRole


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as a caller of `role` opens it; `query` is given by language."""

    name: str
    path: str
    role: CallerRole = CallerRole.MEMBER
    query: tuple[dict[str, str], dict[str, str]] = ({}, {})
    place: str = ""  # on the page

    def address(self, language: Language) -> str:
        """Path, query and place of the page in `language`."""
        return f"{self.path}?{urlencode(self.query[language == 'fr'] | {'lang': language})}{self.place}"


def pages(document: str, mark: tuple[int, int], meeting: str) -> tuple[Shown, ...]:
    """All pages; `document` is the id of one to open, `mark` characters of it, `meeting` one with papers."""
    topic = ({"q": "digital identity"}, {"q": "identité numérique"})
    question = (
        {"q": "Which jurisdictions piloted chatbots?"},
        {"q": "Quelles administrations ont mis à l’essai un agent conversationnel?"},
    )
    marked = {"mark": f"{mark[0]}-{mark[1]}"}
    return (
        Shown("start", "/"),
        Shown("answer", "/", query=question),
        Shown("search", "/search", query=topic),
        Shown("documents", "/documents"),
        Shown("document", f"/documents/{document}", query=(topic[0] | marked, topic[1] | marked), place="#mark"),
        Shown("topics", "/topics"),
        Shown("map", "/topics", query=topic),
        Shown("exchanges", "/exchange"),
        Shown("exchange", f"/exchange/{meeting}"),
        Shown("register", "/register"),
        Shown("sign-in", "/login", CallerRole.ANONYMOUS),
        Shown("manage", "/manage", CallerRole.SECRETARIAT),
        Shown("manage-documents", "/manage/documents", CallerRole.SECRETARIAT),
        Shown("recognised", f"/manage/documents/{document}", CallerRole.SECRETARIAT),
        Shown("upload", "/manage/upload", CallerRole.SECRETARIAT),
        Shown("approvals", "/manage/approvals", CallerRole.SECRETARIAT),
        Shown("feedback", "/manage/feedback", CallerRole.SECRETARIAT),
        Shown("keys", "/manage/keys", CallerRole.ADMINISTRATOR),
        Shown("audit", "/manage/audit", CallerRole.ADMINISTRATOR),
    )
