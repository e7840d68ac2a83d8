"""Whisper's files opened: the model on CTranslate2, its tokenizer, the tokens it may not say."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from courtstream.control.memory import hand_back, keep_large_apart
from courtstream.domain.errors import ModelMissing
from media_workers.speech.lean import Vocabulary, lean, whole

_KEPT_SHAPES = "16"
"""oneDNN keeps what it has made ready for each shape it has seen, 1,024 of them unless told
otherwise. Every window is of another length, so that none serves twice: 160 MB after 300 windows
of one hearing, and no CPU time saved (measured)."""


def load(folder: Path, compute_type: str, threads: int, device: str) -> tuple[Any, Vocabulary]:
    """The model out of a CTranslate2 folder and the tokens it knows; asks no hub.

    Raises ModelMissing.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", _KEPT_SHAPES)
    from faster_whisper import WhisperModel  # heavy: only whoever recognises pays for it

    # a tenth of what CTranslate2 takes for packed weights is ever written: after each analyser
    # that fell, a worker held 60 MB more
    keep_large_apart()
    hand_back()
    files, vocabulary = lean(folder) or (None, None)
    try:
        model = WhisperModel(
            str(folder),
            device=device,
            compute_type=compute_type,
            cpu_threads=threads,
            local_files_only=True,
            files=files,
        )
        return model, vocabulary or whole(model.hf_tokenizer.get_vocab_size())
    except (RuntimeError, ValueError) as error:
        raise ModelMissing("the Whisper folder does not load; run `courtstream doctor`") from error


def tokenizer(whisper: Any) -> Any:
    """The model's tokenizer, set to transcribe Chinese."""
    from faster_whisper.tokenizer import Tokenizer

    return Tokenizer(whisper.hf_tokenizer, True, task="transcribe", language="zh")


def suppressed(tokenizer: Any) -> list[int]:
    """Tokens that are no speech, and the special ones."""
    special = (
        tokenizer.transcribe,
        tokenizer.translate,
        tokenizer.sot,
        tokenizer.sot_prev,
        tokenizer.sot_lm,
        tokenizer.no_speech,
    )
    return sorted({*tokenizer.non_speech_tokens, *special})
