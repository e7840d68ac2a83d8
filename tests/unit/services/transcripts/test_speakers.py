"""Who named a speaker: a guess gives way to voices, a person's word to nothing."""

from __future__ import annotations

from typing import Any

from courtstream.services.transcripts.speakers import label, name_speaker, unlabelled
from courtstream.store.tables import UtteranceRow
from tests.support.platform import NOW, World

SAID = [
    ("现在开庭，核对当事人身份，被告？", "J", "审判长", "words"),
    ("我叫路平。", "D", "被告方", "guess"),
    ("嗯。", "?", "", ""),
]


def on_record(world: World) -> tuple[str, list[int]]:
    """A live hearing with three lines as its worker wrote them, and their numbers."""
    hearing_id, tape = world.live()
    rows = [
        tape.words(n, n + 1, text, role=role, speaker=seat, by=by)
        for n, (text, role, seat, by) in enumerate(SAID)
    ]
    world.take(rows)
    return hearing_id, [row.seq for row in rows]


def read(world: World, hearing_id: str, seq: int) -> Any:
    return world.work.read(lambda session: session.get(UtteranceRow, (hearing_id, seq)))


def test_the_voice_may_put_a_guess_right_and_nothing_surer(world: World) -> None:
    hearing_id, seqs = on_record(world)
    judge = world.users["judge"]
    turns = world.work.read(unlabelled, judge, hearing_id)
    assert [turn["known"] for turn in turns] == [True, False, False]
    found = dict.fromkeys(seqs, ("P", "原告"))
    assert world.work.write(label, judge, hearing_id, found, NOW) == 2
    told = [(r.role.value, r.told_by) for r in (read(world, hearing_id, s) for s in seqs)]
    assert told == [("J", "words"), ("P", "voice"), ("P", "voice")]


def test_a_persons_word_stays(world: World) -> None:
    hearing_id, seqs = on_record(world)
    judge = world.users["judge"]
    world.work.write(name_speaker, judge, hearing_id, seqs[1], "T", "第三人", False, NOW)
    world.work.write(label, judge, hearing_id, {seqs[1]: ("P", "原告")}, NOW)
    row = read(world, hearing_id, seqs[1])
    assert (row.role.value, row.speaker, row.told_by) == ("T", "第三人", "person")
