"""A real Hubbub in a process of its own, for journeys through its pages."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.db import Database, Writer
from bot.db.upgrade import upgrade
from bot.products import service as products
from bot.suppliers.partners import add_supplier

CATALOGUE = """sku,name,brand,aliases
CUP-1,Trail Lid Cup,Brookstead,lid cup|trail cup
PAN-1,Ember Pan,Ironleaf,
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """``address`` without a slash; ``entry``: the owner's one-time link."""

    address: str
    entry: str
    process: "subprocess.Popen[str]"


def open_a_shop(folder: Path) -> None:
    """Two products of two brands, each with its supplier."""
    database = Database(f"sqlite:///{folder}/hubbub.db")
    upgrade(database)
    with Writer(database) as writer:
        writer.run_blocking(
            lambda session: products.apply(session, products.plan_import(session, CATALOGUE))
        )
        for name, brand in (("Brook & Daughters", "Brookstead"), ("Ironleaf Works", "Ironleaf")):
            email = f"{brand.lower()}@example.com"
            writer.run_blocking(
                lambda session, name=name, email=email, brand=brand: add_supplier(  # type: ignore[misc]  # lambda defaults
                    session, name, email, brands=[brand]
                )
            )
    database.close()


@contextmanager
def running(folder: Path, port: int = 0, **settings: str) -> Iterator[Running]:
    """`hubbub run` on this or a free port, over the data in ``folder``; ended with SIGTERM.

    ``settings``: further variables of its environment, such as HUBBUB_LOGS__LEVEL.
    """
    environment = os.environ | {
        "HUBBUB_DATA": str(folder),
        "HUBBUB_SHOP__NAME": "Fern & Kettle",
        "COLUMNS": "300",
        "NO_COLOR": "1",
        **settings,
    }
    with (
        (folder / "errors.log").open("w") as errors,
        subprocess.Popen(
            [Path(sys.executable).with_name("hubbub"), "run", "--port", str(port)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            entry = _until_open(process, folder)
            yield Running(address=entry.partition("/enter/")[0], entry=entry, process=process)
        finally:
            process.terminate()
            process.wait(timeout=10)


def _until_open(process: "subprocess.Popen[str]", folder: Path) -> str:
    assert process.stdout is not None
    entry = ""
    for line in process.stdout:
        if found := re.search(r"http://\S+/enter/\S+", line):
            entry = found[0]
        if entry and "/chat" in line:
            return entry
    raise AssertionError(f"Hubbub did not start:\n{(folder / 'errors.log').read_text()}")
