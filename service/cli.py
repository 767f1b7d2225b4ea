"""The `council` command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.documents import Distribution, DocumentType, ItemStatus, Role, Status
from indexer.errors import CouncilError, SettingError
from service.commands import backup as backup_commands
from service.commands import doctor as doctor_command
from service.commands import keys as keys_command
from service.commands import observed
from service.commands import replicate as replicate_command
from service.commands import settings as settings_command
from service.setting_sources import in_place

if TYPE_CHECKING:
    from indexer.build import BuildReport
    from indexer.documents import Language
    from indexer.store import Filters
    from service.query import Query

DEFAULT_INDEX = Path(".index")
OK, FAILED, USAGE = 0, 1, 2
UNREAD_MEND = "To have them read, install tesseract with its data for French and English, then index with --rebuild"
SKIPPED_NAMED = 3
# What `export` writes: its formats, the usual one first, and the options that are for it.
_EXPORTS = {
    "passages": (("jsonl", "csv", "xlsx"), ()),
    "follow-ups": (("jsonl", "csv", "xlsx"), ("meeting", "owner", "kind", "status", "doc_language", "language")),
    "matches": (("csv", "xlsx", "jsonl"), ("meeting", "doc_language", "language")),
    "brief": (("docx", "html"), ("topic", "jurisdiction", "date_from", "date_to", "language")),
    "analysis": (("docx", "xlsx"), ("meeting", "language")),
}
_EXPORT_OPTIONS = {"date_from": "--from", "date_to": "--to", "doc_language": "--doc-language"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status: 0 done, 1 something failed, 2 bad usage."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except SettingError as error:
        print(f"council: {error}", file=sys.stderr)
        return USAGE
    except CouncilError as error:
        print(f"council: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        sys.stderr.close()
        return OK


def _run(options: argparse.Namespace) -> int:
    if not getattr(options, "settings_in_place", True):
        return int(options.run(options))
    with in_place(getattr(options, "settings", None)) as values:
        if getattr(options, "index", DEFAULT_INDEX) is None:
            options.index = Path(values.get("index", DEFAULT_INDEX))
        for name in ("model", "reranker", "store"):
            if getattr(options, name, "") is None:
                setattr(options, name, values.get(name))
        return int(options.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="council", description="Search and cited answers over a council's documents, in English and French."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    index = commands.add_parser("index", help="make the index hold exactly the documents of the sources named")
    index.add_argument("sources", nargs="*", type=Path, metavar="SOURCE", help="a document, or a folder of documents")
    _add_index_options(index)
    _add_store_option(index)
    index.add_argument(
        "--shard", metavar="I/N", help="index this part of the sources alone, 1/4 the first of four; needs --store"
    )
    index.add_argument(
        "--finish", action="store_true", help="switch to the generation whose parts are all written; needs --store"
    )
    index.add_argument("--rebuild", action="store_true", help="read and embed everything again")
    index.add_argument(
        "--keep",
        type=int,
        choices=range(1_000),
        metavar="N",
        help="earlier generations that stay, for readers on other machines (default: COUNCIL_KEEP_GENERATIONS, else 1)",
    )
    index.add_argument("--watch", action="store_true", help="then keep up with changes, until interrupted")
    index.set_defaults(run=_index, refuse=index.error)

    search = commands.add_parser("search", help="list the passages nearest to a text")
    search.add_argument("text", help="what to look for, in either language")
    _add_index_options(search)
    _add_store_option(search)
    _add_reranker_option(search)
    _add_query_options(search)
    _add_audience_option(search)
    search.set_defaults(run=_search)

    ask = commands.add_parser("ask", help="answer a question, with citations")
    asked = ask.add_mutually_exclusive_group(required=True)
    asked.add_argument("question", nargs="?", help="the question, in either language")
    asked.add_argument(
        "--for", dest="passage", metavar="PASSAGE_ID", help="who can help with the needs that this passage states"
    )
    _add_index_options(ask)
    _add_store_option(ask)
    _add_reranker_option(ask)
    _add_query_options(ask)
    ask.add_argument(
        "--language", choices=("fr", "en", "auto"), default="auto", help="of the answer (default: the question's)"
    )
    _add_audience_option(ask)
    ask.set_defaults(run=_ask)

    serve = commands.add_parser("serve", help="serve the web page and the HTTP API")
    _add_index_options(serve)
    _add_store_option(serve)
    _add_reranker_option(serve)
    serve.add_argument("--host", help="address to listen on (default: 127.0.0.1, this machine only)")
    serve.add_argument("--port", type=int, help="port to listen on (default: 8000); 0 takes one that is free")
    serve.add_argument("--workers", type=int, metavar="N", help="processes that answer (default: 1)")
    serve.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: the index folder's name-data)")
    serve.set_defaults(run=_serve, settings_in_place=False)

    _add_eval(commands)
    _add_export(commands)
    for part in (keys_command, observed, settings_command, backup_commands, replicate_command, doctor_command):
        part.add(commands)
    return parser


def _add_eval(commands: Any) -> None:
    evaluate = commands.add_parser("eval", help="measure retrieval and answers on gold information needs")
    _add_index_options(evaluate)
    _add_store_option(evaluate)
    _add_reranker_option(evaluate)
    evaluate.add_argument(
        "--gold",
        type=Path,
        nargs="+",
        action="extend",
        required=True,
        metavar="FILE",
        help="needs, one JSON object a line; a folder means its *.jsonl; several may be named",
    )
    evaluate.add_argument("--split", choices=("tune", "test"), help="only the needs of this split")
    evaluate.add_argument("--json", type=Path, metavar="OUT", help="write the report here as JSON")
    evaluate.add_argument("--html", type=Path, metavar="OUT", help="write the report here as one page, need by need")
    evaluate.add_argument("--compare", type=Path, metavar="JSON", help="tell what moved since this earlier report")
    evaluate.add_argument("--gate", type=Path, metavar="FILE", help="fail where a figure is past its borders")
    evaluate.add_argument(
        "--write-baseline", type=Path, metavar="FILE", help="write the figures that the gate allows falls from"
    )
    by_hand = evaluate.add_mutually_exclusive_group()
    by_hand.add_argument(
        "--export-scores", type=Path, metavar="FILE", help="write the answers here, CSV or XLSX, for a person to score"
    )
    by_hand.add_argument(
        "--import-scores", type=Path, metavar="FILE", help="print the totals of such a file, filled in"
    )
    evaluate.set_defaults(run=_eval)


def _add_export(commands: Any) -> None:
    export = commands.add_parser("export", help="write out what the index holds")
    export.add_argument("what", choices=tuple(_EXPORTS))
    _add_index_options(export)
    _add_store_option(export)
    export.add_argument(
        "--format",
        choices=("jsonl", "csv", "xlsx", "docx", "html"),
        help="jsonl (the usual one), csv or xlsx; a brief: docx or html; an analysis: docx or xlsx",
    )
    export.add_argument("--out", type=Path, metavar="FILE", help="write here instead of to standard output")
    _add_item_options(export)
    _add_brief_options(export)
    _add_audience_option(export)
    export.set_defaults(run=_export)


def _add_index_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--index", type=Path, metavar="DIR", help="index folder (default: the setting COUNCIL_INDEX, else .index)"
    )
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help="settings file (default: COUNCIL_SETTINGS, else ./council.toml)"
    )
    parser.add_argument(
        "--model",
        metavar="NAME_OR_PATH",
        help="a sentence-transformers model instead of the bundled one (needs the extra 'models')",
    )


def _add_store_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store",
        metavar="ADDRESS",
        help="keep the index in Qdrant instead, qdrant://host:6333/collection (needs the extra 'qdrant'); what else is "
        "kept stays in the data folder beside --index",
    )


def _add_audience_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--audience",
        choices=[str(audience) for audience in Distribution],
        default=str(Distribution.SECRETARIAT),
        help="as whom to see the documents: what is not for them takes no part (default: secretariat, everything)",
    )


def _add_reranker_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reranker",
        metavar="NAME_OR_PATH",
        help="a cross-encoder that ranks the best 50 passages again (needs the extra 'models')",
    )


def _add_query_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the whole result as JSON")
    several = "several: repeat the option"
    parser.add_argument("--jurisdiction", action="append", default=[], metavar="CODE", help=f"BC, ESDC …; {several}")
    parser.add_argument("--type", action="append", default=[], choices=[str(kind) for kind in DocumentType])
    parser.add_argument("--role", action="append", default=[], choices=[str(role) for role in Role])
    parser.add_argument("--status", action="append", default=[], choices=[str(status) for status in Status])
    parser.add_argument("--from", dest="date_from", metavar="DATE", help="meetings from YYYY, YYYY-MM or YYYY-MM-DD on")
    parser.add_argument(
        "--to", dest="date_to", metavar="DATE", help="meetings up to and with YYYY, YYYY-MM or YYYY-MM-DD"
    )
    parser.add_argument("--doc-language", action="append", default=[], choices=("fr", "en"))
    parser.add_argument("--limit", type=int, default=10, help="passages to return (default: 10)")


def _add_item_options(export: argparse.ArgumentParser) -> None:
    items = export.add_argument_group("of follow-ups, matches and analyses", "repeat a filter for alternatives")
    items.add_argument(
        "--meeting",
        action="append",
        metavar="DATE",
        help="YYYY, YYYY-MM or YYYY-MM-DD; matches and an analysis take one (default: the latest that there is)",
    )
    items.add_argument("--owner", action="append", help="a jurisdiction's code, or a part of the owner's words")
    items.add_argument("--kind", action="append", choices=("decision", "follow-up"))
    items.add_argument("--status", action="append", choices=[str(status) for status in ItemStatus])
    items.add_argument("--doc-language", action="append", choices=("fr", "en"))
    items.add_argument(
        "--language",
        choices=("fr", "en"),
        help="of the words for status, reason and headings (default: a follow-up's or topic's own, else en)",
    )


def _add_brief_options(export: argparse.ArgumentParser) -> None:
    brief = export.add_argument_group("of a brief")
    brief.add_argument("--topic", help="what it is on, in either language: “digital identity”")
    brief.add_argument("--jurisdiction", action="append", metavar="CODE", help="BC, ESDC …; several: repeat the option")
    brief.add_argument("--from", dest="date_from", metavar="DATE", help="meetings from YYYY, YYYY-MM or YYYY-MM-DD on")
    brief.add_argument(
        "--to", dest="date_to", metavar="DATE", help="meetings up to and with YYYY, YYYY-MM or YYYY-MM-DD"
    )


def _filters(options: argparse.Namespace) -> Filters:
    from service.filters import make_filters

    return make_filters(
        jurisdictions=options.jurisdiction,
        types=options.type,
        roles=options.role,
        document_languages=options.doc_language,
        date_from=options.date_from,
        date_to=options.date_to,
    )


def _query(options: argparse.Namespace, text: str, language: Language | None = None) -> Query:
    from service.query import understand

    return understand(
        text,
        language=language,
        filters=_filters(options),
        statuses=_statuses(options),
        limit=options.limit,
    )


def _audience(options: argparse.Namespace) -> Distribution:
    return Distribution(options.audience)


def _statuses(options: argparse.Namespace) -> tuple[Status, ...]:
    return tuple(Status(status) for status in options.status)


def _index(options: argparse.Namespace) -> int:
    from indexer import embedding, generations
    from indexer.stores import open_store
    from service.progress import ProgressBar

    if not options.sources and not options.finish:
        options.refuse("SOURCE: name the documents, or folders of documents, to index")
    if options.store or options.shard or options.finish:
        from service.commands import parts

        parts.check(options)
    if options.keep is not None:
        os.environ[generations.KEEP] = str(options.keep)
    if options.watch:
        from service.commands.watch import watch

        return watch(options, _tell_build)
    store = open_store(options.index, options.store)
    embedder = embedding.load(options.model)
    with ProgressBar() as bar:
        if options.shard or options.finish:
            report = parts.run(options, store, embedder, bar.report)
        else:
            report = store.build(options.sources, embedder, rebuild=options.rebuild, progress=bar.report)
    return _tell_build(report)


def _tell_build(report: BuildReport) -> int:
    for line in _summary(report):
        print(line)
    for source, pages in report.unread_pages:
        numbers = ", ".join(str(number) for number in pages)
        told = f"page {numbers} is a picture" if len(pages) == 1 else f"pages {numbers} are pictures"
        print(f"council: {source}: {told}; not indexed. {UNREAD_MEND}", file=sys.stderr)
    for document_id, passage_id in report.lost_corrections:
        print(
            f"council: {document_id}: the correction of passage {passage_id} finds no passage any more; it is kept. "
            "Make it again on the page /manage/documents, or drop it there",
            file=sys.stderr,
        )
    for failure in report.failures:
        kept = " (the version indexed before is kept)" if failure.kept else ""
        print(f"council: {failure.message}{kept}", file=sys.stderr)
    return FAILED if report.failures else OK


def _summary(report: BuildReport) -> list[str]:
    def count(number: int, noun: str) -> str:
        return f"{number} {noun}{'' if number == 1 else 's'}"

    lines = [
        f"{count(report.documents, 'document')}, {count(report.passages, 'passage')} "
        f"in generation {report.generation}: "
        + (f"{report.read} read, {count(report.embedded, 'passage')} embedded" if report.changed else "nothing changed")
    ]
    lines += [f"removed: {name}" for name in report.removed]
    lines += [f"withdrawn by the secretariat, left out: {name}" for name in report.withdrawn]
    if report.skipped:
        names = ", ".join(path.name for path in report.skipped[:SKIPPED_NAMED])
        more = ", …" if len(report.skipped) > SKIPPED_NAMED else ""
        lines.append(f"{count(len(report.skipped), 'file')} without a document's suffix passed over: {names}{more}")
    if report.failures:
        lines.append(f"{count(len(report.failures), 'file')} could not be read:")
    return lines


def _search(options: argparse.Namespace) -> int:
    from service import render
    from service.engine import Engine

    query = _query(options, options.text)
    engine = Engine(options.index, options.model, options.reranker, store=options.store, audience=_audience(options))
    result = engine.search(query)
    print(result.model_dump_json(indent=2) if options.json else render.search_result(result))
    return OK


def _ask(options: argparse.Namespace) -> int:
    from service import render
    from service.engine import Engine
    from service.wording import open_writer

    language = None if options.language == "auto" else options.language
    engine = Engine(
        options.index,
        options.model,
        options.reranker,
        writer=open_writer(),
        store=options.store,
        audience=_audience(options),
    )
    if options.passage is None:
        answer = engine.answer(_query(options, options.question, language))
    else:
        answer = engine.precedents(
            options.passage,
            language=language,
            filters=_filters(options),
            statuses=_statuses(options),
            limit=options.limit,
        )
    print(answer.model_dump_json(indent=2) if options.json else render.answer(answer))
    return OK


def _serve(options: argparse.Namespace) -> int:
    from service.one_thread import hold_to_one_thread

    hold_to_one_thread()
    from service.server import serve

    names = ("index", "data", "store", "host", "port", "workers", "model", "reranker")
    return serve({name: getattr(options, name) for name in names}, options.settings)


def _eval(options: argparse.Namespace) -> int:
    if options.export_scores or options.import_scores:
        from eval import expert

        expert.main(options)
        return OK
    from eval import runner

    return FAILED if runner.main(options) else OK


def _export(options: argparse.Namespace) -> int:
    from service.export import Stored, export_follow_ups, export_matches, export_passages
    from service.filters import make_item_filters

    form, store = _export_format(options), Stored(options.store, options.model)
    if options.what == "passages":
        export_passages(options.index, form, options.out, audience=_audience(options), store=store)
        return OK
    if options.what == "brief":
        return _export_brief(options, form)
    if options.what == "matches":
        export_matches(
            options.index,
            options.meeting or (),
            form,
            options.out,
            language=options.language or "en",
            document_languages=options.doc_language or (),
            audience=_audience(options),
            store=store,
        )
        return OK
    filters = make_item_filters(
        meetings=options.meeting or (),
        owners=options.owner or (),
        kinds=[kind.replace("-", "_") for kind in options.kind or ()],
        statuses=options.status or (),
        document_languages=options.doc_language or (),
    )
    if options.what == "analysis":
        return _export_analysis(options, form, filters.meetings)
    export_follow_ups(
        options.index, filters, form, options.out, options.language, audience=_audience(options), store=store
    )
    return OK


def _export_format(options: argparse.Namespace) -> Any:
    """The format asked for, or the usual one. Raises SettingError for what is not for what is written."""
    formats, own = _EXPORTS[options.what]
    for name in dict.fromkeys(name for _, names in _EXPORTS.values() for name in names):
        if getattr(options, name) is not None and name not in own:
            takers = " or ".join(what for what, (_, names) in _EXPORTS.items() if name in names)
            spelt = _EXPORT_OPTIONS.get(name, f"--{name}")
            raise SettingError(f"{spelt}: is for {takers}; leave it out to export {options.what}")
    if options.format is not None and options.format not in formats:
        raise SettingError(f"--format {options.format}: is not for {options.what}; use one of {', '.join(formats)}")
    return options.format or formats[0]


def _export_brief(options: argparse.Namespace, form: Any) -> int:
    from service.export import Stored, export_brief
    from service.filters import make_filters

    if options.topic is None:
        raise SettingError('--topic: a brief needs one: --topic "digital identity"')
    filters = make_filters(
        jurisdictions=options.jurisdiction or (), date_from=options.date_from, date_to=options.date_to
    )
    export_brief(
        options.index,
        options.topic,
        form,
        options.out,
        language=options.language,
        filters=filters,
        audience=_audience(options),
        store=Stored(options.store, options.model),
    )
    return OK


def _export_analysis(options: argparse.Namespace, form: Any, meetings: Sequence[str]) -> int:
    from service.export import Stored, export_analysis

    if len(meetings) > 1:
        raise SettingError("--meeting: an analysis is of one meeting; name one")
    export_analysis(
        options.index,
        next(iter(meetings), None),
        form,
        options.out,
        options.language,
        audience=_audience(options),
        store=Stored(options.store, options.model),
    )
    return OK


if __name__ == "__main__":
    sys.exit(main())
