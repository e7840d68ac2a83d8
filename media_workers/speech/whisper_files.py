"""Whisper's files opened: the model on CTranslate2, its tokenizer, the tokens it may not say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from courtstream.domain.errors import ModelMissing


def load(folder: Path, compute_type: str, threads: int, device: str) -> Any:
    """The model out of a CTranslate2 folder; asks no hub. Raises ModelMissing."""
    from faster_whisper import WhisperModel  # heavy: only whoever recognises pays for it

    try:
        return WhisperModel(
            str(folder),
            device=device,
            compute_type=compute_type,
            cpu_threads=threads,
            local_files_only=True,
        )
    except (RuntimeError, ValueError) as error:
        raise ModelMissing("the Whisper folder does not load; run `courtstream doctor`") from error


def tokenizer(whisper: Any) -> Any:
    """The model's tokenizer, set to transcribe Chinese."""
    from faster_whisper.tokenizer import Tokenizer

    return Tokenizer(
        whisper.hf_tokenizer, whisper.model.is_multilingual, task="transcribe", language="zh"
    )


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
