"""Invented view models, as rich as a real day: for page tests and for looking at the pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from courtstream.domain.scoring import Outcome, ScoreState
from courtstream.domain.staff import StaffRole
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import (
    CaseKind,
    CourtLevel,
    HearingState,
    MinuteState,
    Procedure,
    PublicationMode,
    Role,
)
from courtstream.services import views as v

NOW = datetime(2026, 11, 23, 6, 12, tzinfo=UTC)

COURTS = (
    v.CourtView("c1", "吉林省高级人民法院", "Jilin High People's Court", CourtLevel.HIGH, None, 0),
    v.CourtView("c2", "长春市中级人民法院", "", CourtLevel.INTERMEDIATE, "c1", 1),
    v.CourtView("c3", "长春净月开发区人民法院", "", CourtLevel.BASIC, "c2", 2),
)
JUDGES = tuple(
    v.JudgeView(f"j{n}", name, title, False, "c3", "长春净月开发区人民法院")
    for n, (name, title) in enumerate(
        (("周明远", "审判员"), ("林若兰", "审判员"), ("高岩", "人民陪审员"))
    )
)
CAUSES = ("买卖合同纠纷", "民间借贷纠纷", "机动车交通事故责任纠纷", "劳动争议", "房屋租赁合同纠纷")


def user(role: StaffRole = StaffRole.CLERK, judge_id: str | None = None) -> v.UserView:
    return v.UserView(
        "u1", "clerk", "苏晴", role, "c3", "长春净月开发区人民法院", judge_id, True, True
    )


def sign_in(role: StaffRole = StaffRole.CLERK, judge_id: str | None = None) -> v.SignIn:
    return v.SignIn(user(role, judge_id), "s1", "csrf-token", NOW + timedelta(hours=8))


def card(n: int = 0, state: HearingState = HearingState.ENDED, **changes: object) -> v.HearingCard:
    cause = CAUSES[n % len(CAUSES)]
    start = NOW.replace(hour=1, minute=0) + timedelta(minutes=45 * n)
    on_air = state in {HearingState.LIVE, HearingState.INTERRUPTED}
    over = state is HearingState.ENDED
    fields: dict[str, object] = {
        "id": f"h_{n:02}",
        "title": f"长春某商贸有限公司与吉林某建材有限公司{cause}一案",
        "case_number": f"（2026）吉0191民初{1287 + n}号",
        "cause": cause,
        "kind": CaseKind.CIVIL,
        "procedure": Procedure.CIV1_ORD if n % 2 else Procedure.CIV1_SUM,
        "court_id": "c3",
        "court_name": "长春净月开发区人民法院",
        "courtroom_id": "r1",
        "courtroom_name": "第三法庭",
        "judges": JUDGES if n % 2 else JUDGES[:1],
        "sole_judge": n % 2 == 0,
        "state": state,
        "scheduled_start": start,
        "actual_start": start + timedelta(minutes=2) if on_air or over else None,
        "actual_end": start + timedelta(minutes=58) if over else None,
        "duration": 3391.0 if over else 0.0,
        "demo": True,
        "live": on_air,
        "replay": over,
        "still": "",
    }
    return v.HearingCard(**{**fields, **changes})  # type: ignore[arg-type]


SPOKEN = (
    (Role.CLERK, "书记员", "请旁听人员保持安静。现在宣布法庭纪律。"),
    (Role.CLERK, "书记员", "全体起立，请审判人员入庭。"),
    (Role.JUDGE, "审判长", "请坐。现在核对当事人身份，请原告说明姓名、身份证号码和住址。"),
    (Role.PLAINTIFF, "原告", "我叫张某，身份证号码是［已消音］，住长春市［已消音］。"),
    (Role.JUDGE, "审判长", "经核对，双方到庭人员身份符合法律规定，可以参加本案诉讼。现在开庭。"),
    (Role.JUDGE, "审判长", "长春净月开发区人民法院依法适用普通程序，公开开庭审理本案。"),
    (Role.JUDGE, "审判长", "告知当事人诉讼权利和义务，是否申请合议庭成员及书记员回避？"),
    (Role.PLAINTIFF, "原告", "听清楚了，不申请回避。"),
    (Role.DEFENDANT, "被告", "不申请回避。"),
    (Role.JUDGE, "审判长", "下面进行法庭调查。首先由原告陈述诉讼请求以及事实和理由。"),
    (Role.PLAINTIFF, "原告", "请求判令被告支付货款一十二万六千元及逾期利息，诉讼费用由被告承担。"),
    (Role.JUDGE, "审判长", "被告答辩。"),
    (Role.DEFENDANT, "被告", "货款数额没有异议，但原告交付的第二批钢材存在质量问题，应当扣减。"),
)


def lines() -> tuple[v.TranscriptLine, ...]:
    made, at = [], 4.0
    for seq, (role, speaker, text) in enumerate(SPOKEN, 1):
        length = len(text) / 4.5
        made.append(
            v.TranscriptLine(
                seq, at, at + length, role, speaker, text, 0.93, TranscriptState.DRAFT_ASR
            )
        )
        at += length + 1.5
    return tuple(made)


STEPS = (
    ("CIV1_DISCIPLINE", "宣布法庭纪律", "Court discipline read", 4.0),
    ("CIV1_IDENTITY", "核对当事人身份", "Parties' identity checked", 19.0),
    ("CIV1_OPEN", "宣布开庭", "Hearing opened", 42.0),
    ("CIV1_RIGHTS", "告知权利义务、询问回避", "Rights told, recusal asked", 62.0),
    ("CIV1_CLAIM", "原告陈述诉讼请求", "Plaintiff's claims", 80.0),
    ("CIV1_DEFENCE", "被告答辩", "Defence", 104.0),
)


def chapters() -> tuple[v.Chapter, ...]:
    return tuple(v.Chapter(c, zh, en, t, t + 12, 0.9) for c, zh, en, t in STEPS)


PARTIES = (
    v.PartyView(Role.PLAINTIFF, "原告", "张某", False),
    v.PartyView(Role.DEFENDANT, "被告", "吉林某建材有限公司", False),
    v.PartyView(Role.WITNESS, "证人甲", "证人甲", True),
    v.PartyView(Role.CLERK, "书记员", "苏晴", False),
)
GATE = v.GateView(
    (PublicationMode.LIVE, PublicationMode.REPLAY), None, (), (), "2026.1", NOW - timedelta(days=4)
)
POLICY = v.PolicyView(10.0, 6.0, 30.0, "all", "tone", True, "person")


def hearing(
    state: HearingState = HearingState.LIVE, *, media: str = "/media/h_00/live/master.m3u8"
) -> v.HearingView:
    return v.HearingView(
        card=card(0, state),
        media=media,
        recording="",
        minute_state=MinuteState.DELAYED,
        minute_by="machine",
        minute_why="",
        wall_zero=NOW - timedelta(minutes=20),
        participants=PARTIES,
        publications=(),
        policy=POLICY,
        gate=GATE,
        minutes=(v.MinuteView(0.0, MinuteState.DELAYED, "machine", ""),),
        closures=(v.ClosureView(23.0, 31.0, "sound", "ANALYSIS_LATE"),),
        chapters=chapters(),
        withdrawn=False,
        worker_gone=False,
    )


def rooms() -> tuple[v.CourtroomView, ...]:
    return (
        v.CourtroomView(
            "r1",
            "第三法庭",
            "c3",
            "长春净月开发区人民法院",
            "7f2k",
            True,
            card(0, HearingState.LIVE),
        ),
        v.CourtroomView("r2", "第五法庭", "c3", "长春净月开发区人民法院", "m3qd", False, None),
    )


def courtroom() -> v.CourtroomPage:
    room = rooms()[0]
    mark = lambda s, kind, code, zh, en: v.MarkView(NOW - timedelta(seconds=s), kind, code, zh, en)  # noqa: E731
    return v.CourtroomPage(
        courtroom=room,
        keys=(
            v.KeyView("k1", "7f2k", NOW - timedelta(days=12), "苏晴", None, ""),
            v.KeyView(
                "k0", "x81p", NOW - timedelta(days=60), "苏晴", NOW - timedelta(days=12), "苏晴"
            ),
        ),
        urls=v.IngestUrls(
            "rtmp://ingest.court.example:1935/live",
            "",
            "",
            "ffmpeg -re -i 庭审.mp4 -c:v libx264 -preset veryfast -g 50 -c:a aac -f flv "
            "rtmp://ingest.court.example:1935/live/推流密钥",
        ),
        sources=(v.PullView("ps1", "rtsp://recorder.court.example:554/1", True, True, "", None),),
        streams=(),
        marks=(
            mark(4, "guard", "", "播出闸已恢复开启", "The guard opened again"),
            mark(
                11,
                "guard",
                "ANALYSIS_LATE",
                "语音分析滞后，播出闸关闭 1.2 秒",
                "Speech late: guard closed 1.2 s",
            ),
            mark(
                1180,
                "source",
                "",
                "编码器已连接，1280×720，25 帧/秒",
                "Encoder connected, 1280×720, 25 fps",
            ),
            mark(
                1192,
                "source",
                "ingest_key_unknown",
                "有编码器使用了已停用的密钥，已拒绝",
                "An encoder with a revoked key was refused",
            ),
        ),
        today=(card(0, HearingState.LIVE), card(5, HearingState.SCHEDULED)),
        status=v.LiveStatus(
            "h_00",
            NOW,
            False,
            MinuteState.DELAYED,
            "",
            "connected",
            1183.2,
            1172.9,
            10.0,
            1.1,
            3.4,
            True,
            1,
            "",
            {"fps": 25.0, "width": 1280, "height": 720, "pictures_not_analysed": 0},
            (
                v.ComingView(1174.0, 1176.5, 1.1, "请原告核对身份信息。"),
                v.ComingView(1176.6, 1181.0, 3.7, "身份证号是〔个人信息〕，核对", "ID", "machine"),
                v.ComingView(
                    1181.4, 1182.8, 8.5, "合同编号〔个人信息〕", "NUMBER", "machine", may_keep=True
                ),
            ),
        ),
        gate=GATE,
        policy=POLICY,
        segments=290,
        redactions=41,
    )


CATEGORIES = (
    v.CategoryScore("STEPS", "程序规范", "Procedure", 38.5, 45.0, 2),
    v.CategoryScore("PUNCT", "准时与秩序", "Punctuality and order", 17.0, 20.0, 1),
    v.CategoryScore("RECORD", "录音录像与音画质量", "Recording and A/V quality", 31.0, 35.0, 0),
)


def findings() -> tuple[v.FindingView, ...]:
    at = lambda t, q, c=0.9: (v.EvidenceView(t, t + 8, "", q, c),)  # noqa: E731
    row = (v.EvidenceView(None, None, "排定 09:00，开庭 09:02", "", 1.0),)
    return (
        v.FindingView(
            "f1",
            "CIV1_DISCIPLINE",
            "STEPS",
            "宣布法庭纪律",
            "Court discipline read",
            Outcome.MET,
            5,
            5,
            "SP",
            "《人民法院法庭规则》第17条",
            0.96,
            at(4.0, "现在宣布法庭纪律"),
            (),
            False,
        ),
        v.FindingView(
            "f2",
            "CIV1_RIGHTS",
            "STEPS",
            "告知诉讼权利义务并询问是否申请回避",
            "Rights told and recusal asked",
            Outcome.UNCLEAR,
            8,
            4,
            "SP",
            "《民事诉讼法》第140条",
            0.61,
            at(62.0, "告知当事人诉讼权利和义务", 0.61),
            (),
            True,
        ),
        v.FindingView(
            "f3",
            "CIV1_FINAL",
            "STEPS",
            "征询当事人最后意见",
            "Final statements asked",
            Outcome.NOT_FOUND,
            6,
            0,
            "SP",
            "《民事诉讼法》第144条",
            0.7,
            at(104.0, "", 0.7),
            (),
            True,
        ),
        v.FindingView(
            "f4",
            "PUNCT_START",
            "PUNCT",
            "按时开庭",
            "Opened on time",
            Outcome.MET,
            10,
            9,
            "ME",
            "",
            1.0,
            row,
            (),
            False,
        ),
        v.FindingView(
            "f5",
            "REC_FULL",
            "RECORD",
            "录音录像完整",
            "Recording complete",
            Outcome.MET,
            15,
            15,
            "ME",
            "法释〔2017〕5号第2条",
            1.0,
            row,
            (),
            False,
        ),
    )


def scorecard() -> v.ScorecardView:
    steps = (
        *tuple(
            v.StepView(c, zh, en, Outcome.MET, t, t + 10, SPOKEN[n][2][:18], 0.9, "")
            for n, (c, zh, en, t) in enumerate(STEPS)
        ),
        v.StepView(
            "CIV1_FINAL",
            "征询最后意见",
            "Final statements",
            Outcome.NOT_FOUND,
            None,
            None,
            "",
            0.7,
            "",
        ),
    )
    return v.ScorecardView(
        "sc1",
        card(0),
        "CS-HEARING",
        "1.0.0",
        "CIV1_SUM",
        86.5,
        78.0,
        93.5,
        ScoreState.SUGGESTED,
        NOW,
        CATEGORIES,
        findings(),
        steps,
        (
            v.RuleView(
                "X-ORDER", "先核对身份再宣布开庭", "Identity before opening", False, None, ""
            ),
            v.RuleView(
                "X-RECUSAL",
                "询问回避须双方表态",
                "Both sides answer on recusal",
                True,
                70.0,
                "只听到一方回答",
            ),
        ),
    )


def performance() -> v.Performance:
    scores = (81.0, 84.5, 79.0, 86.0, 88.5, 85.0, 90.0, 87.5, 91.0, 86.5)
    rows = tuple(
        v.ScoredHearing(card(n), s, s - 7, min(100.0, s + 6), ScoreState.SUGGESTED, n % 4)
        for n, s in enumerate(reversed(scores))
    )
    first = date(2026, 9, 14)
    trend = tuple(
        v.TrendPoint(first + timedelta(weeks=n), s, 1 + n % 3) for n, s in enumerate(scores)
    )
    return v.Performance(
        JUDGES[0], rows, trend, CATEGORIES, 86.0, 82.4, v.CourtBand(79.0, 84.0, 89.5, 11), 12
    )
