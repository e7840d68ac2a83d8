"""Procedure packs: which steps a procedure has, how they sound, and in which order they stand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from courtstream.domain.errors import CourtstreamError
from courtstream.domain.trial import Procedure, Role
from courtstream.rules.procedure.sound import compile_barrier, compile_cue


class PackInvalid(CourtstreamError):
    """A procedure pack cannot be used."""

    code = "pack_invalid"
    zh = "程序规则文件有误"
    remedy = "按提示的文件与行号修改 / correct the file at the line named"


@dataclass(frozen=True, slots=True)
class Turn:
    """A party's own turn that makes the step, at least `least` characters long."""

    role: Role
    least: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, who speaks it, where it stands, and how it sounds.

    `ideas` are groups of cues that, said near each other in any order, mean the step. `dialogue`
    names the exchange it can be told by when no words are (dialogues.py). A step that must be
    `answered` did not happen when the court asked for it and nobody had anything. `needs` names the
    condition that makes a conditional step due; `mark` is `mem` or `proposal` where the source is
    not a verified text.
    """

    code: str
    zh: str
    en: str
    who: frozenset[Role]
    phases: tuple[str, ...]
    cues: tuple[re.Pattern[str], ...]
    hints: tuple[re.Pattern[str], ...]
    not_before: re.Pattern[str] | None
    not_inside: re.Pattern[str] | None
    not_earlier: re.Pattern[str] | None = None
    ideas: tuple[tuple[re.Pattern[str], ...], ...] = ()
    dialogue: str = ""
    starts: str = "cue"
    pick: str = "first"
    needs: str = ""
    special: str = ""
    answered: bool = False
    gavel: str = ""
    identity: bool = False
    turn: Turn | None = None
    basis: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """A procedure's steps in their usual order, with order constraints and rules."""

    procedure: Procedure
    version: str
    zh: str
    en: str
    phases: tuple[str, ...]
    steps: tuple[Step, ...]
    mandatory: frozenset[str]
    conditional: frozenset[str]
    optional: frozenset[str]
    order: tuple[tuple[str, str], ...]
    rules: tuple[str, ...]
    alias: Mapping[str, str] = field(default_factory=dict)

    def step(self, code: str) -> Step:
        """The step of this code; KeyError when the procedure has none."""
        for step in self.steps:
            if step.code == code:
                return step
        raise KeyError(code)

    def has(self, code: str) -> bool:
        """Whether the procedure has the step."""
        return code in self.mandatory or code in self.conditional or code in self.optional


@lru_cache(maxsize=16)
def load_pack(procedure: Procedure) -> Pack:
    """The released pack of a procedure.

    Raises PackInvalid naming file and line when the data is wrong.
    """
    return read_pack(files(__package__) / "packs" / f"{procedure.value}.toml")


def read_pack(path: Traversable, steps: Traversable | None = None) -> Pack:
    """A pack from a file, with its step libraries from the folder `steps`."""
    folder = steps if steps is not None else files(__package__) / "steps"
    data, text = _read(path)
    library: dict[str, Step] = {}
    for name in data.get("libraries", ()):
        library |= _read_steps(folder / f"{name}.toml", library)
    groups = {key: tuple(data.get(key, ())) for key in ("mandatory", "conditional", "optional")}
    listed = [code for key in groups for code in groups[key]]
    for code in listed:
        if code not in library:
            raise PackInvalid(_place(path, text, code) + f": no step library has {code}")
    for pair in data.get("order", ()):
        for code in pair:
            if code not in listed:
                raise PackInvalid(_place(path, text, code) + f": order names unknown {code}")
    try:
        return Pack(
            procedure=Procedure(data["procedure"]),
            version=data["version"],
            zh=data["zh"],
            en=data["en"],
            phases=tuple(data["phases"]),
            steps=tuple(library[code] for code in library if code in listed),
            mandatory=frozenset(groups["mandatory"]),
            conditional=frozenset(groups["conditional"]),
            optional=frozenset(groups["optional"]),
            order=tuple((a, b) for a, b in data.get("order", ())),
            rules=tuple(data.get("rules", ())),
            alias=dict(data.get("alias", {})),
        )
    except (KeyError, ValueError) as error:
        raise PackInvalid(f"{path.name}: {error}") from error


