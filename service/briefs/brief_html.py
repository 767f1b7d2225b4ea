"""A brief as one HTML page that needs nothing beside it."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from service.briefs import wording
from service.briefs.content import Brief
from service.briefs.restricted import footer_notice
from service.messages import message


def as_html(brief: Brief) -> str:
    """The page of a brief."""
    spoken = brief.language
    page = _template().render(
        brief=brief,
        spoken=spoken,
        text=lambda key, **values: message(key, spoken, **values),
        meeting=lambda date: wording.meeting(date, spoken),
        whereabouts=lambda cited: wording.whereabouts(cited, spoken),
        quoted=wording.quoted,
        overviews=wording.overviews(brief),
        furthest=wording.furthest,
        title=message("brief.title", spoken, topic="\0").split("\0"),
        foot=footer_notice(brief.restricted, spoken),
    )
    return wording.clean(page)


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("service.briefs"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("standings.html")
