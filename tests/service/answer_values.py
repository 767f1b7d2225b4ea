"""Citations and findings made for tests, by their numbers."""

from __future__ import annotations

from indexer import jurisdictions
from indexer.documents import DocumentType, Role, Status
from service.contract import Citation, DecisionItem, Finding, FurtherFinding, JurisdictionName

TITLES = {"en": "Harbour form", "fr": "Formulaire du port"}


def citation(number, *, spoken="en", date="2020-09", title=None, quote="The quay was painted.", codes=(), **more):
    return Citation(
        **{
            "number": number,
            "passage_id": f"passage-{number}",
            "document_id": f"document-{number}",
            "document_title": title or TITLES[spoken],
            "document_type": DocumentType.EXCHANGE_FORM,
            "document_language": spoken,
            "source": f"form-{number}.docx",
            "page": number,
            "role": Role.ACHIEVEMENT,
            "jurisdictions": list(codes),
            "speaker": None,
            "meeting_date": date,
            "quote": quote,
            "start": 100,
            "end": 100 + len(quote),
            **more,
        }
    )


def named(code, language):
    known = jurisdictions.get(code)
    return JurisdictionName(code=code, name=known.name_en if language == "en" else known.name_fr)


def finding(language, code, status, *numbers, date="2020-09", statement="The quay was painted.", **more):
    return Finding(
        jurisdiction=named(code, language) if code else None,
        status=Status(status),
        statement=statement,
        meeting_date=date,
        citations=list(numbers),
        **more,
    )


def further(status, *numbers, date="2022-05", statement="The paint has held."):
    return FurtherFinding(status=Status(status), statement=statement, meeting_date=date, citations=list(numbers))


def item(**changes):
    return DecisionItem(
        **{
            "item_id": "item-1",
            "kind": "follow_up",
            "number": "2A",
            "owner": "Odile Bernache",
            "due": "June 2022",
            "status": "open",
            **changes,
        }
    )
