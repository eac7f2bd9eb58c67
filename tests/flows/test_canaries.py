"""Every secret that there is, in a running Hubbub where everything fails: found nowhere (I7)."""

import os
import re
import socketserver
import subprocess
import sys
import threading
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from adapters.sandbox.translate import SIGNATURE, sign
from bot.accounts.models import User
from bot.all_models import metadata
from bot.channels.service import ensure
from bot.db import Database, Writer
from bot.db.upgrade import upgrade
from bot.exports import Format, Kind, lines
from bot.networks import Action, Content
from bot.outbox.models import About, Delivery
from bot.outbox.service import enqueue
from bot.suppliers import links
from bot.suppliers.models import Supplier
from tests.flows import leaking
from tests.shops import furnish

FIXED = {
    "database": "CANARYdatabase7Qx",
    "smtp": "CANARYsmtp/pass+word7Qx",
    "imap": "CANARYimap7Qx",
    "answers": "whsec_" + "CANARYanswer" * 3,
    "webhook": "CANARYwebhook7Qx",
    "token": "7777777:CANARYtoken7Qx",
}
CONFIG = """
data = "{data}"
database = "{database}"
[logs]
level = "debug"
[networks.email]
host = "127.0.0.1"
port = {port}
security = "none"
username = "shop"
password = "{smtp}"
sender = "hello@shop.example"
reply_address = "cases@shop.example"
imap_host = "127.0.0.1"
imap_port = {port}
imap_security = "none"
imap_username = "cases"
imap_password = "{imap}"
webhook_secret = "{answers}"
[networks.sandbox]
secret = "{webhook}"
[networks.leaky]
token = "{token}"
"""
HREF = re.compile(r'(?:href|action|hx-get|data-src)="(/[^"]*)"')
PATIENCE = 30  # seconds


