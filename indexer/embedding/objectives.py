"""What the student is trained for, as losses over batches of unnormalised sentence vectors (torch).

InfoNCE is van den Oord et al. 2018 (arXiv 1807.03748), with the other rows of the batch as negatives;
prefixes that work alone are Matryoshka representation learning, Kusupati et al. 2022 (arXiv 2205.13147).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize, softmax


def contrastive(
    left: Tensor, right: Tensor, left_text: Tensor, right_text: Tensor, *, scale: float, same_side: bool
) -> Tensor:
    """Symmetric InfoNCE: row i of `left` must be nearest to row i of `right`, both ways.

    `left`, `right`: (n, d), normalised here. `left_text`, `right_text`: (n,) numbers that are equal for equal
    texts, so that a second copy of the right answer does not count as wrong. `scale` multiplies the cosine.
    `same_side` adds the other rows of the same side as negatives.
    """
    left, right = normalize(left, dim=1), normalize(right, dim=1)
    across = scale * left @ right.T
    copies = _copies(left_text, right_text)
    across = across.masked_fill(copies, float("-inf"))
    forward, backward = across, across.T
    if same_side:
        # A row is no negative of itself, nor is another row with the same text, on either side.
        forward = torch.cat([across, _among(left, copies, scale)], dim=1)
        backward = torch.cat([across.T, _among(right, copies, scale)], dim=1)
    target = torch.arange(len(left))
    return (cross_entropy(forward, target) + cross_entropy(backward, target)) / 2


def imitation(student: Tensor, teacher: Tensor) -> Tensor:
    """One minus the mean cosine of the student's rows (n, d) and the first d columns of the teacher's."""
    width = student.shape[1]
    cosines = (normalize(student, dim=1) * normalize(teacher[:, :width], dim=1)).sum(dim=1)
    return 1 - cosines.mean()


def neighbourhood(left: Tensor, right: Tensor, left_teacher: Tensor, right_teacher: Tensor, *, scale: float) -> Tensor:
    """Cross-entropy, both ways, from who is near whom by the teacher to who is near whom by the student.

    Unlike InfoNCE it does not push apart two texts that say nearly the same. Row i of the teacher's is for row i of
    the student's on the same side, and may have another width. `scale` multiplies the cosines of both.
    """
    across = scale * normalize(left, dim=1) @ normalize(right, dim=1).T
    teacher = scale * normalize(left_teacher, dim=1) @ normalize(right_teacher, dim=1).T
    forward = cross_entropy(across, softmax(teacher, dim=1))
    return (forward + cross_entropy(across.T, softmax(teacher.T, dim=1))) / 2


def _copies(left_text: Tensor, right_text: Tensor) -> Tensor:
    """Where row j says the same as row i, i ≠ j, judged by either side: (n, n) of bool."""
    same = (left_text[:, None] == left_text[None, :]) | (right_text[:, None] == right_text[None, :])
    return same & ~torch.eye(len(left_text), dtype=torch.bool)


def _among(vectors: Tensor, copies: Tensor, scale: float) -> Tensor:
    excluded = copies | torch.eye(len(vectors), dtype=torch.bool)
    return (scale * vectors @ vectors.T).masked_fill(excluded, float("-inf"))
