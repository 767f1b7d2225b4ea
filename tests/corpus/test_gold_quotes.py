import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDS = [
    json.loads(line)
    for path in sorted((ROOT / "eval/gold").glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]
MANIFEST = tomllib.loads((ROOT / "corpus/manifest.toml").read_text(encoding="utf-8"))["document"]
PROVINCES_AND_TERRITORIES = {"BC", "AB", "SK", "MB", "ON", "QC", "NB", "NS", "PE", "NL", "YT", "NT", "NU"}
FEDERAL_AND_OTHER = {
    "ESDC",
    "CRA",
    "TBS",
    "IRCC",
    "IRB",
    "VAC",
    "PSPC",
    "ISED",
    "CIRNAC",
    "MUNI",
    "ICCS",
}
CODES = PROVINCES_AND_TERRITORIES | FEDERAL_AND_OTHER
STATUSES = {"delivered", "piloting", "in_progress", "planned", "exploring", "asking", "sharing"}
KINDS = {"list": 52, "fact": 36, "decision": 40, "precedent": 32, "none": 60}


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("’", "'").replace("**", "")).strip()


def blocks_by_file() -> dict[str, list[str]]:
    found = {}
    for path in (ROOT / "corpus/sources").glob("*.md"):
        _, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
        found[tomllib.loads(front)["file"]] = [plain(line) for line in body.splitlines()]
    return found


BLOCKS = blocks_by_file()


def identifier(need: dict) -> str:
    return need["id"]


def test_ids_are_unique():
    assert len({need["id"] for need in NEEDS}) == len(NEEDS) == sum(KINDS.values())


def test_kinds_are_shared_equally_between_tuning_and_testing():
    counted = Counter((need["kind"], need["split"]) for need in NEEDS)
    assert counted == {(kind, split): n // 2 for kind, n in KINDS.items() for split in ("tune", "test")}


@pytest.mark.parametrize("need", NEEDS, ids=identifier)
def test_need_is_complete(need):
    assert need["question_en"].strip() and need["question_fr"].strip()
    assert need["question_en"] != need["question_fr"]
    none = need["kind"] == "none"
    assert bool(need["answer_en"]) is bool(need["answer_fr"]) is bool(need["evidence"]) is not none
    assert bool(need["jurisdictions"]) is (need["kind"] == "list")


@pytest.mark.parametrize("need", NEEDS, ids=identifier)
def test_codes_and_statuses_are_known(need):
    for entry in need["jurisdictions"]:
        assert {entry["code"], *entry.get("alt", [])} <= CODES
        assert {entry["status"], *entry.get("alt_status", [])} <= STATUSES
        assert entry["status"] not in entry.get("alt_status", [])
    for piece in need["evidence"]:
        assert piece["jurisdiction"] is None or piece["jurisdiction"] in CODES
        assert (piece.get("role") in {"need", "answer"}) is (need["kind"] == "precedent")


@pytest.mark.parametrize("need", NEEDS, ids=identifier)
def test_every_required_jurisdiction_has_evidence(need):
    wanted = {entry["code"] for entry in need["jurisdictions"] if not entry.get("optional")}
    assert wanted <= {piece["jurisdiction"] for piece in need["evidence"]}


@pytest.mark.parametrize("need", NEEDS, ids=identifier)
def test_quotes_stand_in_one_paragraph_of_their_document(need):
    for piece in need["evidence"]:
        quote = plain(piece["quote"])
        assert 40 <= len(quote) <= 200
        assert any(quote in block for block in BLOCKS[piece["doc"]]), quote


@pytest.mark.parametrize("need", [n for n in NEEDS if n["evidence"]], ids=identifier)
def test_evidence_covers_both_language_versions(need):
    cited = {piece["doc"] for piece in need["evidence"]}
    for document in MANIFEST:
        if original := document.get("translation_of"):
            assert (document["file"] in cited) is (original in cited)
