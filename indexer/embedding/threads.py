"""One thread for everything: figures a second that can be compared from machine to machine."""

from __future__ import annotations

import os

_VARIABLES = ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def single_thread() -> None:
    """Hold tokenizers, BLAS and torch to one thread; those that have already worked may not notice."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    for variable in _VARIABLES:
        os.environ[variable] = "1"
