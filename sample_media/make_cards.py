"""Draws the text bands of the standby cards (needs Pillow and the Noto CJK fonts, OFL-1.1).

Run once when a wording changes: `python sample_media/make_cards.py FONT.ttc`. The bands are
grey PNG files of 1280 x 220 with white text on black, laid over a darkened picture.
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

TARGET = Path(__file__).parent.parent / "media_workers" / "redact" / "cards"
CARDS = {
    "analysis": ("直播暂停：隐私保护处理中", "Paused: privacy protection is catching up"),
    "cut": ("直播已由法庭切断", "The court has cut the broadcast"),
    "closed": ("本阶段依法不公开", "This part is closed to the public by law"),
    "recess": ("休庭", "The court is in recess"),
    "lost": ("法庭信号中断，请稍候", "Signal from the courtroom is lost, please wait"),
}


def band(font_file: str, zh: str, en: str) -> Image.Image:
    image = Image.new("L", (1280, 220), 0)
    draw = ImageDraw.Draw(image)
    big = ImageFont.truetype(font_file, 64, index=2)
    small = ImageFont.truetype(font_file, 32, index=2)
    draw.text((640, 75), zh, fill=255, font=big, anchor="mm")
    draw.text((640, 165), en, fill=205, font=small, anchor="mm")
    return image


if __name__ == "__main__":
    for name, (zh, en) in CARDS.items():
        band(sys.argv[1], zh, en).save(TARGET / f"{name}.png", optimize=True)
