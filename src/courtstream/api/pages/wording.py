"""How instants, lengths and titles are written, by language. Instants are shown in court time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from babel.dates import format_date, format_skeleton

from courtstream.domain.clock import COURT_ZONE
from courtstream.services.views import HearingCard

_DAY = {"zh-CN": "y年M月d日 EEEE", "en": "EEEE, d MMMM y", "": "yMMMMEEEEd"}
_DAY_SHORT = {"zh-CN": "M月d日", "en": "d MMM", "": "MMMd"}
_DATE = {"zh-CN": "y年M月d日", "en": "d MMM y", "": "yMMMd"}
"""Patterns of the two languages at home; for others under "" the fields, written as CLDR has it."""


class Titled(Protocol):
    """Anything with a title in both languages."""

    @property
    def title_zh(self) -> str:
        """Chinese."""

    @property
    def title_en(self) -> str:
        """English."""


def hms(seconds: float) -> str:
    """A length or a place in a recording: 02:03 or 1:02:03."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes:02}:{left:02}"


def heading(card: HearingCard) -> str:
    """The hearing's title without the case number, which always stands beside it."""
    return card.title.replace(card.case_number, "").strip(" ，,·") or card.title


def local(instant: datetime) -> datetime:
    """The instant on the courts' clock."""
    return instant.astimezone(COURT_ZONE)


def iso(instant: datetime) -> str:
    """For `<time datetime>`."""
    return local(instant).isoformat(timespec="seconds")


def clock(instant: datetime) -> str:
    """14:05."""
    return local(instant).strftime("%H:%M")


def clock_s(instant: datetime) -> str:
    """14:05:09."""
    return local(instant).strftime("%H:%M:%S")


class Wording:
    """The writer of one language; its methods are the template filters."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = "zh_Hans_CN" if language == "zh-CN" else language.replace("-", "_")

    def day(self, instant: datetime) -> str:
        """2026年11月23日 星期一."""
        return self._format(local(instant).date(), _DAY)

    def day_short(self, instant: datetime) -> str:
        """11月23日."""
        return self._format(local(instant).date(), _DAY_SHORT)

    def plain_date(self, value: date) -> str:
        """2026年11月23日 of a plain date."""
        return self._format(value, _DATE)

    def daytime(self, instant: datetime) -> str:
        """2026年11月23日 14:05."""
        return f"{self._format(local(instant).date(), _DATE)} {clock(instant)}"

    def minute(self, instant: datetime) -> str:
        """11月23日 14:05."""
        return f"{self.day_short(instant)} {clock(instant)}"

    def title(self, thing: Titled) -> str:
        """The title in this language, the other one where it is missing."""
        if self.language == "en" and thing.title_en:
            return thing.title_en[0].upper() + thing.title_en[1:]
        return thing.title_zh or thing.title_en

    def _format(self, value: date, forms: dict[str, str]) -> str:
        pattern = forms.get(self.language)
        if pattern is None:
            midday = datetime(value.year, value.month, value.day, 12)
            return format_skeleton(forms[""], midday, locale=self._locale)
        return format_date(value, pattern, locale=self._locale)
