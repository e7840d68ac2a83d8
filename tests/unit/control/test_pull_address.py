"""What may be fetched: only listed protocols, names and networks, by the address a name has."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.control.pull.address import AllowList, parsed
from courtstream.domain.errors import SourceRefused

LISTED = AllowList(["*.court.example", "recorder.example:554", "10.2.0.0/16", "fd00::/8"])


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "concat:rtsp://a.court.example/1|file:/etc/passwd",
        "subfile,,start,0,end,9,,:/etc/passwd",
        "crypto+file:/etc/passwd",
        "tcp://a.court.example:22",
        "rtsp:///path",
        "rtsp://a.court.example:0/x",
        "rtsp://a.court.example:99999/x",
        "rtsp://a.court.example/x#y",
        "rtsp://a.court.example/x y",
        "rtsp://a.court.example\\@127.0.0.1/",
        "rtsp://a.court.example/\r\nDESCRIBE rtsp://b",
        "rtsp://法院.example/x",
        "//a.court.example/x",
        "",
    ],
)
def test_other_protocols_and_forms_are_refused(url: str) -> None:
    with pytest.raises(SourceRefused):
        parsed(url)


def test_an_address_and_its_login_are_told_apart() -> None:
    source, login = parsed("rtsp://us%40er:p%3Aw@Recorder.example/ch1?sub=0")
    assert source.text() == "rtsp://recorder.example:554/ch1?sub=0"
    assert (login.user, login.password) == ("us@er", "p:w")
    assert "p:w" not in repr(login)
    assert parsed("http://[fd00::1]:8080/a.ts")[0].text() == "http://[fd00::1]:8080/a.ts"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("rtsp://a.court.example/", "93.184.215.14"),
        ("rtsp://recorder.example/", "93.184.215.14"),
        ("rtsp://a.court.example/", "10.2.3.4"),
        ("rtsp://10.2.3.4:8554/", "10.2.3.4"),
        ("rtsp://[fd00::5]/", "fd00::5"),
    ],
)
def test_listed_sources_are_reached_by_the_address_they_have(url: str, address: str) -> None:
    source, _ = parsed(url)
    LISTED.check_name(source)
    assert LISTED.choose(source, [address]) == address


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("rtsp://a.court.example/", ["127.0.0.1"]),
        ("rtsp://a.court.example/", ["10.9.0.1"]),
        ("rtsp://a.court.example/", ["169.254.169.254"]),
        ("rtsp://a.court.example/", ["::1"]),
        ("rtsp://a.court.example/", ["::ffff:127.0.0.1"]),
        ("rtsp://a.court.example/", ["224.0.0.1"]),
        ("rtsp://a.court.example/", ["0.0.0.0"]),
        ("rtsp://a.court.example/", ["93.184.215.14", "192.168.0.1"]),
        ("rtsp://a.court.example/", []),
        ("rtsp://other.example/", ["93.184.215.14"]),
        ("rtsp://other.example/", ["10.2.3.4"]),
        ("rtsp://10.9.0.1/", ["10.9.0.1"]),
        ("rtsp://court.example.evil.example/", ["93.184.215.14"]),
    ],
)
def test_addresses_that_no_entry_holds_are_refused(url: str, addresses: list[str]) -> None:
    source, _ = parsed(url)
    with pytest.raises(SourceRefused):
        LISTED.check_name(source)
        LISTED.choose(source, addresses)


def test_a_port_on_the_list_is_meant() -> None:
    only_rtsp = AllowList(["recorder.example:554"])
    only_rtsp.check_name(parsed("rtsp://recorder.example/")[0])
    with pytest.raises(SourceRefused):
        only_rtsp.check_name(parsed("http://recorder.example/")[0])


def test_without_a_list_nothing_is_fetched() -> None:
    with pytest.raises(SourceRefused):
        AllowList([]).check_name(parsed("rtsp://recorder.example/")[0])


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), st.text(max_size=60).map(lambda t: "rtsp://" + t)))
def test_any_text_is_an_address_or_is_refused(url: str) -> None:
    try:
        source, _ = parsed(url)
    except SourceRefused:
        return
    assert source.scheme in ("rtsp", "http", "https")
    assert source.host and not set(source.host) & set("@/\\ #?")
    assert 0 < source.port < 65536
