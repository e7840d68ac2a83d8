"""Calendar, courts, feeds, sitemap and short addresses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from courtstream.api.context import context
from courtstream.api.pages.site import Json, public_page, words_of
from courtstream.domain.clock import court_day, utc_now
from courtstream.domain.errors import NotFound
from courtstream.domain.trial import PublicationMode
from courtstream.services.docket import court_tree
from courtstream.services.public import finding
from courtstream.services.public import search as public_search
from courtstream.services.public.search import Search
from courtstream.services.views import HearingCard

CACHED = "public, max-age=1"
LONGEST = timedelta(hours=2)


def base_of(request: Request) -> str:
    """The public address of the site, without a slash at the end."""
    return (context(request).settings.web.base_url or str(request.base_url)).rstrip("/")


async def calendar(request: Request) -> Response:
    """GET /calendar?month=2026-11&court=: how many hearings each day has."""
    work, today = context(request).work, court_day(utc_now())
    try:
        first = date.fromisoformat(f"{request.query_params.get('month', '')[:7]}-01")
    except ValueError:
        first = today.replace(day=1)
    first = first if 2000 <= first.year <= 2200 else today.replace(day=1)
    court = request.query_params.get("court", "")[:40]
    values: Json = {
        "here": "calendar",
        "weeks": await work.reading(finding.month, first.year, first.month, court),
        "first": first,
        "today": today,
        "court": court,
        "courts": await work.reading(court_tree.courts),
        "before": f"{(first - timedelta(days=1)):%Y-%m}",
        "after": f"{(first + timedelta(days=32)):%Y-%m}",
    }
    return public_page(request, "calendar.html", values)


async def courts(request: Request) -> Response:
    """GET /courts: the province's courts as a tree."""
    found = await context(request).work.reading(court_tree.courts)
    return public_page(request, "courts.html", {"here": "courts", "courts": found})


async def court(request: Request) -> Response:
    """GET /courts/{court_id}: one court. Raises NotFound."""
    page = await context(request).work.reading(
        finding.court_page, request.path_params["court_id"], utc_now()
    )
    return public_page(request, "court.html", {"here": "courts", "page": page})


async def short(request: Request) -> Response:
    """GET /h/{code}: to the hearing. Raises NotFound."""
    code = request.path_params["code"]
    hearing_id = await context(request).work.reading(finding.by_short, code)
    moment = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/watch/{hearing_id}{moment}", 302)


async def feed(request: Request) -> Response:
    """GET /feed.xml?court=: RSS 2.0 of recordings opened lately."""
    cards, words, base = await _cards(request, replay=True), words_of(request), base_of(request)
    items = "".join(
        f"<item><title>{escape(c.title)}</title><link>{base}/watch/{c.id}</link>"
        f'<guid isPermaLink="false">{c.id}</guid>'
        f"<pubDate>{format_datetime(c.actual_end or c.scheduled_start)}</pubDate>"
        f"<description>{escape(_line(c))}</description></item>"
        for c in cards
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>{escape(words('site.name'))}</title><link>{base}/</link>"
        f"<description>{escape(words('home.lede'))}</description>{items}</channel></rss>"
    )
    return _given(text, "application/rss+xml")


async def ical(request: Request) -> Response:
    """GET /calendar.ics?court=: public hearings of the next two weeks (RFC 5545)."""
    cards, base = await _cards(request, replay=False), base_of(request)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//courtstream//hearings//ZH"]
    for c in cards:
        end = c.actual_end or c.scheduled_start + LONGEST
        lines += [
            "BEGIN:VEVENT",
            f"UID:{c.id}@courtstream",
            f"DTSTAMP:{_stamp(utc_now())}",
            f"DTSTART:{_stamp(c.scheduled_start)}",
            f"DTEND:{_stamp(end)}",
            f"SUMMARY:{_plain(c.title)}",
            f"LOCATION:{_plain(f'{c.court_name} {c.courtroom_name}')}",
            f"URL:{base}/watch/{c.id}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return _given(
        "\r\n".join(piece for line in lines for piece in fold(line)) + "\r\n", "text/calendar"
    )


async def sitemap(request: Request) -> Response:
    """GET /sitemap.xml: every public page of every public hearing, the newest first."""
    base, pages = base_of(request), ["/", "/courts", "/calendar", "/judgments"]
    for hearing_id, modes, _ in await context(request).work.reading(finding.all_ids):
        pages.append(f"/watch/{hearing_id}")
        for mode, place in (
            (PublicationMode.PICTURE_TEXT, "text"),
            (PublicationMode.TEXT_CLIPS, "clips"),
            (PublicationMode.VERDICT, "verdict"),
        ):
            if f" {mode.value} " in modes:
                pages.append(f"/{place}/{hearing_id}")
    urls = "".join(f"<url><loc>{base}{page}</loc></url>" for page in pages[:50_000])
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    )
    return _given(text, "application/xml")


async def _cards(request: Request, *, replay: bool) -> tuple[HearingCard, ...]:
    """Recordings opened lately, or what comes; of one court and those below when asked."""
    court_id, work, today = request.query_params.get("court", "")[:40], context(request).work, None
    known = await work.reading(court_tree.courts)
    if court_id and court_id not in {c.id for c in known}:
        raise NotFound
    if replay:
        wanted = Search(court_id=court_id, mode=PublicationMode.REPLAY)
        return (await work.reading(public_search.search, wanted)).cards
    today = court_day(utc_now())
    found: list[HearingCard] = []
    for page in range(1, 6):
        wanted = Search(court_id=court_id, day=today, until=today + timedelta(days=14), page=page)
        listed = await work.reading(public_search.search, wanted)
        found += listed.cards
        if page >= listed.pages:
            break
    return tuple(sorted(found, key=lambda c: c.scheduled_start))


def _line(card: HearingCard) -> str:
    bench = "、".join(judge.name for judge in card.judges)
    return f"{card.case_number} {card.cause} {card.court_name} {bench}"


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _plain(text: str) -> str:
    """Text as RFC 5545 wants it."""
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\r", " ").replace("\n", "\\n")


def fold(line: str) -> list[str]:
    """A content line in pieces of at most 75 octets, never inside a character (RFC 5545 3.1)."""
    pieces: list[str] = []
    current = ""
    for char in line:
        limit = 75 if not pieces else 74
        if len((current + char).encode()) > limit:
            pieces.append(current)
            current = ""
        current += char
    pieces.append(current)
    return [piece if n == 0 else f" {piece}" for n, piece in enumerate(pieces)]


def _given(text: str, kind: str) -> Response:
    return Response(text, media_type=f"{kind}; charset=utf-8", headers={"Cache-Control": CACHED})
