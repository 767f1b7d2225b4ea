"""One thread for the numbers of each request: a server answers several at once, and has no core to spare for one."""

from __future__ import annotations

import os

_VARIABLES = ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def hold_to_one_thread() -> None:
    """Hold BLAS and the tokenizer to the thread that calls them, unless the environment says otherwise.

    To be called before numpy is loaded, which reads this once.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for variable in _VARIABLES:
        os.environ.setdefault(variable, "1")
