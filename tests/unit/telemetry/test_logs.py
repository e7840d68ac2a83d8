from __future__ import annotations

import json
import logging

import pytest
import structlog

from courtstream.domain.pii import Pii
from courtstream.telemetry.logs import drop_personal, set_up_logs


@pytest.fixture(autouse=True)
def put_back() -> object:
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    yield None
    structlog.reset_defaults()
    logging.getLogger().handlers = handlers
    logging.getLogger().setLevel(level)


def test_lines_are_json_with_hearing_and_request(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs()
    with structlog.contextvars.bound_contextvars(request="q_1"):
        structlog.get_logger("a").info("admitted", hearing="h_1", pii_name="张三")
    logging.getLogger("library").warning("plain %s", "text")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert first["hearing"] == "h_1"
    assert first["request"] == "q_1"
    assert first["level"] == "info"
    assert "张三" not in str(first)
    assert second["event"] == "plain text"


def test_personal_values_are_masked_at_any_depth() -> None:
    fields = {"a": Pii("张三"), "b": {"pii": 1, "c": [Pii("李四")]}, "PII_x": 1}
    assert drop_personal(None, "info", fields) == {"a": "＊＊", "b": {"c": ["＊＊"]}}


def test_an_exception_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs()
    try:
        raise ValueError("boom")
    except ValueError:
        structlog.get_logger("a").exception("failed")
    line = json.loads(capsys.readouterr().err)
    assert "ValueError" in line["exception"]


def test_what_an_exception_failed_on_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs()
    try:
        try:
            raise KeyError("张三")
        except KeyError as error:
            raise ValueError("证人李四") from error
    except ValueError:
        structlog.get_logger("a").exception("failed")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    ours, library = capsys.readouterr().err.splitlines()
    for line in (ours, library):
        assert "张三" not in line
        assert "李四" not in line
        assert "ValueError at test_logs.py:" in json.loads(line)["exception"]
        assert "KeyError at test_logs.py:" in json.loads(line)["exception"]