def _read(path: Traversable) -> tuple[dict[str, Any], str]:
    """A TOML file's data and text; the parser's error already names the line."""
    text = path.read_text(encoding="utf-8")
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        raise PackInvalid(f"{path.name}: {error}") from error


def _place(path: Traversable, text: str, needle: str) -> str:
    """`file:line` of the first line that holds `needle`."""
    for number, line in enumerate(text.splitlines(), start=1):
        if f'"{needle}"' in line:
            return f"{path.name}:{number}"
    return path.name


def _read_steps(path: Traversable, known: Mapping[str, Step]) -> dict[str, Step]:
    """The steps of a library; `like` copies all a row does not say itself, `more` adds cues."""
    data, text = _read(path)
    rows: dict[str, dict[str, Any]] = {}
    steps: dict[str, Step] = {}
    for row in data.get("step", ()):
        code = str(row.get("code", "?"))
        like = row.get("like")
        full = {**_parent(path, text, code, like, rows, known), **row}
        rows[code] = full
        try:
            steps[code] = _step(full)
        except (KeyError, ValueError, TypeError) as error:
            raise PackInvalid(_place(path, text, code) + f": step {code}: {error}") from error
    return steps


def _parent(
    path: Traversable,
    text: str,
    code: str,
    like: str | None,
    rows: Mapping[str, dict[str, Any]],
    known: Mapping[str, Step],
) -> dict[str, Any]:
    """The row a step is `like`: from this file, or from a library read before."""
    if like is None:
        return {}
    if like in rows:
        return rows[like]
    if like in known:
        return {"_like": known[like]}
    raise PackInvalid(_place(path, text, code) + f": step {code} is like unknown {like}")


def _step(row: Mapping[str, Any]) -> Step:
    """One row of a library as a Step."""
    base: Step | None = row.get("_like")

    def take(key: str, default: Any) -> Any:
        return row[key] if key in row else (getattr(base, key) if base else default)

    def patterns(key: str) -> tuple[re.Pattern[str], ...]:
        if key in row:
            return tuple(compile_cue(_spelt(cue)) for cue in row[key])
        return tuple(getattr(base, key)) if base else ()

    def groups() -> tuple[tuple[re.Pattern[str], ...], ...]:
        if "ideas" in row:
            return tuple(
                tuple(compile_cue(_spelt(c), halves=True) for c in idea) for idea in row["ideas"]
            )
        return base.ideas if base else ()

    def barrier(key: str) -> re.Pattern[str] | None:
        if key in row:
            return compile_barrier(row[key])
        return getattr(base, key) if base else None

    who = frozenset(Role(r) for r in row["who"]) if "who" in row else (base.who if base else None)
    if not who:
        raise ValueError("who speaks it is missing")
    return Step(
        code=row["code"],
        zh=row["zh"],
        en=row["en"],
        who=who,
        phases=tuple(take("phases", ())),
        cues=(*patterns("cues"), *(compile_cue(_spelt(cue)) for cue in row.get("more", ()))),
        hints=patterns("hints"),
        ideas=groups(),
        dialogue=take("dialogue", ""),
        not_before=barrier("not_before"),
        not_inside=barrier("not_inside"),
        not_earlier=barrier("not_earlier"),
        starts=take("starts", "cue"),
        pick=take("pick", "first"),
        needs=take("needs", ""),
        special=take("special", ""),
        answered=bool(take("answered", False)),
        gavel=take("gavel", ""),
        identity=bool(take("identity", False)),
        turn=_turn(row.get("turn")) or (base.turn if base else None),
        basis=take("basis", ""),
        mark=take("mark", ""),
    )


@lru_cache(maxsize=1)
def _synonyms() -> Mapping[str, str]:
    """Words that mean the same in a court, by name (words.toml)."""
    text = (files(__package__) / "steps" / "words.toml").read_text(encoding="utf-8")
    return {name: f"({'|'.join(words)})" for name, words in tomllib.loads(text)["words"].items()}


def _spelt(cue: str) -> str:
    """A cue with its `<name>`s put in full. Raises KeyError for an unknown name."""
    return re.sub(r"<(\w+)>", lambda match: _synonyms()[match[1]], cue)


def _turn(row: Mapping[str, Any] | None) -> Turn | None:
    return Turn(Role(row["role"]), int(row["least"])) if row else None
