"""The student: a table of token vectors, and the loop that trains it (torch)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import embedding_bag
from tqdm import tqdm

from indexer.embedding.batches import TokenBags, endless, epoch
from indexer.embedding.objectives import contrastive, imitation, neighbourhood


@dataclass(frozen=True)
class Recipe:
    """Every number that training depends on; the defaults are the bundled model's."""

    dimension: int = 384
    vocabulary: int = 32_000
    epochs: int = 4
    seed: int = 0
    runs: int = 2
    batch: int = 1_024
    learning_rate: float = 0.03
    warm_up: float = 0.05
    longest: int = 96
    token_dropout: float = 0.1
    scale: float = 25.0
    prefix_weight: float = 0.4
    prefixes: tuple[int, ...] = (128, 64)
    imitation_weight: float = 2.5
    imitation_prefix: int = 128
    neighbourhood_weight: float = 1.0
    title_weight: float = 1.5
    title_imitation_weight: float = 1.0
    title_neighbourhood_weight: float = 1.0
    question_share: float = 0.3
    title_repeats: dict[str, int] = field(default_factory=lambda: {"digital": 4, "council": 8})
    repeats: dict[str, int] = field(default_factory=lambda: {"digital": 2, "everyday": 5, "glossary": 1, "council": 8})
    limits: dict[str, int] = field(default_factory=lambda: {"laws": 90_000})


@dataclass(frozen=True)
class Sides:
    """The same texts in two languages, with a number for each distinct text."""

    english: TokenBags
    french: TokenBags
    english_text: NDArray[np.int64]
    french_text: NDArray[np.int64]


@dataclass(frozen=True)
class Lesson:
    """All that a student is shown.

    `teacher` has a unit row for each row of `taught` (rows of `pairs`), and none for the others. Row i of
    `titles` stands over row i of `texts`; `title_teacher` and `text_teacher` have unit rows for `taught_titles`.
    `frames` are the words that make a question of a title.
    """

    pairs: Sides
    pair_rows: dict[str, NDArray[np.int64]]
    taught: NDArray[np.int64]
    teacher: NDArray[np.float32]
    titles: Sides
    texts: Sides
    title_rows: NDArray[np.int64]
    taught_titles: NDArray[np.int64]
    title_teacher: NDArray[np.float32]
    text_teacher: NDArray[np.float32]
    frames: tuple[TokenBags, TokenBags]


def train_table(start: NDArray[np.float32], lesson: Lesson, recipe: Recipe) -> NDArray[np.float32]:
    """Train from `start`, (tokens, dimension), and return the table after the last step.

    Adam with a warm-up and a linear decay to nothing. The same seed and threads give the same table.
    """
    random = np.random.default_rng(recipe.seed)
    torch.manual_seed(recipe.seed)
    table = torch.nn.Parameter(torch.from_numpy(start.copy()))
    batches = [
        batch
        for _ in range(recipe.epochs)
        for batch in epoch(lesson.pair_rows, recipe.repeats, recipe.limits, recipe.batch, random)
    ]
    title_batches = endless(lesson.title_rows, recipe.batch, random) if len(lesson.title_rows) > 1 else None
    optimiser = torch.optim.Adam([table], lr=recipe.learning_rate, betas=(0.9, 0.99), fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, _linear(len(batches), recipe.warm_up))
    step = Step(table, lesson, recipe, random)
    for batch in tqdm(batches, desc="training", unit="step", mininterval=10):
        optimiser.zero_grad(set_to_none=True)
        loss = step.pairs(batch)
        if title_batches is not None:
            loss = loss + step.titles(next(title_batches))
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    return np.asarray(table.detach().numpy(), dtype=np.float32)


