"""`/manage/documents/{id}/passages/{passage}`: whose a passage is and what it is for, looked at and corrected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from indexer import corrections
from indexer.documents import Language, Passage, Role
from service import audit
from service.callers import Here, Seen
from service.engine import Engine
from service.installation import Installation
from service.messages import RefusedError, message
from service.uploads.correcting import PassageCorrection, section_of
from service.uploads.orders import Ordering, Orders
from service.web import account, shell
from service.web.manage import document, frame
from service.web.manage.holdings import Holding, Piece, pieces

PATH = document.PATH + "/passages/{passage_id}"
_UNDO = PassageCorrection(role=None, jurisdictions=None, speaker=None)


@dataclass(frozen=True, slots=True)
class Looked:
    """A passage that is looked at, in its document, with the unsure one that follows it."""

    holding: Holding
    piece: Piece
    section: int
    next_unsure: str | None


def add(app: FastAPI) -> None:
    """Add the pages to `app`."""

    @app.get(PATH, response_class=HTMLResponse, include_in_schema=False)
    def look(
        document_id: str,
        passage_id: str,
        *,
        request: Request,
        at: Here,
        engine: Seen,
        given: Ordering,
        lang: str = "",
    ) -> HTMLResponse:
        found = _found(at, engine, document_id, passage_id)
        return _page(request, at, given, account.spoken(request, lang), found)

    @app.post(PATH, response_class=HTMLResponse, include_in_schema=False)
    def correct(
        document_id: str,
        passage_id: str,
        *,
        request: Request,
        at: Here,
        engine: Seen,
        given: Ordering,
        lang: str = "",
        role: Annotated[str, Form()] = "",
        owner: Annotated[str, Form()] = "",
        also: Annotated[list[str] | None, Form()] = None,
        speaker: Annotated[str, Form()] = "",
        whole_section: Annotated[bool, Form()] = False,
    ) -> Response:
        spoken = account.spoken(request, lang)
        found = _found(at, engine, document_id, passage_id)
        codes = [code for code in dict.fromkeys([owner, *(also or [])]) if code]
        try:
            wanted = correction(
                found.piece.passage, role=role, codes=codes, speaker=speaker.strip(), whole_section=whole_section
            )
            job = given.correct(passage_id, wanted)
        except ValidationError as error:
            field = {"role": "correct.role", "speaker": "correct.speaker"}.get(str(error.errors()[0]["loc"][0]))
            label = message(field or "correct.jurisdictions", spoken)
            refusal = message("held.field.unusable", spoken, field=label, hint="").strip()
            return _page(request, at, given, spoken, found, refusal=refusal)
        except RefusedError as error:
            return _page(request, at, given, spoken, found, refusal=error.detail(spoken))
        if job is None:
            raise HTTPException(404)
        return document.seen_again(document_id, spoken, job)

    @app.post(PATH + "/undo", response_class=HTMLResponse, include_in_schema=False)
    def undo(
        document_id: str, passage_id: str, *, request: Request, at: Here, given: Ordering, lang: str = ""
    ) -> Response:
        known = passage_id in corrections.load(at.data).of(document_id)
        job = given.correct(passage_id, _UNDO) if known else None
        if job is None:
            raise HTTPException(404)
        return document.seen_again(document_id, account.spoken(request, lang), job)


def correction(
    before: Passage, *, role: str, codes: list[str], speaker: str, whole_section: bool = False
) -> PassageCorrection:
    """What a form says otherwise than the passage does; where nothing is, that its role is as it stands.

    So no more is laid down than a person meant, which counts where a whole section follows. Raises ValidationError.
    """
    wanted: dict[str, Any] = {}
    if role != before.role:
        wanted["role"] = role
    if codes != list(before.jurisdictions):
        wanted["jurisdictions"] = codes
    if speaker != (before.speaker or ""):
        wanted["speaker"] = speaker
    return PassageCorrection.model_validate({**(wanted or {"role": before.role}), "whole_section": whole_section})


def _found(at: Installation, engine: Engine, document_id: str, passage_id: str) -> Looked:
    index = engine.index()
    every = pieces(index, document_id, corrections.load(at.data))
    place = next((place for place, piece in enumerate(every) if piece.passage.id == passage_id), None)
    if place is None:
        raise HTTPException(404)
    piece = every[place]
    unsure = (one.passage.id for one in [*every[place + 1 :], *every[:place]] if one.unsure)
    # As the index has it: that is what a correction of the section follows.
    held = index.passages(document_id)
    section = section_of(held, held[place])
    return Looked(document.found(at, engine, document_id), piece, len(section), next(unsure, None))


def _page(
    request: Request, at: Installation, given: Orders, spoken: Language, found: Looked, *, refusal: str | None = None
) -> HTMLResponse:
    audit.opened(at.state, given.who, found.holding.document_id)
    here = document.where(found.holding.document_id)
    passage = found.piece.passage
    context: dict[str, Any] = {
        "looked": found,
        "piece": found.piece,
        "passage": passage,
        "holding": found.holding,
        "refusal": refusal,
        "roles": list(Role),
        "owner": next(iter(passage.jurisdictions), ""),
        "here": f"{here}/passages/{quote(passage.id, safe='')}",
        "back": here,
        "next": f"{here}/passages/{quote(found.next_unsure, safe='')}" if found.next_unsure else None,
        **document.choices(spoken),
    }
    return shell.page(
        request,
        given.who,
        spoken,
        "manage_passage.html",
        frame.context("documents", spoken) | context,
        section="manage",
        status=422 if refusal else 200,
        headers=frame.NO_STORE,
    )
