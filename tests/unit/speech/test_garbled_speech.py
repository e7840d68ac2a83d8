"""Readings as a recogniser really gave them for a hard voice: heard by their sounds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, Span
from media_workers.speech.hypothesis import Hypothesis
from media_workers.speech.spot import PrivateSpeechSpotter
from tests.unit.speech.test_private_speech import share, spotted, words


@pytest.mark.parametrize(
    ("text", "private"),
    [
        # 现住址,经开区昆仑街九百八十八号三楼
        ("先诸至禁开取困轮解救败法八号三楼，房子是租的。", "禁开取困轮解救败法八号三楼"),
        # 我妈住在丰乐县城关镇建设路二巷十五号
        ("我妈住在风乐线陈关正介设路二向十五号，她身体不好。", "风乐线陈关正介设路二向十五号"),
        # 户籍在松平县大石镇柳河村三组
        ("呼籍的宋平先大时真六和寸三祖，我说完了。", "宋平先大时真六和寸三祖"),
        # 住铁西区兴华北街十七号甲,华府新天地二期,六栋幺八零二
        (
            "住铁西驱兴华北街时期号甲华府新天第二七六动一八零二，快递也寄。",
            "铁西驱兴华北街时期号甲华府新天第二七六动一八零二",
        ),
    ],
)
def test_an_address_of_which_every_second_word_is_wrong(text: str, private: str) -> None:
    said = words(text)
    assert share(said, spotted(said), private, text) > 0.95


@pytest.mark.parametrize(
    ("text", "private"),
    [
        # 卡号六二九九零七八七四七七…: 17 syllables, one of them written as a digit
        ("卧用的踏毫溜儿救救零起吧起司起起刺起，转到他那里。", "溜儿救救零起吧起司起起"),
        # 手机幺五四幺八五六八零七二
        ("受即要物四要把物六把零起啊，顺达财产。", "要物四要把物六把零起"),
        # 我的手机号是幺五四零五二九五八六幺
        ("莫底受几康物斯林物而救物把流，后面是民事诉讼法。", "物斯林物而救物把流"),
        # 护照号码伊三零五幺八八七二
        ("护照后骂一省礼物要把它挤二，病历号是另一件。", "一省礼物要把它挤二"),
        # 病案号幺零零二七四五三: not the number of the case
        ("上写的是定案号邀零零二七四五三，收款。", "零零二七四五三"),
    ],
)
def test_digits_that_were_written_as_words(text: str, private: str) -> None:
    said = words(text)
    assert share(said, spotted(said), private, text) > 0.95


@pytest.mark.parametrize(
    ("text", "private", "reason"),
    [
        ("病历上写的是双枪情感障碍，一直吃药。", "双枪情感障碍", Reason.HEALTH),
        ("我因为这个是得了一预证，一直在吃药。", "一预证", Reason.HEALTH),
        ("她儿子在育财实验小学四年级一般，想转学。", "财实验小学四年级一般", Reason.MINOR),
        ("他女儿也认识，在滨河第二小学六年级。后来搬走了。", "滨河第二小学六年级", Reason.MINOR),
        ("小孩在市第十一中学初二三班，期末考试。", "第十一中学初二三班", Reason.MINOR),
        ("病历里写的诊断是慢性支气管炎，花了两千块。", "慢性支气管炎", Reason.HEALTH),
    ],
)
def test_illnesses_and_schools(text: str, private: str, reason: Reason) -> None:
    said = words(text)
    spans = spotted(said)
    assert share(said, spans, private, text) > 0.95
    assert {span.reason for span in spans} == {reason}


@pytest.mark.parametrize(
    "text",
    [
        "后来都是微信转的，一次两万一次三万五，最后一次是四万六千块。",
        "顺达保险公司江州分公司，住所地江州市南湖区商务大道一百零八号，委托代理人高博。",
        "保单号是二零二五零三一八零零七七，请法庭核对。",
        "他用手机拍的照片一共四十七张，已经提交了。",
        "他住在哪里我不知道，也没有去过他家那条路。",
        "根据公司法第二十一条，股东不得滥用权利。",
        "住院以后他去过一次，知道两边都有错。",
        "孩子都在的，他在五小时以后才回来。",
        # heard for 货款四十八万七千五百元; 驾驶 sounds like 家是, 病是 like 病史, 严重 like 炎
        "判令被告支付付款48750500人，支付逾期利息。",
        "与被害人驾驶的电动三轮车相撞，血液中酒精含量为每百毫升一百六十八毫克。",
        "那个病是老毛病，跟漏水有什么关系。",
        "手机和邮箱也确认一下，用来送达。",
        "大夫说不严重，做操就行。",
        "我们小区有七栋楼，每栋十八层。",
        "记到我单位吧，江州市铁西区北二路六号顺通物流公司，都能收到。",
        "鉴定意见书文号将公鉴自2026第113号，没有异议。",
        "我主张他去年在人民路买过十五吨，没有付钱。",
        # heard for 事故的真实性 (as 孤独症) and for 二十七万六千四百一十二元五角
        "后来才上的，对事故的真实性没有意义。",
        "共计二七幺六四幺二人五角，二保险公司赔付。",
        "撞上电动车，交警大队初级第三三零六零二零二四零零零八八五号事故认定书。",
        "卡号最后四位是七零三六，跟对账单一样。",
        "被告人你的户籍地，现住址身份证号码向法庭如实说明。",
        "驾驶证号和身份证号一样，请核对。",
        "支付宝账号就是那个邮箱。",
        "他买了轿车一辆，二零二四年卖掉的，车一辆四五六零零元。",
        "他有点毛病，不过不影响。",
        # heard for 福建汇鑫律师事务所 (as 心律失常), 二零二五年 and 勘二零二五第零四四号
        "变互人福建会心律师事务所律师安然，起诉指控。",
        "什么时候被羁押的，没有，二零二五a二零二五a，被抓的。",
    ],
)
def test_what_is_used_or_belongs_to_an_office_stays(text: str) -> None:
    assert spotted(words(text)) == []


def test_a_number_that_is_complete_ends_where_other_words_come() -> None:
    text = "证件号码九九零九零三一九八三零二二七八二零五，有效七到二零三五年，没有错。"
    said = words(text)
    spans = spotted(said)
    assert share(said, spans, "九九零九零三一九八三零二二七八二零五", text) == 1.0
    assert share(said, spans, "二零三五年", text) == 0.0


@pytest.mark.parametrize(
    ("text", "private"),
    [
        # 肠梗阻, 腹膜炎, 鼻中隔穿孔 with one syllable wrong, behind a word that leads to an illness
        ("术后第三天出现长梗组，又做了第二次手术。", "长梗组"),
        ("入院的时候就已经有不模严，病情危重。", "不模严"),
        ("手术以后出现鼻中个穿孔，鼻子歪了。", "鼻中个穿孔"),
        ("他母亲因为心房颤动住过院。", "心房颤动"),
    ],
)
def test_an_illness_of_which_one_syllable_is_wrong(text: str, private: str) -> None:
    said = words(text)
    assert share(said, spotted(said), private, text) > 0.95


def test_while_another_window_follows_the_end_of_this_one_is_not_guessed() -> None:
    """A card of which digits are missing: what the next person says is heard a window later."""
    said = words("卡号六二三零六六七八八九一二三，我一下子拿不出来")
    number = [word for word in said if word.span.end <= said[14].span.end]
    bounds = Span(0, number[-1].span.end + 2 * SECOND)
    heard = Hypothesis(bounds, tuple(number), (Span(SECOND, bounds.end),), closing=False)
    end = max(span.span.end for span in PrivateSpeechSpotter().push(heard))
    assert number[-1].span.end < end <= bounds.end - SECOND
    last = PrivateSpeechSpotter().push(replace(heard, closing=True))
    assert max(span.span.end for span in last) > end


def test_a_mail_address_ends_with_its_sentence() -> None:
    said = words("由相识章鱼八八六艾特一六三点五，被告商家到了没有")
    marks = tuple("。" if word.text == "五" else "" for word in said)
    bounds = Span(0, said[-1].span.end + SECOND)
    heard = Hypothesis(bounds, tuple(said), (bounds,), after=marks)
    end = max(span.span.end for span in PrivateSpeechSpotter().push(heard))
    assert said[14].span.end <= end <= said[15].span.end + SECOND // 2
