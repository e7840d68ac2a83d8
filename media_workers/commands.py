"""`redact`: the live graph over a file, as fast as it goes."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from courtstream.control.protocol import ModelSpec, PolicySpec, RowKind, SpokenParticipant
from courtstream.domain.errors import CourtstreamError, InvalidInput
from courtstream.domain.time import to_seconds
from media_workers.assemble import faces_factory, speech_factory
from media_workers.graph.diary import Diary
from media_workers.graph.release_line import Pace
from media_workers.outputs.mp4file import Mp4File
from media_workers.pipelines import Graph, GraphParts
from media_workers.runtime.journal import MemoryRows
from media_workers.runtime.threads import exit_when_a_thread_falls, settle
from media_workers.runtime.zones import LiveZones
from media_workers.sources.container import ContainerSource
from media_workers.speech.silence import Silence


def redact(argv: list[str]) -> int:
    """`redact IN OUT [--policy all|FILE] [--record R.json]`; gives the process's exit code."""
    options = _options(argv)
    console = Console(stderr=True)
    try:
        policy, participants = _policy(options.policy, options.protected)
        source = ContainerSource.from_file(options.input)
    except CourtstreamError as error:
        console.print(f"[red]{error.zh}[/red] / {error}  {error.remedy}")
        return 2
    exit_when_a_thread_falls()
    settle()
    rows, zones = MemoryRows(), LiveZones(policy.zones)
    graph = Graph(
        Pace(None, policy.delay),
        GraphParts(
            faces=faces_factory(ModelSpec(), zones),
            speech=(speech_factory(ModelSpec(), policy, participants) if source.audio else Silence),
            output=lambda: Mp4File(options.output, sound=source.audio is not None),
            diary=Diary(rows, face_step=0),
            bleep=policy.bleep,
            zones=zones,
            preset=options.preset,
            sound_only=source.video is None,
        ),
    )
    with _progress(console) as progress:
        _run(graph, source, options.input, progress)
    if options.record:
        _write_record(rows, options.record)
    closed = sum(r[2]["closed"] for r in rows.rows if r[0] is RowKind.GUARD)
    aired = to_seconds(graph.release.aired)
    console.print(f"[green]完成 / done[/green] {aired:.1f} s → {options.output}  guard: {closed}")
    return 0


def _run(graph: Graph, source: ContainerSource, path: Path, progress: Progress) -> None:
    length = source.length
    task = progress.add_task(path.name, total=length or None)
    graph.start()
    graph.begin_session(0, source.video, source.audio)
    for n, raw in enumerate(source.packets()):
        graph.feed(raw)
        if n % 50 == 0:
            progress.update(task, completed=to_seconds(graph.release.aired))
    source.close()
    graph.end()
    while not graph.join(0.5):
        progress.update(task, completed=to_seconds(graph.release.aired))
    progress.update(task, completed=length)


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "courtstream redact",
        description="对文件执行与直播相同的屏蔽流程 / run the live redaction graph over a file",
    )
    parser.add_argument("input", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--policy", default="all", help="all, or a JSON file with the policy")
    parser.add_argument("--record", type=Path, help="write the redaction record as JSON")
    parser.add_argument(
        "--protected", nargs="+", action="extend", default=[], help="protected names, repeatable"
    )
    parser.add_argument("--preset", default="veryfast", help="x264 preset")
    return parser.parse_args(argv)


def _policy(name: str, protected: list[str]) -> tuple[PolicySpec, tuple[SpokenParticipant, ...]]:
    """The policy, and the people its file names (keys `participants` and `protected`)."""
    people = tuple(SpokenParticipant(role="?", name=n, protected=True) for n in protected)
    if name == "all":
        return PolicySpec(), people
    try:
        fields = json.loads(Path(name).read_text(encoding="utf-8"))
        listed = [SpokenParticipant.model_validate(p) for p in fields.pop("participants", [])]
        listed += [
            SpokenParticipant(role="?", name=n, protected=True) for n in fields.pop("protected", [])
        ]
        return PolicySpec.model_validate(fields), (*people, *listed)
    except (OSError, ValueError, AttributeError, ValidationError) as error:
        raise InvalidInput(f"policy file: {type(error).__name__}") from None


def _write_record(rows: MemoryRows, path: Path) -> None:
    record = [body for kind, _, body in rows.rows if kind is RowKind.REDACTION]
    text = json.dumps({"version": 1, "unit": "ns", "redactions": record}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total} s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not sys.stderr.isatty(),
    )
