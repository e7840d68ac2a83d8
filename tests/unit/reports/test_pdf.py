"""Documents on paper: Chinese text is embedded and can be read back."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

from courtstream.domain.errors import FontMissing
from courtstream.reports import pdf


def test_a_missing_font_is_said_with_its_remedy() -> None:
    with pytest.raises(FontMissing) as caught:
        pdf.document("记录", [], font="/nowhere/font.ttf")
    assert "COURTSTREAM_REPORT_FONT" in caught.value.remedy


def test_chinese_text_is_embedded_with_its_font() -> None:
    try:
        pdf.find_font()
    except FontMissing:
        pytest.skip("no Chinese font is installed (apt-get install fonts-noto-cjk)")
    made = pdf.document(
        "庭审录音录像记录表",
        [
            pdf.Heading("中断"),
            pdf.Text("休庭 <合议庭> & 评议"),
            pdf.Table([["案号", "（2026）江0102民初1号"]]),
            pdf.Table([["1", "休庭"]] * 80, head=["序号", "事由"]),
        ],
        foot="校验值 abc",
    )
    assert made.startswith(b"%PDF-")
    assert b"/FontFile2" in made, "the font must be inside the document"
    assert len(re.findall(rb"/Type /Page\b", made)) > 1, "a long table goes on to a next page"
    assert _maps(made, "庭") and _maps(made, "休"), "the text can be searched and copied"


def test_a_second_document_has_its_own_characters() -> None:
    try:
        pdf.find_font()
    except FontMissing:
        pytest.skip("no Chinese font is installed (apt-get install fonts-noto-cjk)")
    first, second = (pdf.document(title, []) for title in ("甲院月报", "录像记录表"))
    assert _maps(first, "甲")
    assert _maps(second, "录")
    assert _maps(second, "像")


def _maps(made: bytes, character: str) -> bool:
    """Whether some ToUnicode map of the document names the character."""
    from base64 import a85decode

    wanted = f"{ord(character):04X}".encode()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", made, re.S):
        raw = stream.strip()
        try:
            raw = a85decode(raw.removesuffix(b"~>")) if raw.endswith(b"~>") else raw
            text = zlib.decompress(raw)
        except (ValueError, zlib.error):
            text = raw
        if b"begincmap" in text and wanted in text.upper():
            return True
    return False


def test_the_setting_names_the_font(tmp_path: Path) -> None:
    wrong = tmp_path / "font.ttf"
    with pytest.raises(FontMissing):
        pdf.find_font(str(wrong))
