"""What a simulation has found, and how it is told."""

from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """``invariant`` as RELIABILITY names them: I1 … I7."""

    invariant: str
    text: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.text}"


@dataclass(slots=True)
class Trace:
    """Everything that happened, in order. The same seed gives the same hash (I8)."""

    lines: list[tuple[float, str, str]] = field(default_factory=list)

    def add(self, seconds: float, who: str, what: str) -> None:
        self.lines.append((seconds, who, what))

    def digest(self, *more: bytes) -> str:
        found = sha256()
        for seconds, who, what in self.lines:
            found.update(f"{seconds:.6f} {who} {what}\n".encode())
        for each in more:
            found.update(each)
        return found.hexdigest()


class Stop(BaseException):
    """Enough was seen."""
