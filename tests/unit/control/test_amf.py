from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.control.rtmp import amf
from courtstream.control.rtmp.errors import AmfError

plain = st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False), st.text(max_size=40))
names = st.text(min_size=1, max_size=10)
values = st.recursive(
    plain,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)),
    max_leaves=12,
)


@given(st.lists(values, max_size=4))
def test_what_is_encoded_is_decoded(sent: list[amf.AmfValue]) -> None:
    assert amf.decode(amf.encode(*sent)) == sent


@given(st.binary(max_size=400))
def test_hostile_bytes_are_values_or_an_amf_error(data: bytes) -> None:
    try:
        amf.decode(data)
    except AmfError:
        return


def test_an_ecma_array_with_a_wrong_count_ends_at_its_marker() -> None:
    data = b"\x08\xff\xff\xff\xff" + b"\x00\x01a" + amf.encode(1.0) + b"\x00\x00\x09"
    assert amf.decode(data) == [{"a": 1.0}]


def test_long_strings_and_dates() -> None:
    long = "庭" * 30_000
    assert amf.decode(amf.encode(long)) == [long]
    date = b"\x0b" + amf.encode(5.0)[1:] + b"\x00\x00"
    assert amf.decode(date) == [5.0]


@pytest.mark.parametrize(
    "data",
    [
        b"\x0a\xff\xff\xff\xff" + b"\x05" * 9000,  # more items than anybody needs
        b"\x03\x00\x01a" * 400,  # deeper than anybody needs
        b"\x0a\x00\x00\x00\x01" * 3000,
        b"\x02\xff\xffab",
        b"\x11",
    ],
)
def test_bounds(data: bytes) -> None:
    with pytest.raises(AmfError):
        amf.decode(data)


def test_not_a_number_survives() -> None:
    (value,) = amf.decode(amf.encode(math.nan))
    assert math.isnan(value)
