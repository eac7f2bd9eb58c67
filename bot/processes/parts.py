"""What a process does of the whole, and how it is called."""

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Part(StrEnum):
    """``hubbub run --role``: everything, or a part of it."""

    ALL = "all"
    WEB = "web"  # pages, webhooks, streams
    WORKER = "worker"  # reads what people said, tells decisions, plans ahead
    CONNECT = "connect"  # listens on the networks and delivers there

    @property
    def serves(self) -> bool:
        return self in {Part.ALL, Part.WEB}

    @property
    def works(self) -> bool:
        return self in {Part.ALL, Part.WORKER}

    @property
    def connects(self) -> bool:
        return self in {Part.ALL, Part.CONNECT}


def new_name() -> str:
    """Another one with each start: in a container, host and process id come again."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """This process. ``name`` owns its leases; ``key``: a fingerprint of the secret key."""

    name: str
    part: Part
    key: str
    started_at: datetime
