"""What operators copy speaks of figures, commands, settings and pages that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from courtstream.cli import media, run
from courtstream.settings import Settings
from courtstream.telemetry.metrics import REGISTRY

DOCS = Path(__file__).resolve().parents[3] / "docs"
DEPLOY = DOCS / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
_FIGURE = re.compile(r"\bcourtstream_[a-z_]+")
_SETTING = re.compile(r"\bCOURTSTREAM_[A-Z_]+")


def figures() -> set[str]:
    """Every name that /metrics can give."""
    return {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in REGISTRY.collect()
    }


def expressions() -> list[str]:
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text())
    board = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    alerts = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    panels = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    queries = [v["query"]["query"] for v in board["templating"]["list"] if v["type"] == "query"]
    return alerts + panels + queries


def test_every_figure_in_the_alerts_and_on_the_dashboard_exists() -> None:
    known = figures()
    named = {name for text in expressions() for name in _FIGURE.findall(text)}
    assert named and not named - known, named - known


def test_every_figure_of_hearings_and_nodes_is_on_the_dashboard() -> None:
    board = (DEPLOY / "grafana-dashboard.json").read_text()
    assert not {name for name in figures() if name not in board}


def test_every_alert_names_a_runbook_that_is_there() -> None:
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text())
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        assert (DOCS / "runbooks" / rule["annotations"]["runbook"]).is_file(), rule["alert"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_every_unit_starts_a_command_that_exists(unit: Path) -> None:
    app = typer.Typer()
    for group in (run, media):
        group.register(app)
    commands = {made.callback.__name__ for made in app.registered_commands if made.callback}
    (start,) = re.findall(r"^ExecStart=\S+/courtstream (\w+)$", unit.read_text(), re.MULTILINE)
    assert start in commands


def test_every_setting_that_is_named_exists() -> None:
    known = settings_names(Settings, "COURTSTREAM_")
    files = [*UNITS, DEPLOY / "Containerfile", DEPLOY / "compose.yaml", DEPLOY / "prometheus.yml"]
    named = {name for file in files for name in _SETTING.findall(file.read_text())}
    assert named and not named - known, named - known


def test_the_compose_file_mirrors_the_two_commands() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    recipe = (DEPLOY / "Containerfile").read_text()
    assert services["demo"]["command"][:2] == ["make", "demo"]
    assert services["test"]["build"]["target"] == "test"
    assert 'CMD ["make", "test"]' in recipe
    # by number, so that an engine can see without the image's files that it is not root
    assert re.findall(r"^USER (\w+)$", recipe, re.MULTILINE) == ["10001", "0", "10001"]
    for service in services.values():
        assert (DEPLOY / service["build"]["context"] / "pyproject.toml").is_file()
        assert re.search(rf"^FROM \w+ AS {service['build']['target']}$", recipe, re.MULTILINE)


def settings_names(model: Any, prefix: str) -> set[str]:
    """The variables of a settings class and of the classes in it."""
    names: set[str] = set()
    for name, field in model.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        own = f"{prefix}{name.upper()}"
        names |= settings_names(field.annotation, f"{own}__") if inner else {own}
    return names
