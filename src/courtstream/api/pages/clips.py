"""文字加短视频: the editor's timeline, the public's story, and the story in other sites' frames."""

from __future__ import annotations

from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from courtstream.api.context import actor, context
from courtstream.api.pages.account import text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.render import content_policy
from courtstream.api.pages.site import Json, done, public_page, see, staff_page, words_of
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput, Withdrawn
from courtstream.services.clips import desk as clip_desk
from courtstream.services.clips import editing as clip_editing
from courtstream.services.clips import films as clip_films
from courtstream.services.clips import release as clip_release
from courtstream.services.clips.editing import ClipEdit
from courtstream.services.clips.release import Story


async def page(request: Request) -> Response:
    """The timeline as it stands."""
    return await _show(request)


async def act(request: Request) -> Response:
    """One act on the timeline."""
    hearing_id = request.path_params["hearing_id"]
    async with request.form(max_files=0, max_fields=60) as form:
        verb, anchor = text_of(form, "act", 20), text_of(form, "clip", 40)
        try:
            hidden = await _act(request, hearing_id, verb, form, utc_now())
        except CourtstreamError as error:
            return await _show(request, problem=error_text(request, error), status=error.status)
    context(request).films.wake()
    kinds = f"&hidden={len(hidden)}" if hidden else ""
    place = f"#{anchor}" if anchor and verb != "drop" else ""
    return see(f"/staff/hearings/{hearing_id}/clips?done={verb}{kinds}{place}")


async def _act(
    request: Request, hearing_id: str, verb: str, form: FormData, now: datetime
) -> tuple[str, ...]:
    work, person = context(request).work, actor(request)
    clip = text_of(form, "clip", 40)
    if verb == "propose":
        await work.writing(clip_editing.propose, person, hearing_id, now)
    elif verb == "add":
        start, end = seconds_of(text_of(form, "start", 20)), seconds_of(text_of(form, "end", 20))
        await work.writing(clip_editing.add, person, hearing_id, start, end, now)
    elif verb == "save":
        return await work.writing(clip_editing.edit, person, clip, _edit(form), now)
    elif verb in {"up", "down"}:
        await work.writing(clip_editing.shift, person, clip, -1 if verb == "up" else 1, now)
    elif verb == "drop":
        await work.writing(clip_editing.drop, person, clip, now)
    elif verb == "films":
        await work.writing(clip_films.order_films, person, hearing_id, now)
    elif verb == "release":
        await work.writing(clip_release.release, person, hearing_id, now)
    else:
        raise InvalidInput
    return ()


def _edit(form: FormData) -> ClipEdit:
    return ClipEdit(
        title=text_of(form, "title", 80),
        text=text_of(form, "text", 8000),
        start=seconds_of(text_of(form, "start", 20)),
        end=seconds_of(text_of(form, "end", 20)),
        chosen=text_of(form, "chosen", 5) == "yes",
    )


def seconds_of(text: str) -> float:
    """Seconds of `75.5`, `1:15.5` or `0:01:15.5`. Raises InvalidInput."""
    value = 0.0
    try:
        for piece in text.replace("：", ":").split(":"):
            value = value * 60 + float(piece)
    except ValueError:
        raise InvalidInput("时间写作 分:秒 / write times as m:ss") from None
    if not 0 <= value < 1e6:
        raise InvalidInput("时间写作 分:秒 / write times as m:ss")
    return value


async def _show(request: Request, *, problem: str = "", status: int = 200) -> Response:
    person, work = actor(request), context(request).work
    desk = await work.reading(clip_desk.desk, person, request.path_params["hearing_id"])
    notice, hidden = done(request, "clips_done"), request.query_params.get("hidden", "")
    if notice and hidden.isdigit():
        notice = f"{notice} {words_of(request)('entries.screened', n=hidden)}"
    values: Json = {
        "here": "hearings",
        "desk": desk,
        "hearing": desk.card,
        "notice": notice,
        "problem": problem,
    }
    return staff_page(request, "clips_desk.html", values, status)


async def story(request: Request) -> Response:
    """GET /clips/{hearing_id}: the hearing told in passages. Raises NotFound, Withdrawn."""
    view = await _story(request)
    base = context(request).settings.web.base_url or str(request.base_url)
    address = f"{base.rstrip('/')}/embed/{view.card.id}"
    values: Json = {
        "view": view,
        "card": view.card,
        "mode": "text_clips",
        "modes": view.modes,
        "embed": f'<iframe src="{address}" width="640" height="720" allowfullscreen></iframe>',
    }
    return public_page(request, "clips.html", values)


async def embed(request: Request) -> Response:
    """GET /embed/{hearing_id}: the same for other sites' frames, `?clip=` one passage alone."""
    view = await _story(request)
    wanted = request.query_params.get("clip", "")
    shown = [c for c in view.clips if c.id == wanted] or list(view.clips)
    values: Json = {"view": view, "card": view.card, "clips": shown, "nonce": ""}
    response = public_page(request, "embed.html", values)
    origins = context(request).settings.web.embed_origins
    response.headers["Content-Security-Policy"] = content_policy("none", origins)
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


async def _story(request: Request) -> Story:
    view = await context(request).work.reading(
        clip_release.story, request.path_params["hearing_id"]
    )
    if view.withdrawn:
        raise Withdrawn
    return view
