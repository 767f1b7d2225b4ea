"""The tokenizer of the bundled model: how French and English text becomes sub-word tokens."""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

UNKNOWN = "[UNK]"
_WORD_START = "▁"
_CONTINUES = "##"


def train_tokenizer(texts: Iterable[str], size: int) -> Tokenizer:
    """Learn a WordPiece vocabulary of at most `size` tokens from texts of both languages.

    Accents and case are folded, ligatures opened, and only letters and digits kept, so that `Éducation`,
    `education` and `EDUCATION` are the same token: questions are often typed without accents.

    The pieces are learned by byte-pair encoding with a mark at the start of words, and written down as
    WordPiece: the library's own WordPiece trainer breaks ties in an order that differs from run to run.
    """
    learner = Tokenizer(models.BPE(unk_token=UNKNOWN))
    learner.normalizer = _normalizer()
    marks = pre_tokenizers.Metaspace(replacement=_WORD_START, prepend_scheme="always")
    learner.pre_tokenizer = pre_tokenizers.Sequence([*_words(), marks])
    trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=2, special_tokens=[UNKNOWN], show_progress=False)
    learner.train_from_iterator(texts, trainer)

    tokenizer = Tokenizer(models.WordPiece(_pieces(learner.get_vocab(), size), unk_token=UNKNOWN))
    tokenizer.normalizer = _normalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(_words())
    return tokenizer


def _normalizer() -> normalizers.Normalizer:
    return normalizers.Sequence(
        [
            normalizers.NFKD(),
            normalizers.StripAccents(),
            normalizers.Lowercase(),
            normalizers.Replace("œ", "oe"),
            normalizers.Replace("æ", "ae"),
        ]
    )


def _words() -> list[pre_tokenizers.PreTokenizer]:
    return [
        pre_tokenizers.Split(Regex(r"[^\p{L}\p{N}]+"), "removed"),
        pre_tokenizers.Digits(individual_digits=False),
    ]


def _pieces(learned: dict[str, int], size: int) -> dict[str, int]:
    """Byte-pair tokens as WordPiece tokens: every letter, at the start and inside of words, then the rest."""
    ordered = sorted(learned, key=learned.__getitem__)
    letters = [token for token in ordered if len(token) == 1 and token != _WORD_START]
    names = [UNKNOWN, *letters, *(_CONTINUES + letter for letter in letters)]
    for token in ordered:
        bare = token.removeprefix(_WORD_START)
        if bare and token != UNKNOWN:
            names.append(bare if bare != token else _CONTINUES + token)
    return {name: i for i, name in enumerate(list(dict.fromkeys(names))[:size])}
