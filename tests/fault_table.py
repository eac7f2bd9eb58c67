"""What was tried on each network, as a table at the end of the tests' output."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.stand_ins.faults import Fault

_TESTS = re.compile(r"tests/adapters/(\w+)/test_faults\.py::.*\[(.+)\]$")
_SHOWN = {"passed": "held", "failed": "FAILED"}


def fault_table(stats: Mapping[str, Iterable[Any]]) -> Iterator[str]:
    """The lines; none where no fault was tried. ``stats``: pytest's reports by outcome."""
    found: dict[tuple[Fault, str], str] = {}
    for outcome in ("passed", "failed"):  # one that failed outweighs those that passed
        for report in stats.get(outcome, ()):
            if match := _TESTS.search(report.nodeid):
                network, parameters = match.groups()
                for fault in _named(parameters):
                    found[fault, network] = _SHOWN[outcome]
    networks = sorted({network for _, network in found})
    if not networks:
        return
    yield f"{'':45}" + "".join(f"{network:>10}" for network in networks)
    for fault in Fault:
        marks = [found.get((fault, network), "-") for network in networks]
        yield f"{fault:45}" + "".join(f"{mark:>10}" for mark in marks)


def _named(parameters: str) -> list[Fault]:
    """By its words, or as the last of several parameters by its name."""
    return [
        fault
        for fault in Fault
        if parameters == fault or fault.name in re.split(r"[^A-Z_]+", parameters)
    ]
