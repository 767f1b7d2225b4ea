from eval.benchmarks import council_like
from eval.benchmarks.load import answer_requests, script, search_requests
from indexer import embedding
from indexer.build import build
from indexer.documents import Distribution
from indexer.store import open_index
from service.query import understand


def test_the_same_seed_gives_the_same_documents_and_another_seed_others():
    first = list(council_like.documents(200, seed=4))
    assert first == list(council_like.documents(200, seed=4))
    assert first[0].text != next(iter(council_like.documents(200, seed=5))).text
    assert {made.entry["language"] for made in first} == {"en", "fr"}


def test_they_are_read_as_forms_and_records_with_owners_translations_and_audiences(tmp_path):
    council_like.write(tmp_path / "sources", 1_000)
    report = build([tmp_path / "sources"], tmp_path / "index", embedding.load())
    assert not report.failures
    index = open_index(tmp_path / "index")
    assert 900 <= len(index.passages()) <= 1_300
    assert {record.type for record in index.documents()} == {"exchange_form", "decision_record"}
    assert any(record.translation_of for record in index.documents())
    assert {passage.role for passage in index.passages()} >= {
        "achievement",
        "priority",
        "need",
        "decision",
        "follow_up",
    }
    assert index.items() and index.seen_by(Distribution.PUBLIC).passages()


def test_questions_differ_are_of_all_kinds_and_most_are_taken_for_the_kind_meant():
    asked = council_like.questions(600)
    assert len({one.text for one in asked}) == 600
    assert {one.kind for one in asked} == {"list", "fact", "decision", "precedent"}
    assert sum(understand(one.text).kind == one.kind for one in asked) > 0.9 * len(asked)


def test_the_script_holds_every_request_once_in_plain_signs():
    asked = council_like.questions(4_100)
    written = script([*answer_requests(asked[:4_050]), *search_requests(asked[4_050:])])
    assert written.count("'POST'") == 4_050 and written.count("'GET'") == 50
    assert written.isascii()
    assert written.count("local function make") == 3  # no function holds more constants than Lua takes
