"""图文直播 for the clerk: drafts, released entries, own words, who releases."""

from __future__ import annotations

from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from courtstream.api import text_mode
from courtstream.api.context import actor, context
from courtstream.api.media import CLIP_NAME, STILL_NAME, TYPES
from courtstream.api.pages.account import text_of
from courtstream.api.pages.faults import error_text
from courtstream.api.pages.site import Json, done, see, staff_page, words_of
from courtstream.auth.policy import Action
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, InvalidInput, NotFound
from courtstream.domain.trial import Role
from courtstream.services.entries import desk as entry_desk
from courtstream.services.entries import release as entry_release
from courtstream.services.entries import writing as entry_writing
from courtstream.services.people.scope import hearing_for
from courtstream.services.views import UserView
from courtstream.services.work import Work

ROLES = tuple(role for role in Role if role is not Role.UNKNOWN)


async def page(request: Request) -> Response:
    """Drafts and entries as they stand."""
    return await _show(request)


async def act(request: Request) -> Response:
    """One act on entries; the files follow, then the page is shown again."""
    hearing_id = request.path_params["hearing_id"]
    async with request.form(max_files=0, max_fields=500) as form:
        verb = text_of(form, "act", 20)
        try:
            hidden = await _act(request, hearing_id, verb, form, utc_now())
        except CourtstreamError as error:
            return await _show(request, problem=error_text(request, error), status=error.status)
    await text_mode.publish(context(request), hearing_id)
    kinds = f"&hidden={len(hidden)}" if hidden else ""
    return see(f"/staff/hearings/{hearing_id}/entries?done={verb}{kinds}")


async def _act(
    request: Request, hearing_id: str, verb: str, form: FormData, now: datetime
) -> tuple[str, ...]:
    work, person = context(request).work, actor(request)
    if verb in {"release", "save"}:
        return await _edited(work, person, hearing_id, verb, form, now)
    if verb == "release_all":
        desk = await work.reading(entry_desk.desk, person, hearing_id)
        ids = [entry.id for entry in desk.drafts]
        await work.writing(entry_release.release, person, hearing_id, ids, now)
    elif verb == "drop":
        await work.writing(entry_writing.drop, person, text_of(form, "entry", 40), now)
    elif verb == "policy":
        policy = text_of(form, "policy", 20)
        await work.writing(entry_release.set_policy, person, hearing_id, policy, now)
    elif verb == "reopen":
        await work.writing(entry_release.reopen, person, hearing_id, now)
    elif verb == "finish":
        await work.writing(entry_writing.finish, person, hearing_id, now)
    elif verb == "post":
        return await work.writing(
            entry_writing.post,
            person,
            hearing_id,
            text=text_of(form, "text", 5000),
            role=_role(text_of(form, "role", 4)),
            still=text_of(form, "still", 40),
            now=now,
        )
    else:
        raise InvalidInput
    return ()


async def _edited(
    work: Work, person: UserView, hearing_id: str, verb: str, form: FormData, now: datetime
) -> tuple[str, ...]:
    """The entry's form as it was sent: changed first where it differs, then released."""
    entry_id, desk = (
        text_of(form, "entry", 40),
        await work.reading(entry_desk.desk, person, hearing_id),
    )
    known = next((e for e in (*desk.drafts, *desk.released) if e.id == entry_id), None)
    if known is None:
        raise NotFound
    text, speaker = text_of(form, "text", 5000), text_of(form, "speaker", 40)
    still = text_of(form, "still", 40)
    hidden: tuple[str, ...] = ()
    if (text, speaker, still) != (known.text, known.speaker, known.still):
        hidden = await work.writing(
            entry_writing.edit, person, entry_id, text=text, speaker=speaker, still=still, now=now
        )
    if verb == "release":
        await work.writing(entry_release.release, person, hearing_id, [entry_id], now)
    return hidden


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        return Role.UNKNOWN


async def staff_file(request: Request) -> Response:
    """A redacted still or film for staff, before its release. Raises NotFound, Forbidden."""
    hearing_id, part = request.path_params["hearing_id"], request.path_params["part"]
    shapes = {"stills": STILL_NAME, "clips": CLIP_NAME}
    name = request.path_params["name"]
    if part not in shapes or not shapes[part].fullmatch(name):
        raise NotFound
    platform = context(request)
    await platform.work.reading(hearing_for, actor(request), Action.SEE_COURTROOM, hearing_id)
    path = platform.settings.public / hearing_id / part / name
    if path.is_symlink() or not path.is_file():
        raise NotFound
    return FileResponse(
        path, media_type=TYPES[path.suffix[1:]], headers={"Cache-Control": "private, max-age=60"}
    )


async def _show(request: Request, *, problem: str = "", status: int = 200) -> Response:
    person, work = actor(request), context(request).work
    desk = await work.reading(entry_desk.desk, person, request.path_params["hearing_id"])
    notice = done(request, "entries_done")
    hidden = request.query_params.get("hidden", "")
    if notice and hidden.isdigit():
        notice = f"{notice} {words_of(request)('entries.screened', n=hidden)}"
    values: Json = {
        "here": "hearings",
        "desk": desk,
        "hearing": desk.card,
        "roles": ROLES,
        "notice": notice,
        "problem": problem,
    }
    return staff_page(request, "entries.html", values, status)
