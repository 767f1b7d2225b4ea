"""Train the model that tells a question's kind: `python -m eval.question_kinds.train [--gold FILE_OR_FOLDER ...]`.

Writes `service/data/question_kinds.json` from the questions to tune on, and prints how well it does on those held out
and, for each --gold, on its needs to tune on (all of them, where the file has no splits).
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.question_kinds.questions import Question, gold_questions, read_questions, score, table
from service.question_kind import KINDS, WEIGHTS, features, kind_of

PATH = Path(__file__).resolve().parents[2] / "service" / "data" / WEIGHTS

_SEEN = 2  # questions that a feature must hold of to count
_STRENGTH = 0.3  # inverse of the penalty on large weights; by ten-fold cross-validation, flat from 0.1 to 1
_DIGITS = 2


def train(questions: Sequence[Question]) -> dict[str, Any]:
    """The model as stored: weights of each feature, one for each of `KINDS`. The same questions give the same model."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    held = [features(one.question) for one in questions]
    counts = Counter(name for names in held for name in names)
    kept = sorted(name for name, count in counts.items() if count >= _SEEN)
    places = {name: place for place, name in enumerate(kept)}
    matrix = np.zeros((len(held), len(kept)))
    for row, names in enumerate(held):
        matrix[row, [places[name] for name in names if name in places]] = 1
    model = LogisticRegression(C=_STRENGTH, max_iter=5_000, tol=1e-6)
    model.fit(matrix, [one.kind for one in questions])
    order = [list(model.classes_).index(kind) for kind in KINDS]
    start, weights = model.intercept_[order], model.coef_[order].T
    return {
        "kinds": list(KINDS),
        "start": _rounded(start),
        "weights": {name: _rounded(weights[place]) for name, place in places.items()},
    }


def write(model: dict[str, Any], path: Path) -> None:
    """Store the model, a line for each feature."""
    lines = [f"{json.dumps(name, ensure_ascii=False)}: {weights}" for name, weights in model["weights"].items()]
    head = f'{{"kinds": {json.dumps(model["kinds"])},\n"start": {model["start"]},\n"weights": {{\n'
    path.write_text(head + ",\n".join(lines) + "\n}}\n", encoding="utf-8")


def _rounded(values: Any) -> list[float]:
    return [round(float(value), _DIGITS) + 0.0 for value in values]  # + 0.0: no minus before a zero


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m eval.question_kinds.train", description=__doc__)
    parser.add_argument("--gold", type=Path, action="append", default=[])
    parser.add_argument("--split", default="tune", help="of the gold needs; 'all' for every one")
    parser.add_argument("--keep", action="store_true", help="measure the model as stored, train none")
    options = parser.parse_args()
    if not options.keep:
        write(train(read_questions("tune")), PATH)
    measured = {"questions, held out": read_questions("held_out")}
    split = None if options.split == "all" else options.split
    measured |= {str(path): gold_questions(path, split=split) for path in options.gold}
    for name, questions in measured.items():
        scored = score(kind_of, questions)
        print(f"{name}: {len(questions)} questions, {scored.accuracy:.3f} right")
        print(table(scored, KINDS))


if __name__ == "__main__":
    main()