class _Gossip(socketserver.StreamRequestHandler):
    """A mail server that tells everybody what password it was given."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"EHLO":
                self.wfile.write(b"250-here\r\n250 AUTH PLAIN\r\n")
            elif verb == b"AUTH":
                given = b64decode(line.split()[-1]).split(b"\0")[-1]
                self.wfile.write(b"535 5.7.8 nobody has the password " + given + b"\r\n")
            else:
                self.wfile.write(b"221 bye\r\n")


@pytest.fixture
def gossip() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Gossip) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class Run:
    """A Hubbub with a shop in it, over a database that knows a password."""

    folder: Path
    database: str
    config: Path

    def hubbub(self, *words: str) -> str:
        """What a command says, on both its voices."""
        command = [sys.executable, leaking.__file__, *words, "--config", str(self.config)]
        ran = subprocess.run(command, capture_output=True, text=True, env=environment())
        return ran.stdout + ran.stderr


def environment() -> dict[str, str]:
    return os.environ | {"COLUMNS": "300", "NO_COLOR": "1"}


@pytest.fixture
def run(database_url: str, gossip: int, tmp_path: Path) -> Run:
    url = sa.make_url(database_url)
    if url.get_backend_name() == "postgresql":
        url = url.set(password=FIXED["database"])
    address = url.render_as_string(hide_password=False)
    config = tmp_path / "config.toml"
    given = FIXED | {"data": str(tmp_path / "data"), "database": address, "port": str(gossip)}
    config.write_text(CONFIG.format(**given))
    database = Database(address)
    upgrade(database)
    with database.session(database.writers) as session:
        furnish(session, "wombat")
        place = ensure(session, network="leaky", account="main", remote_id="1", name="Leaky place")
        for number in range(6):
            enqueue(
                session,
                key=f"leak-{number}",
                channel=place,
                action=Action.REPLY,
                content=Content(text="Hello"),
                about=About.STAFF,
                thread=str(number),
            )
        session.execute(sa.update(User).values(disabled_at=session.now()))
        session.commit()
    database.close()
    return Run(tmp_path, address, config)


@contextmanager
def running(run: Run) -> Iterator[tuple[str, str, str]]:
    """The address of a running program, and the paths of the owner's and a partner's link."""
    command = [sys.executable, leaking.__file__, "run", "--port", "0", "--config", str(run.config)]
    with (
        (run.folder / "errors.log").open("w") as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment()
        ) as process,
    ):
        assert process.stdout is not None
        try:
            said = ""
            while "/chat" not in said and (line := process.stdout.readline()):
                said += line
            address = re.search(r"(http://[\d.:]+)/chat", said)
            entry = re.search(r"http://[\d.:]+(/enter/\S+)", said)
            assert address and entry, (run.folder / "errors.log").read_text()
            yield address[1], entry[1], portal_link(run)
        finally:
            process.terminate()
            process.wait(timeout=10)


def portal_link(run: Run) -> str:
    """Such as a letter holds."""
    database = Database(run.database)
    with Writer(database) as writer:
        token = writer.run_blocking(
            lambda session: links.make(
                session, session.scalars(sa.select(Supplier).order_by(Supplier.id).limit(1)).one()
            )
        )
    database.close()
    return f"/s/{token}"


def notes(run: Run) -> list[str]:
    database = Database(run.database)
    with database.reading() as session:
        found = session.scalars(sa.select(Delivery.note).where(Delivery.attempt > 0))
        said = [note for note in found if note]
    database.close()
    return said


def walk(client: httpx.Client, start: str) -> dict[str, str]:
    """Every page that can be reached by links from there, each with two of its queries: a
    calendar has no end."""
    found: dict[str, str] = {}
    todo, asked = [start], Counter[str]()
    while todo:
        path = todo.pop(0)
        page = path.partition("?")[0]
        if path in found or page.startswith("/static") or "/events" in page or asked[page] > 1:
            continue
        asked[page] += 1
        answer = client.get(path)
        found[path] = f"{answer.status_code}\n{answer.headers}\n{answer.text}"
        todo += map(unescape, HREF.findall(answer.text))
    return found


def test_no_secret_is_found_anywhere(run: Run) -> None:
    seen: dict[str, str] = {}
    with running(run) as (address, entry, portal):
        secrets = FIXED | {"entry link": last(entry), "portal link": last(portal)}
        with httpx.Client(base_url=address, follow_redirects=True, timeout=20) as staff:
            seen |= in_by(staff, entry)
            secrets["staff cookie"] = staff.cookies["hubbub"]
            until_all_has_failed(run)
            seen |= walk(staff, "/calendar") | walk(staff, "/needs-a-look")
            seen |= {path: staff.get(path).text for path in ("/metrics", "/readyz", "/leaky")}
            assert "Reference" in seen["/leaky"]
            seen |= calls(staff)
        with httpx.Client(base_url=address, follow_redirects=True, timeout=20) as partner:
            seen |= in_by(partner, portal)
            secrets["portal cookie"] = partner.cookies["hubbub-partner"]
            seen |= walk(partner, "/supplier")
    assert len(seen) > 60
    log = (run.folder / "errors.log").read_text()
    seen |= {"log": log, "check": run.hubbub("check")}
    seen |= stored(run)
    # It was all there to be found.
    for words in ("my token is [hidden]", "unexpected error", "an adapter failed", "[hidden]/call"):
        assert words in log
    assert any("has the password [hidden]" in text for text in seen.values())
    found = {
        f"{name} in {where}"
        for where, text in seen.items()
        for name, secret in secrets.items()
        if secret in text
    }
    # Where a link stands in its own address, its page says it once more: in the form's action.
    own = {f"entry link in {entry}", f"portal link in {portal}"}
    assert found - own == set()


def last(path: str) -> str:
    return path.rpartition("/")[2]


def in_by(client: httpx.Client, path: str) -> dict[str, str]:
    """In through a link's button; gives its page and where it led."""
    shown = client.get(path)
    token = re.search(r'name="_csrf_token" value="(\w+)"', shown.text)
    assert token
    entered = client.post(path, data={"_csrf_token": token[1]})
    assert entered.status_code == 200, entered.text
    again = client.get(path)  # used up
    return {path: shown.text, f"{path} used": again.text.replace(path, ""), "in": entered.text}


def calls(client: httpx.Client) -> dict[str, str]:
    """What a webhook says to right and wrong calls, and to ones that break the plugin."""
    body = b'{"events": 7}'
    headers = {SIGNATURE: sign(FIXED["webhook"], body)}
    answers = {
        "webhook": client.post("/webhooks/sandbox", content=body, headers=headers),
        "webhook unsigned": client.post("/webhooks/sandbox", content=body),
        "webhook broken": client.post("/webhooks/leaky", content=body),
    }
    return {name: answer.text for name, answer in answers.items()}


def until_all_has_failed(run: Run) -> None:
    deadline = time.monotonic() + PATIENCE
    wanted = ("password", "api.example", "Something unexpected")
    while not all(any(word in note for note in notes(run)) for word in wanted):
        assert time.monotonic() < deadline, notes(run)
        time.sleep(0.1)  # another process works meanwhile; we look again


def stored(run: Run) -> dict[str, str]:
    """Exports and tables as text, and what lies in the folder beside the configuration."""
    database = Database(run.database)
    with database.reading() as session:
        exported = {f"export {kind}": "\n".join(lines(session, kind, Format.CSV)) for kind in Kind}
    with database.readers.connect() as connection:
        rows = {
            f"table {table.name}": "\n".join(
                map(str, connection.exec_driver_sql(f'SELECT * FROM "{table.name}"'))
            )
            for table in metadata.sorted_tables
        }
    database.close()
    files = {
        f"file {path.name}": path.read_bytes().decode("latin-1")
        for path in run.folder.rglob("*")
        if path.is_file() and path != run.config
    }
    return exported | rows | files
