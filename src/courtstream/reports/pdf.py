"""Paper: A4 documents with Chinese text, made from a few plain blocks.

ReportLab (BSD) sets the pages. It embeds TrueType outlines only, while the usual Chinese fonts are
OpenType with cubic curves, so fontTools (MIT) first cuts the font down to the characters used and
turns its curves into quadratic ones. Nothing is fetched: the font is the system's or a setting's.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont as FontFile
from fontTools.ttLib import TTLibError, newTable
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import Table as Grid

from courtstream.domain.errors import FontMissing

PLACES = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/source-han-sans/SourceHanSansSC-Regular.otf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
)
"""Where Debian's packages put Chinese fonts, best first."""

SIMPLIFIED = " SC"
"""In a collection of regional forms, the family with this in its name is taken."""

ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "…—–·×§"
MARGIN = 20 * mm
_NAMES = (1, 4, 6)
"""Family, full and PostScript name (OpenType spec, `name`)."""

_INK, _FAINT = colors.HexColor("#1a1a1a"), colors.HexColor("#8a8a8a")


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that opens a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; an empty head makes a list of facts. `widths`: shares of the page."""

    rows: Sequence[Sequence[str]]
    head: Sequence[str] = ()
    widths: Sequence[float] = ()


Block = Heading | Text | Table


def document(title: str, blocks: Iterable[Block], *, foot: str = "", font: str = "") -> bytes:
    """An A4 PDF of `blocks` under `title`; `foot` and the page number stand on every page.

    `font` names a font file, empty means the system's. Raises FontMissing when there is none.
    """
    given = list(blocks)
    name = _registered(find_font(font), "".join(sorted(set(_characters(title, given, foot)))))
    sheet = io.BytesIO()
    paper = SimpleDocTemplate(
        sheet,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=title,
        creator="courtstream",
    )
    flow: list[Flowable] = [Paragraph(escape(title), _style(name, 16, after=10))]
    for block in given:
        flow += _flow(block, name, paper.width)

    def finish(page: Any, _: object) -> None:
        page.setFont(name, 8)
        page.setFillColor(_FAINT)
        page.drawString(MARGIN, 10 * mm, foot)
        page.drawRightString(A4[0] - MARGIN, 10 * mm, str(page.getPageNumber()))

    paper.build(flow, onFirstPage=finish, onLaterPages=finish)
    return sheet.getvalue()


def find_font(named: str = "") -> Path:
    """A font file with Chinese characters. Raises FontMissing."""
    if named:
        if not Path(named).is_file():
            raise FontMissing("the font file set for reports does not exist")
        return Path(named)
    found = next((Path(place) for place in PLACES if Path(place).is_file()), None) or _asked()
    if found is None:
        raise FontMissing
    return found


def _asked() -> Path | None:
    """What fontconfig knows, where it is installed."""
    program = shutil.which("fc-list")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, ":lang=zh", "file"], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    files = sorted(line.partition(":")[0].strip() for line in done.stdout.splitlines())
    usable = (f for f in files if f.endswith((".ttf", ".otf", ".ttc")) and "Bold" not in f)
    return next((Path(f) for f in usable), None)


def _characters(title: str, blocks: Sequence[Block], foot: str) -> Iterator[str]:
    yield from (title, foot, ALWAYS)
    for block in blocks:
        if isinstance(block, Table):
            yield from block.head
            for row in block.rows:
                yield from row
        else:
            yield block.text


@lru_cache(maxsize=32)
def _registered(path: Path, characters: str) -> str:
    """The name under which the cut-down font is known to ReportLab."""
    digest = hashlib.sha256(f"{path}\n{characters}".encode()).hexdigest()[:12]
    name = f"courtstream-{digest}"
    pdfmetrics.registerFont(TTFont(name, _cut_down(path, characters, name)))
    return name


def _cut_down(path: Path, characters: str, name: str) -> io.BytesIO:
    """The font with only `characters`, in TrueType outlines, called `name`. Raises FontMissing.

    ReportLab knows faces by the name inside the file, so two cuts of one font need two names, or
    the second document is set with the first one's characters.
    """
    font = FontFile(path, fontNumber=_simplified(path), lazy=True)
    options = Options()
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx"]
    options.notdef_outline = True
    cutter = Subsetter(options)
    cutter.populate(text=characters)
    cutter.subset(font)
    if "CFF " in font:
        _quadratic(font)
    for number in _NAMES:
        font["name"].setName(name, number, 3, 1, 0x409)
        font["name"].setName(name, number, 1, 0, 0)
    if "glyf" not in font:
        raise FontMissing("the font's outlines cannot be embedded")
    made = io.BytesIO()
    font.save(made)
    made.seek(0)
    return made


def _simplified(path: Path) -> int:
    """Which font of a collection has the Simplified Chinese forms; -1 when it is no collection."""
    if path.suffix != ".ttc":
        return -1
    number = 0
    while True:
        try:
            font = FontFile(path, fontNumber=number, lazy=True)
        except (TTLibError, OSError, IndexError) as error:
            if number == 0:
                raise FontMissing("the font file cannot be read") from error
            return 0
        if SIMPLIFIED in (font["name"].getBestFamilyName() or ""):
            return number
        number += 1


def _quadratic(font: FontFile) -> None:
    """Cubic CFF outlines into TrueType's, in place (OpenType spec, `glyf` and `maxp` 1.0)."""
    order, glyphs = font.getGlyphOrder(), font.getGlyphSet()
    drawn = {}
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        drawn[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, drawn
    for name, glyph in drawn.items():
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(glyph, "xMin", 0))
    zero = ("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs")
    more = ("maxStackElements", "maxSizeOfInstructions", "maxComponentElements")
    font["maxp"].tableVersion = 0x00010000
    for field in (*zero, *more):
        setattr(font["maxp"], field, 0)
    font["maxp"].maxZones = 1
    font["post"].formatType = 3.0
    del font["CFF "]
    font.sfntVersion = "\x00\x01\x00\x00"


def _style(name: str, size: float, *, after: float = 4, faint: bool = False) -> ParagraphStyle:
    return ParagraphStyle(
        f"{name}-{size}-{faint}",
        fontName=name,
        fontSize=size,
        leading=size * 1.5,
        spaceAfter=after,
        wordWrap="CJK",
        textColor=_FAINT if faint else _INK,
    )


def _flow(block: Block, name: str, width: float) -> list[Flowable]:
    if isinstance(block, Heading):
        return [Spacer(1, 6), Paragraph(escape(block.text), _style(name, 12))]
    if isinstance(block, Text):
        style = _style(name, 8.5 if block.small else 10, faint=block.small)
        return [Paragraph(escape(block.text), style)]
    return [_grid(block, name, width), Spacer(1, 6)] if block.rows or block.head else []


def _grid(block: Table, name: str, width: float) -> Grid:
    small = _style(name, 9, after=0)
    rows = [*([block.head] if block.head else []), *block.rows]
    cells = [[Paragraph(escape(str(cell)), small) for cell in row] for row in rows]
    columns = len(rows[0])
    shares = list(block.widths) or ([1, 3] if not block.head and columns == 2 else [1] * columns)
    lines: list[tuple[Any, ...]] = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.HexColor("#cccccc")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    if block.head:
        lines.append(("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#f0f0f0")))
    return Grid(
        cells,
        colWidths=[width * share / sum(shares) for share in shares],
        repeatRows=1 if block.head else 0,
        style=lines,
    )
