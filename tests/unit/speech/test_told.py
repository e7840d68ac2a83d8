"""What a cue announces is hidden to its clause's end; readings as a recogniser gave them."""

from __future__ import annotations

import pytest

from courtstream.domain.redaction import Reason
from tests.unit.speech.test_private_speech import share, spotted, words


@pytest.mark.parametrize(
    ("text", "private", "reason"),
    [
        # 多处软组织挫伤; 轻度焦虑状态; 双相情感障碍; 甲状腺恶性肿瘤
        ("那天医生开的枕段是多处软组之错上。", "多处软组之错上", Reason.HEALTH),
        ("大夫说是轻度焦虑状态，早就好了。", "轻度焦虑状态", Reason.HEALTH),
        ("并且换有双相晴感涨碍，不适合抚养孩子。", "双相晴感涨碍", Reason.HEALTH),
        ("他爱人查出甲床县恶性种流，一直在化疗。", "甲床县恶性种流", Reason.HEALTH),
        ("入院的时候已经有急性腹膜炎，家属签了字。", "急性腹膜炎", Reason.HEALTH),
        # 英俊中心校一年级; 第九中学初二七班; 明德小学三年级五班
        ("他上二道区英俊中西校一年级，第二天要考试。", "二道区英俊中西校一年级", Reason.MINOR),
        ("孩子还在上学，即化第九中学初二期班。", "第九中学初二期班", Reason.MINOR),
        ("现在旧读于朝阳区名德小学三年级五百。", "朝阳区名德小学三年级五百", Reason.MINOR),
        ("他的微信号大棚展持九二零五，证明销赃。", "大棚展持九二零五", Reason.ACCOUNT),
        # 李 sounds like 里, which would make it something inside the account
        ("加我微信李雷六四四六，我发给你。", "李雷六四四六", Reason.ACCOUNT),
        ("抖音号是李雷的拼音加二六四，大家都知道。", "李雷的拼音加二六四", Reason.ACCOUNT),
        # letters as they are said, with no 是 behind the cue
        (
            "电子邮箱艾勒艾弗艾姆七八三五艾特幺二六点康姆，就这个。",
            "艾勒艾弗艾姆七八三五",
            Reason.EMAIL,
        ),
        ("他那辆轿车藏开艾克斯六艾克斯八九，没换过。", "藏开艾克斯六艾克斯八九", Reason.PLATE),
        ("我开的车是浙A九四二恩达不溜，没换过。", "浙A九四二恩达不溜", Reason.PLATE),
        (
            "不动产权正好是加二零一八将州是不动产权第五八零九零六号，第二是车。",
            "不动产权第五八零九零六号",
            Reason.CERTIFICATE,
        ),
        ("我爸有点疼药病，我妈没事。", "疼药病", Reason.HEALTH),
        ("去年体检查出中度见识和集住测弯，没带他去治。", "中度见识和集住测弯", Reason.HEALTH),
        ("大夫说是过敏性消传，换了药。", "过敏性消传", Reason.HEALTH),
        # 皖克三五幺七二 behind 驾驶: a letter and three digits of five, behind a province
        ("当天晚上被告驾驶网客三秒七二，由北往南。", "网客三秒七二", Reason.PLATE),
        # 闽伊七幺零四恩: neither its province nor its letter was heard
        ("白色叫车一辆米七一零四，第三组是笔录。", "米七一零四", Reason.PLATE),
        # all of an identity number that is not known from the district and the birthday
        ("她钱包里有身份证，我既下来了，最后四位是七零三六。", "七零三六", Reason.ID),
        ("我能报出他的身份证号，后四位六幺零三，他就信了。", "六幺零三", Reason.ID),
        ("我开那辆老节答，将地计七零五四停在胡同口。", "将地计七零五四", Reason.PLATE),
    ],
)
def test_names_that_no_recogniser_knows(text: str, private: str, reason: Reason) -> None:
    said = words(text)
    spans = spotted(said)
    assert share(said, spans, private, text) > 0.95
    assert reason in {span.reason for span in spans}


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("户籍地黑石线红旗乡心力村四射，没有变过。", "黑石线红旗乡心力村四射"),
        ("暂住在二道区领冬露城中村六十七号旁边的平坊。", "领冬露城中村六十七号旁边的平坊"),
        ("娘家在安平仙双和乡靠善团，有人照看。", "安平仙双和乡靠善团"),
        ("留下房屋一套，位于昌邑区重庆街新建湖通五号。", "昌邑区重庆街新建湖通五号"),
        ("家庭住址长发震老虎国里头。", "长发震老虎国里头"),
    ],
)
def test_a_home_to_its_last_word(text: str, private: str) -> None:
    said = words(text)
    assert share(said, spotted(said), private, text) > 0.95


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("你的电话多少。六二起七，白天打。", "六二起七"),
        ("身份证号报一下。九九零起，后面忘了。", "九九零起"),
        ("原告电子送达的邮箱。爱欧领姨物点抗母。", "爱欧领姨物点抗母"),
        ("电话一五四二零三九八八七七。哦不对尾数是五五四七。", "五五四七"),
    ],
)
def test_the_answer_to_the_bench_is_hidden_however_short(text: str, private: str) -> None:
    said = words(text)
    assert share(said, spotted(said), private, text) > 0.95


@pytest.mark.parametrize(
    "text",
    [
        "今天就到这里，有事打法庭电话零四三一八五三零七七六二。",
        "鉴定机构的联系人是周老师，单位电话零四三一八九八八一二三四。",
        "下周三之前给我答复，电话零四三二六五零一一二二零，找法官助理。",
        "诊断证明书和费用清单都提交了。",
        "他一共得了多少钱我不清楚，货物他拿走了。",
        "孩子几年级我不知道，班主任是谁也不知道。",
        "你的电话多少。我没有电话。",
        "被告的住址以及电话请书记员核对。",
        "第一次开庭是在三年级别调整以前。",
        "那辆车开了七八年。",
        "焦点是保险公司应不应该赔非医保用药。",
        "由审判员贺文彬适用简易程序独任审理。",
        "他的微信一样。第一次开庭是一五年九月五号。",
    ],
)
def test_what_only_looks_announced_stays(text: str) -> None:
    assert spotted(words(text)) == []


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("能不能给我老家打电话，我爸的电话零四三七三一零八二六四。", "零四三七三一零八二六四"),
        ("法庭电话我没记，我的手机是一五四二零三九八八七七。", "一五四二零三九八八七七"),
    ],
)
def test_a_person_s_telephone_is_no_office_s(text: str, private: str) -> None:
    said = words(text)
    assert share(said, spotted(said), private, text) > 0.95
