"""Both languages say everything, and templates ask only for what is there."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from courtstream.api.pages.assets import web_folder
from courtstream.api.pages.i18n import Catalog, choose_language, load_catalogs
from courtstream.api.pages.render import Pages
from courtstream.api.pages.wording import Wording
from courtstream.auth.policy import Action
from courtstream.control.protocol import Verb
from courtstream.domain.publication import ClosureEffect
from courtstream.domain.redaction import FAIL_CLOSED, Reason
from courtstream.domain.scoring import Outcome, ScoreState
from courtstream.domain.staff import StaffRole
from courtstream.domain.supervision import NoticeAct, NoticeState
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import (
    CaseKind,
    HearingState,
    InterruptionReason,
    MinuteState,
    Procedure,
    PublicationMode,
    Role,
)
from courtstream.rules.masking.opening import opening_rules
from courtstream.store.reviews import ReviewVerdict
from courtstream.store.transcripts import ListeningState, RequestOutcome, SpeechState
from courtstream.store.trials import PublicationState

CATALOGS = load_catalogs(web_folder() / "locales")
ZH, EN = CATALOGS["zh-CN"], CATALOGS["en"]
SOURCES = sorted((web_folder() / "templates").glob("*.html"))
SCRIPTS = sorted((web_folder() / "src").rglob("*.ts"))
PYTHON = sorted((web_folder().parent / "src/courtstream/api/pages").glob("*.py"))

FAMILIES = {
    "span_reason.": [
        *(r.value for r in opening_rules().rows),
        *(Reason.VOICE, Reason.UNHEARD, Reason.ANALYSIS_LYING),
    ],
    "words.state.": [s.value for s in TranscriptState],
    "words.speech.": [s.value for s in SpeechState],
    "words.outcome.": [o.value for o in RequestOutcome],
    "words.listening.": [s.value for s in ListeningState],
    "state.": [s.value for s in HearingState],
    "kind.": [k.value for k in CaseKind],
    "procedure.": [p.value for p in Procedure],
    "role.": [r.value for r in Role],
    "mode.": [m.value for m in PublicationMode],
    "minute.": [m.value for m in MinuteState],
    "minute_why.": [m.value for m in MinuteState],
    "staff_role.": [r.value for r in StaffRole],
    "outcome.": [o.value for o in Outcome],
    "score_state.": [s.value for s in ScoreState],
    "action.": [a.value for a in Action],
    "me.how.": ["password", "totp", "recovery", "oidc"],
    "verdict.": [v.value for v in ReviewVerdict],
    "publication.": [s.value for s in PublicationState],
    "interruption.": [r.value for r in InterruptionReason],
    "command.": [v.value for v in Verb if v is not Verb.SET_DELAY],
    "command_confirm.": [v.value for v in Verb if v is not Verb.SET_DELAY],
    "command_done.": [v.value for v in Verb if v is not Verb.SET_DELAY],
    "effort.": [str(step) for step in range(5)],
    "notice_state.": [s.value for s in NoticeState],
    "notice_act.": [a.value for a in NoticeAct],
    "cover_state.": ["covered", "open", "na"],
    "lists_job.": ["queued", "running", "failed"],
    "guard_reason.": [r.value for r in FAIL_CLOSED],
    "watch.nothing.": ["scheduled", "ended", "gate", "cancelled"],
    "watch.nothing_why.": ["scheduled", "ended", "gate", "cancelled"],
}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_and_the_same_places() -> None:
    assert ZH.messages.keys() == EN.messages.keys()
    for key in ZH.messages:
        assert places(ZH.messages[key]) == places(EN.messages[key]), key


def test_no_sentence_is_empty_and_chinese_is_chinese() -> None:
    for key, text in ZH.messages.items():
        assert text.strip(), key
        if not re.search(r"[\u4e00-\u9fff]", text):
            assert key in {"list.comma", "punct.colon", "desk.lede", "site.og_locale"}, key
    for key, text in EN.messages.items():
        assert text.strip(), key


@pytest.mark.parametrize("path", [*SOURCES, *SCRIPTS, *PYTHON], ids=lambda p: p.name)
def test_a_source_names_only_known_keys(path) -> None:
    text = path.read_text(encoding="utf-8")
    asked = re.findall(r"""\b(?:t|word|words)\(\s*["']([a-z_0-9]+\.[\w.?]*\w)["'][,)\s]""", text)
    assert [key for key in asked if not ZH.has(key)] == []


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_value_of_a_family_has_a_sentence(family: str) -> None:
    assert [v for v in FAMILIES[family] if not ZH.has(f"{family}{v}")] == []


def test_every_key_is_used_somewhere() -> None:
    everything = "\n".join(p.read_text(encoding="utf-8") for p in [*SOURCES, *SCRIPTS, *PYTHON])
    families = tuple(FAMILIES) + tuple(
        re.findall(r"""["'(`]([a-z_]+\.(?:[a-z_]+\.)?)(?:["'] ~|\{|\$\{)""", everything)
    )
    families += tuple(f"{key}." for key in re.findall(r'done\(request, "([a-z_.]+)"\)', everything))
    families += ("evidence.", "evidence_value.")  # keys come from the scorecards' rows
    unused = [k for k in ZH.messages if k not in everything and not k.startswith(families)]
    assert unused == []


@pytest.mark.parametrize(
    ("asked", "kept", "accept", "answer"),
    [
        (None, None, "", "zh-CN"),
        (None, None, "fr-FR,fr;q=0.9", "zh-CN"),
        (None, None, "en-GB,en;q=0.9,zh;q=0.5", "en"),
        (None, None, "en;q=0.3,zh-TW;q=0.8", "zh-CN"),
        (None, None, "zh;q=0,en", "en"),
        (None, "en", "zh-CN", "en"),
        ("zh-CN", "en", "en", "zh-CN"),
        ("xx", "<script>", "en", "en"),
    ],
)
def test_the_language_is_asked_for_kept_or_wished(
    asked: str | None, kept: str | None, accept: str, answer: str
) -> None:
    assert choose_language(asked, kept, accept, CATALOGS) == answer


@given(st.text(max_size=200))
def test_any_header_gives_one_of_the_two_languages(accept: str) -> None:
    assert choose_language(None, None, accept, CATALOGS) in {"zh-CN", "en"}


def test_an_unknown_key_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        Catalog("en", {})("no.such.key")


def test_effects_of_the_gate_need_no_words_of_their_own() -> None:
    assert not [e for e in ClosureEffect if ZH.has(f"effect.{e}")]


def test_a_third_language_is_a_file_more(tmp_path: Path) -> None:
    home = web_folder()
    for name in ("templates", "dist"):
        if (home / name).exists():
            (tmp_path / name).symlink_to(home / name)
    shutil.copytree(home / "locales", tmp_path / "locales")
    said = {"site.language": "한국어", "site.name": "재판 공개", "site.og_locale": "ko_KR"}
    (tmp_path / "locales" / "ko.json").write_text(json.dumps(said), encoding="utf-8")
    pages = Pages(tmp_path)

    async def home_page(request: Request) -> Response:
        return pages.respond(request, "accessibility.html", {})

    with TestClient(Starlette(routes=[Route("/", home_page)])) as client:
        page = client.get("/", headers={"Accept-Language": "ko-KR,ko;q=0.9"}).text
        assert '<html lang="ko"' in page and "재판 공개" in page
        assert ZH("nav.sign_in") in page, "what it does not say yet is said in Chinese"
        chinese = client.get("/?lang=zh-CN").text
        assert 'hreflang="ko"' in chinese and "한국어" in chinese
        assert client.get("/?lang=ko").headers["set-cookie"].startswith("cs_lang=ko")
    assert Wording("ko").plain_date(date(2026, 11, 28)) == "2026년 11월 28일"
