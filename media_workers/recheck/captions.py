"""Caption files made anew from the words in the journal, by the record as it is now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import SECOND, MediaTime, Span
from courtstream.domain.timed_text import masked, timed
from courtstream.domain.transcript import Word
from media_workers.outputs import webvtt
from media_workers.outputs.files import replace, write_durably
from media_workers.recheck.shelf import next_name
from media_workers.runtime.items import Caption
from media_workers.runtime.journal import Journal
from media_workers.speech.captions import CaptionLines

LATE = 8 * SECOND
"""A caption may stand in a file this long after it was said: it was complete only then."""


@dataclass(frozen=True, slots=True)
class _File:
    n: int
    uri: str
    span: Span
    cut: bool


class CaptionFiles:
    """The caption files of one hearing's public folder."""

    def __init__(self, live: Path, journal: Journal, rows: Sequence[JournalRow]) -> None:
        self._live, self._journal, self._rows = live, journal, rows

    def remake(
        self,
        changed: Sequence[Span],
        hidden: Sequence[Span],
        turns: Sequence[Mapping[str, Any]] | None = None,
    ) -> list[str]:
        """Write those near a changed stretch anew; gives the old names.

        `turns`: what people corrected, in place of what the journal says they did.
        """
        files = [
            file
            for file in _files(self._rows)
            if any(span.padded(LATE, LATE).overlaps(file.span) for span in changed)
        ]
        if not files:
            return []
        cues = captions(self._rows, hidden, corrected(self._rows) if turns is None else turns)
        names = {file.uri: self._write(file, cues) for file in files}
        self._journal.sync()
        path = self._live / "captions.m3u8"
        lines = path.read_text(encoding="utf-8").splitlines()
        replace(path, "\n".join(names.get(line, line) for line in lines) + "\n")
        return list(names)

    def _write(self, file: _File, cues: Iterable[Caption]) -> str:
        name = next_name(file.uri, self._live)
        mine = [cue for cue in cues if cue.span.overlaps(file.span)]
        write_durably(self._live / name, webvtt.document(mine).encode())
        self._journal.write(
            RowKind.CAPTION,
            file.span.start,
            n=file.n,
            uri=name,
            start=file.span.start,
            end=file.span.end,
            cut=file.cut,
            replaces=file.uri,
        )
        return name


def corrected(rows: Iterable[JournalRow]) -> list[Mapping[str, Any]]:
    """The turns as people had corrected them when captions were made anew last."""
    texts: list[Mapping[str, Any]] = []
    for row in rows:
        if row.kind is RowKind.SECOND_PASS and "texts" in row.body:
            texts = list(row.body["texts"])
    return texts


def captions(
    rows: Iterable[JournalRow],
    hidden: Sequence[Span],
    turns: Sequence[Mapping[str, Any]] = (),
) -> list[Caption]:
    """All captions of a hearing, in order of time, with what is hidden by now masked.

    `turns`: corrected ones, {start, end, words}; they stand in place of what was recognised.
    """
    lines = CaptionLines()
    cues: list[Caption] = []
    for words in _spoken(rows, hidden, turns):
        for word in words:
            cues += lines.push([word], word.span.end)
    return [*cues, *lines.flush()]


def _spoken(
    rows: Iterable[JournalRow], hidden: Sequence[Span], turns: Sequence[Mapping[str, Any]]
) -> Iterable[list[Word]]:
    said = [(Span(int(t["start"]), int(t["end"])), t["words"]) for t in turns]
    for row in rows:
        if row.kind is RowKind.WORDS:
            body = row.body.get("utterance", row.body)
            whole = Span(int(body["start"]), int(body["end"]))
            if not any(span.start <= whole.start and whole.end <= span.end for span, _ in said):
                said.append((whole, body.get("words") or [[body["text"], *_bounds(whole)]]))
    for whole, words in sorted(said, key=lambda pair: pair[0]):
        chars = timed("".join(str(word[0]) for word in words), words, whole)
        yield [Word(one.text, one.span) for one in masked(chars, hidden) if one.text]


def _bounds(span: Span) -> tuple[MediaTime, MediaTime]:
    return span.start, span.end


def _files(rows: Iterable[JournalRow]) -> list[_File]:
    """The present files by number: one made anew takes the place of the old one."""
    files: dict[int, _File] = {}
    for row in rows:
        if row.kind is RowKind.CAPTION:
            body = row.body
            span = Span(int(body["start"]), int(body["end"]))
            files[int(body["n"])] = _File(
                int(body["n"]), str(body["uri"]), span, bool(body.get("cut", False))
            )
    return [files[n] for n in sorted(files)]
