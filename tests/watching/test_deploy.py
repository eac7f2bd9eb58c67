"""The files for those who watch: each metric and label that they ask for is one we tell."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Metric

from bot.outbox.models import DeliveryState, Outcome
from bot.tally import RESTARTS
from bot.watching.alarms import AlarmKind
from bot.watching.watch import Watch
from tests.engagement.community import Community
from tests.watching import test_metrics
from tests.watching.test_metrics import live, read

watch = test_metrics.watch

DEPLOY = Path(__file__).resolve().parents[2] / "docs" / "deploy"
BOARD = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
RULES = (DEPLOY / "prometheus-alerts.yaml").read_text(encoding="utf-8")

# What Prometheus itself adds.
ADDED = {"job", "instance", "le"}
SUFFIXES = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"], "info": ["_info"]}
NAME = re.compile(r"\b((?:hubbub|process)_[a-z_]+)(?:{([^}]*)})?")
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
GROUPING = re.compile(r"\b(?:by|without)\s*\(([^)]*)\)")
# One rule in the file: everything from its name to the next one's.
RULE = re.compile(r"- alert: (\w+)\n(.*?)(?=\n\n|\Z)", re.DOTALL)
EXPRESSION = re.compile(r"expr: (?:>-\n)?(.*?)(?=\n\s+(?:for|labels|annotations):)", re.DOTALL)
SAID = {
    "state": set(DeliveryState),
    "outcome": {*Outcome, "new", "repeated", "quarantined"},
    "kind": set(AlarmKind),
    "by": {"bot", "person"},
}


def alerts() -> dict[str, str]:
    """Each rule's expression by its name."""
    found = {}
    for name, body in RULE.findall(RULES):
        expression = EXPRESSION.search(body)
        assert expression is not None, name
        found[name] = " ".join(expression[1].split())
    return found


def panels() -> Iterator[tuple[str, str]]:
    for panel in BOARD["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


def expressions() -> list[tuple[str, str]]:
    return [*panels(), *alerts().items()]


def told(metrics: dict[str, Metric]) -> dict[str, set[str]]:
    """Every name that can be asked for, with its labels."""
    found = {}
    for name, metric in metrics.items():
        labels = {label for sample in metric.samples for label in sample.labels}
        for suffix in SUFFIXES.get(metric.type, [""]):
            found[name + suffix] = labels | ADDED
    return found


async def test_all_that_is_asked_for_is_told(community: Community, watch: Watch) -> None:
    await live(community)
    RESTARTS.labels("outbox")
    known = told(read(community, watch)) | {"hubbub_streams": ADDED}
    problems = []
    for where, expression in expressions():
        names = NAME.findall(expression)
        assert names, where
        labels = {label for name, _ in names for label in known.get(name, set())}
        problems += [f"{where}: there is no {name}" for name, _ in names if name not in known]
        for name, matchers in names:
            for label, _, values in MATCHER.findall(matchers):
                if label not in known.get(name, set()):
                    problems.append(f"{where}: {name} has no label {label}")
                unsaid = set(values.split("|")) - SAID.get(label, set(values.split("|")))
                problems += [f"{where}: {label} is never {value}" for value in unsaid]
        for grouped in GROUPING.findall(expression):
            strange = {one.strip() for one in grouped.split(",")} - labels
            problems += [f"{where}: nothing there has the label {label}" for label in strange]
    assert problems == []


async def test_all_that_is_told_is_shown(community: Community, watch: Watch) -> None:
    """A number that nobody sees need not be counted."""
    await live(community)
    ours = {name for name in read(community, watch) if name.startswith("hubbub_")}
    shown = " ".join(expression for _, expression in panels())
    assert {name for name in ours if name not in shown} == set()


@pytest.mark.parametrize(("where", "expression"), expressions())
def test_parentheses_and_quotes_are_closed(where: str, expression: str) -> None:
    for opening, closing in ("()", "{}", "[]"):
        assert expression.count(opening) == expression.count(closing)
    assert expression.count('"') % 2 == 0


def test_every_panel_has_a_place_of_its_own_and_says_what_it_shows() -> None:
    taken: set[tuple[int, int]] = set()
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
    for panel in BOARD["panels"]:
        at: dict[str, Any] = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        assert panel["type"] == "row" or panel["description"]
        taken |= cells


def test_every_alert_says_what_to_do() -> None:
    found = RULE.findall(RULES)
    assert len(found) == RULES.count("alert:") == len({name for name, _ in found}) > 10
    for name, body in found:
        assert re.search(r"labels: {severity: (page|ticket)}", body), name
        assert re.search(r"summary: \S.+", body), name
        assert re.search(r"\n\s+do: \S.+", body), name


def test_every_kind_of_alarm_reaches_somebody() -> None:
    """By its own kind, or by the number that it is computed from."""
    by_number = {
        "channel_paused": "hubbub_channels_paused",
        "network_down": "hubbub_network_up",
        "delivery_unknown": 'state="unknown"',
        "delivery_refused": 'state="refused"',
        "event_quarantined": "hubbub_quarantined",
        "person_waiting": "hubbub_messages_oldest_seconds",
        "inbox_stalled": "hubbub_inbox_oldest_seconds",
        "disk_full": "hubbub_disk_free_bytes",
    }
    asked = " ".join(alerts().values())
    missing = {kind for kind in AlarmKind if by_number.get(kind, kind.value) not in asked}
    assert missing == set()


def test_the_rules_are_yaml() -> None:
    yaml = pytest.importorskip("yaml")
    (group,) = yaml.safe_load(RULES)["groups"]
    assert {rule["alert"]: " ".join(rule["expr"].split()) for rule in group["rules"]} == alerts()


__all__ = ["watch"]