class Step:
    """The losses of one step, for one table."""

    def __init__(self, table: Tensor, lesson: Lesson, recipe: Recipe, random: np.random.Generator) -> None:
        self._table, self._lesson, self._recipe, self._random = table, lesson, recipe, random
        self._teacher_row = _places(lesson.taught, len(lesson.pairs.english))
        self._title_teacher_row = _places(lesson.taught_titles, len(lesson.titles.english))

    def pairs(self, rows: NDArray[np.int64]) -> Tensor:
        """A translation is nearest, and both sides point where the teacher points, where it was asked."""
        sides, recipe = self._lesson.pairs, self._recipe
        english, french = self._encode(sides.english, rows), self._encode(sides.french, rows)
        loss = self._contrast(english, french, sides.english_text[rows], sides.french_text[rows], same_side=True)
        taught = np.flatnonzero(self._teacher_row[rows] >= 0)
        if len(taught) and recipe.imitation_weight:
            teacher = torch.from_numpy(self._lesson.teacher[self._teacher_row[rows[taught]]])
            share = len(taught) / len(rows)
            for student in (english[taught], french[taught]):
                whole = imitation(student, teacher)
                prefix = imitation(student[:, : recipe.imitation_prefix], teacher)
                loss = loss + share * recipe.imitation_weight * (whole + 0.4 * prefix)
            if recipe.neighbourhood_weight:
                near = neighbourhood(english[taught], french[taught], teacher, teacher, scale=recipe.scale)
                loss = loss + share * recipe.neighbourhood_weight * near
        return loss

    def titles(self, rows: NDArray[np.int64]) -> Tensor:
        """A title, or a question made of it, is nearest to its text, and as near to the others as the teacher says.

        The language of each side is drawn for the whole batch.
        """
        lesson, recipe = self._lesson, self._recipe
        title_french, text_french = self._random.random(2) < 0.5
        title, title_text = self._side(lesson.titles, rows, french=title_french)
        text, text_text = self._side(lesson.texts, rows, french=text_french)
        if recipe.question_share:
            title = title + self._frames(lesson.frames[int(title_french)], len(rows))
        loss = recipe.title_weight * self._contrast(title, text, title_text, text_text, same_side=False)
        taught = np.flatnonzero(self._title_teacher_row[rows] >= 0)
        if len(taught):
            places = self._title_teacher_row[rows[taught]]
            title_teacher = torch.from_numpy(lesson.title_teacher[places])
            text_teacher = torch.from_numpy(lesson.text_teacher[places])
            share = len(taught) / len(rows)
            if recipe.title_imitation_weight:
                copied = imitation(title[taught], title_teacher) + imitation(text[taught], text_teacher)
                loss = loss + share * recipe.title_imitation_weight * copied
            if recipe.title_neighbourhood_weight:
                near = neighbourhood(title[taught], text[taught], title_teacher, text_teacher, scale=recipe.scale)
                loss = loss + share * recipe.title_neighbourhood_weight * near
        return loss

    def _side(self, sides: Sides, rows: NDArray[np.int64], *, french: bool) -> tuple[Tensor, NDArray[np.int64]]:
        bags, numbers = (sides.french, sides.french_text) if french else (sides.english, sides.english_text)
        return self._encode(bags, rows), numbers[rows]

    def _frames(self, bags: TokenBags, titles: int) -> Tensor:
        """The words of a question around each title, drawn anew; zeros for titles that stay as they are."""
        drawn = self._encode(bags, self._random.integers(len(bags), size=titles))
        asked = (self._random.random(titles) < self._recipe.question_share).astype(np.float32)
        return drawn * torch.from_numpy(asked)[:, None]

    def _contrast(
        self,
        left: Tensor,
        right: Tensor,
        left_text: NDArray[np.int64],
        right_text: NDArray[np.int64],
        *,
        same_side: bool,
    ) -> Tensor:
        width = int(self._random.choice(self._recipe.prefixes))
        left_numbers, right_numbers = torch.from_numpy(left_text), torch.from_numpy(right_text)
        whole = contrastive(left, right, left_numbers, right_numbers, scale=self._recipe.scale, same_side=same_side)
        prefix = contrastive(
            left[:, :width],
            right[:, :width],
            left_numbers,
            right_numbers,
            scale=self._recipe.scale,
            same_side=same_side,
        )
        return whole + self._recipe.prefix_weight * prefix

    def _encode(self, bags: TokenBags, rows: NDArray[np.int64]) -> Tensor:
        """Sum of token vectors, (n, dimension): the mean's direction, which is all that the losses see."""
        tokens, begins = bags.take(rows)
        kept = (self._random.random(len(tokens)) >= self._recipe.token_dropout).astype(np.float32)
        return embedding_bag(
            torch.from_numpy(tokens),
            self._table,
            torch.from_numpy(begins),
            mode="sum",
            per_sample_weights=torch.from_numpy(kept),
        )


def _places(chosen: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
    """For each of `rows`, its place in `chosen`, -1 where it is not in there."""
    places = np.full(rows, -1, dtype=np.int64)
    places[chosen] = np.arange(len(chosen))
    return places


class _linear:
    """Learning-rate factor by step: up over the warm-up share of `steps`, then down to nothing."""

    def __init__(self, steps: int, warm_up: float) -> None:
        self._steps, self._rise = steps, max(1, round(steps * warm_up))

    def __call__(self, step: int) -> float:
        if step < self._rise:
            return (step + 1) / self._rise
        return max(0.0, (self._steps - step) / max(1, self._steps - self._rise))


def number_texts(texts: Sequence[str]) -> NDArray[np.int64]:
    """A number for each text, equal where the texts are equal."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(text, len(numbers)) for text in texts], dtype=np.int64)
