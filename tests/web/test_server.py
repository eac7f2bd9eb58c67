"""The socket on which pages are served."""

import socket
from pathlib import Path

from bot.settings import Settings, Web
from bot.web.server import listen


def test_the_end_of_an_answer_waits_for_nobody(tmp_path: Path) -> None:
    """Each answer took 40 ms more before: its end waited until its beginning was acknowledged."""
    with (
        listen(Settings(data=tmp_path, web=Web(port=0))) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
