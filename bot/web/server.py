"""The web server of a process: its socket, and uvicorn, which ends when it is told to."""

import socket
from contextlib import nullcontext
from typing import Any

import uvicorn

from bot.errors import InvalidInput
from bot.settings import Settings

# A stopped process must be gone within 5 s; open pages get most of that.
_GRACE_SECONDS = 3


def listen(settings: Settings) -> socket.socket:
    """The web face's socket, open to calls; `InvalidInput` when the port is taken."""
    web = settings.web
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Else the end of each answer waits 40 ms for the caller to acknowledge its beginning; asyncio
    # sees to that only on sockets that it has made itself.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((web.host, web.port))
        listener.listen()  # who calls before the pages are ready waits a moment
    except OSError as error:
        listener.close()
        raise InvalidInput(
            f"Hubbub can't listen on {web.host}:{web.port} ({error.strerror}). Stop what uses "
            "that port, or choose another: [web] port, or HUBBUB_WEB__PORT=8081."
        ) from error
    return listener


class Server(uvicorn.Server):
    """uvicorn without its own signal handling: whoever starts it decides when it ends."""

    def __init__(self, app: Any) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # ours are believed from trusted_proxies only
                ws="none",
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )

    def capture_signals(self) -> Any:
        return nullcontext()
