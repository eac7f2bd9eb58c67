"""A web server for the measurement, in a process of its own.

Prints its port. ``Hubbub`` is the whole web face over SQLite, as ``--role web`` would be;
``Starlette`` only checks the signature and reads the JSON.
"""

import asyncio
import hmac
import json
import socket
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import uvicorn

from bot import logs
from bot.main import Hubbub
from bot.pages import routes
from bot.settings import load
from bot.web.app import create_app

SECRET, PAGE = "a secret for measuring", "108"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A network that signs its calls: in which header, and its section of the settings."""

    header: str
    section: dict[str, Any]


SECRETS = {
    "sandbox": Signed(header="x-sandbox-signature", section={"secret": SECRET}),
    "facebook": Signed(
        header="x-hub-signature-256",
        section={"page": PAGE, "token": "x", "app_id": "1", "app_secret": SECRET},
    ),
}


def signature(body: bytes) -> str:
    return "sha256=" + hmac.new(SECRET.encode(), body, sha256).hexdigest()


def ours(network: str, folder: Path) -> Any:
    hubbub = Hubbub(load(data=folder, networks={network: SECRETS[network].section}))
    hubbub.open()
    return create_app(routes(hubbub.plugins, hubbub.house), hubbub.house)


def starlette(network: str, _folder: Path) -> Any:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def accept(request: Request) -> PlainTextResponse:
        body = await request.body()
        if not hmac.compare_digest(request.headers.get(header, ""), signature(body)):
            return PlainTextResponse("no", status_code=403)
        json.loads(body)
        return PlainTextResponse("ok")

    header = SECRETS[network].header
    return Starlette(routes=[Route(f"/webhooks/{network}", accept, methods=["POST"])])


def main(name: str, network: str, folder: str) -> None:
    logs.set_up(level="error")
    app = {"Hubbub": ours, "Starlette": starlette}[name](network, Path(folder))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
        asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))
