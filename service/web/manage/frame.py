"""What the section's pages share: the part that they are in, how they write times and numbers, and what is asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel, ValidationError

from indexer.documents import Language
from service.messages import RefusedError, message, table
from service.web.manage import written

# Nothing that the section shows may lie about in a browser's cache after signing out.
NO_STORE = {"Cache-Control": "no-store", "Vary": "Cookie, Authorization, Accept-Language"}
_Asked = TypeVar("_Asked", bound=BaseModel)


def context(part: str, spoken: Language) -> dict[str, Any]:
    """What `manage_menu.html` and the templates of the section need."""
    return {
        "part": part,
        "moment": lambda at: written.moment(at, spoken),
        "number": lambda value: written.number(value, spoken),
        "size": lambda count: written.size(count, spoken),
        "action_name": lambda action: _named(f"manage.action.{action.replace('.', '_')}", action, spoken),
        "role_name": lambda role: _named(f"caller_role.{role}", role, spoken),
    }


def _named(key: str, otherwise: str, spoken: Language) -> str:
    """What a person reads for a name of the audit log; an entry of an older version keeps the name it has."""
    return message(key, spoken) if key in table() else otherwise


def given(request: Request, *names: str) -> dict[str, str]:
    """What of the query parameters `names` is filled in: forms send the fields left empty too."""
    found = {name: (request.query_params.get(name) or "").strip() for name in names}
    return {name: value for name, value in found.items() if value}


def read(model: type[_Asked], fields: dict[str, str], spoken: Language, **fixed: object) -> tuple[_Asked, str | None]:
    """What `fields` ask for, or nothing in particular, and what is wrong with them in the reader's language."""
    try:
        found = model.model_validate(fields | fixed)
        conditions = getattr(found, "conditions", None)
        if conditions is not None:
            conditions()
    except RefusedError:  # only of dates, by names that a form does not show
        return model.model_validate(fixed), message("manage.no_date", spoken)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        return model.model_validate(fixed), message("manage.unusable", spoken, field=message(_label(field), spoken))
    return found, None


def _label(field: str) -> str:
    known = ("from", "to", "verdict", "action", "caller", "subject", "before", "offset", "page", "show")
    return f"manage.field.{field if field in known else 'other'}"


def download(lines: Iterable[str], name: str) -> Response:
    """A file of lines to save, under `name`."""
    content = "".join(f"{line}\n" for line in lines)
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/x-ndjson; charset=utf-8", headers=headers)
