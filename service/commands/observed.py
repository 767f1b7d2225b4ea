"""`council audit` and `council feedback`: what the service keeps of its use, written out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from indexer.errors import CouncilError, SettingError

if TYPE_CHECKING:
    from service.state import State


def add(commands: Any) -> None:
    """Add both commands."""
    audit = commands.add_parser("audit", help="write out the audit log, or remove its old entries")
    audit.add_argument("what", choices=("export", "prune"))
    _add_folder(audit)
    _add_export(audit, ("jsonl", "csv"))
    audit.add_argument("--action", help="only entries of this action: document.read")
    audit.add_argument(
        "--days", type=int, help="prune: how many days entries are kept (default: the setting audit_days)"
    )
    audit.set_defaults(run=_audit)

    feedback = commands.add_parser("feedback", help="write out the feedback on answers, or new gold needs made of it")
    feedback.add_argument("what", choices=("export",))
    _add_folder(feedback)
    _add_export(feedback, ("jsonl", "needs"))
    feedback.add_argument(
        "--verdict",
        choices=("helpful", "not_helpful", "wrong_citation", "missing_jurisdiction"),
        help="only feedback of this verdict",
    )
    feedback.set_defaults(run=_feedback, store=None, model=None)  # the settings say


def _add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--index", type=Path, default=Path(".index"), metavar="DIR", help="index folder (default: .index)"
    )


def _add_export(parser: argparse.ArgumentParser, forms: tuple[str, ...]) -> None:
    parser.add_argument("--format", choices=forms, help=f"{' or '.join(forms)} (default: jsonl)")
    parser.add_argument("--from", dest="date_from", metavar="DATE", help="from YYYY, YYYY-MM or YYYY-MM-DD on (UTC)")
    parser.add_argument("--to", dest="date_to", metavar="DATE", help="up to and with YYYY, YYYY-MM or YYYY-MM-DD")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write here instead of to standard output")


def _audit(options: argparse.Namespace) -> int:
    from service import audit, audit_entries
    from service.audit_entries import AuditFilters
    from service.server_settings import load

    if options.what == "prune":
        for name in ("format", "date_from", "date_to", "action", "out"):
            if getattr(options, name) is not None:
                raise SettingError(f"--{name.removeprefix('date_')}: is for export; leave it out to prune")
        if options.days is not None and options.days < 1:
            raise SettingError(f"--days {options.days}: give 1 or more")
        removed = audit.prune(_state(options), options.days or load().settings.audit_days)
        print(f"{removed} {'entry' if removed == 1 else 'entries'} removed")  # noqa: T201
        return 0
    if options.days is not None:
        raise SettingError("--days: is for prune; leave it out to export, and use --from and --to")
    filters = AuditFilters.model_construct(
        date_from=options.date_from, date_to=options.date_to, action=options.action, caller=None, subject=None
    )
    filters.conditions()
    with _opened(options.out, options.format or "jsonl") as out:
        audit_entries.write(audit_entries.every(_state(options), filters), options.format or "jsonl", out)
    return 0


def _feedback(options: argparse.Namespace) -> int:
    from service import feedback
    from service.feedback import FeedbackFilters

    filters = FeedbackFilters.model_construct(
        verdict=options.verdict, date_from=options.date_from, date_to=options.date_to
    )
    entries = feedback.every(_state(options), filters)
    if options.format == "needs":
        from eval.from_feedback import drafts
        from indexer import embedding
        from service.serving import open_seen

        embedder = embedding.load(options.model) if options.store else None
        index = open_seen(options.index, embedder=embedder, store=options.store)
        lines = [draft.model_dump_json(exclude_defaults=True) for draft in drafts(entries, index)]
    else:
        lines = [entry.model_dump_json() for entry in entries]
    with _opened(options.out, "jsonl") as out:
        out.writelines(line + "\n" for line in lines)
    return 0


def _state(options: argparse.Namespace) -> State:
    """The service's memory. Raises CouncilError where there is none yet."""
    from indexer.data_folder import data_folder
    from service.state import State

    state = State(data_folder(options.index))
    if not state.exists():
        raise CouncilError(
            f"{state.path}: there is no such file, so nothing has been kept yet; name the index that is served with "
            "--index, or its data folder with COUNCIL_DATA"
        )
    return state


@contextmanager
def _opened(out: Path | None, form: str) -> Iterator[TextIO]:
    """The file to write to, or standard output. Raises CouncilError where it cannot be written."""
    if out is None:
        yield sys.stdout
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        # Excel takes a CSV file for UTF-8 only with a byte order mark.
        with out.open(
            "w", encoding="utf-8-sig" if form == "csv" else "utf-8", newline="" if form == "csv" else "\n"
        ) as stream:
            yield stream
    except OSError as error:
        raise CouncilError(f"{out}: cannot be written ({error.strerror or error}); name another with --out") from error
