"""Caption files made anew from the words in the journal, by the record as it is now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import SECOND, Span
from courtstream.domain.timed_text import MASK, masked, timed
from courtstream.domain.transcript import Word
from media_workers.outputs import webvtt
from media_workers.outputs.files import replace, write_durably
from media_workers.recheck.remake import _next_name
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

    def remake(self, changed: Sequence[Span], hidden: Sequence[Span]) -> list[str]:
        """Write those near a changed stretch anew; gives the old names."""
        files = [
            file
            for file in _files(self._rows)
            if any(span.padded(LATE, LATE).overlaps(file.span) for span in changed)
        ]
        if not files:
            return []
        cues = captions(self._rows, hidden)
        names = {file.uri: self._write(file, cues) for file in files}
        self._journal.sync()
        path = self._live / "captions.m3u8"
        lines = path.read_text(encoding="utf-8").splitlines()
        replace(path, "\n".join(names.get(line, line) for line in lines) + "\n")
        return list(names)

    def _write(self, file: _File, cues: Iterable[Caption]) -> str:
        name = _next_name(file.uri, self._live)
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


def captions(rows: Iterable[JournalRow], hidden: Sequence[Span]) -> list[Caption]:
    """All captions of a hearing, in order of time, with what is hidden by now masked."""
    lines = CaptionLines()
    cues: list[Caption] = []
    for words in _spoken(rows, hidden):
        for word in words:
            cues += lines.push([word], word.span.end)
    return [*cues, *lines.flush()]


def _spoken(rows: Iterable[JournalRow], hidden: Sequence[Span]) -> Iterable[list[Word]]:
    for row in rows:
        if row.kind is not RowKind.WORDS:
            continue
        body = row.body.get("utterance", row.body)
        whole = Span(int(body["start"]), int(body["end"]))
        chars = timed(str(body["text"]), body.get("words", ()), whole)
        yield [Word(one.text, one.span) for one in masked(chars, hidden) if one.text]


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


__all__ = ["MASK", "CaptionFiles", "captions"]
