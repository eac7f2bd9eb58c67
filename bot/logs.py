"""Structured logs. Secrets never reach them: values that look like one are masked here."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import quote, quote_plus

import structlog

_SECRET_KEY = re.compile(r"token|secret|password|passwd|authorization|cookie|api_?key", re.I)
# A Telegram bot token stands in the path of every call; ours stand in links and query strings.
_SECRET_TEXT = re.compile(
    r"(?P<keep>/bot|/s/|/enter/|/preview/|/ical/|hubbub_(?=[A-Za-z0-9_\-]{43})|\+(?=[a-z2-7]{48}@)|access_token=|token=|appsecret_proof=|://[^/\s:@]+:"
    r"|(?:Bearer|Authorization: Bot)\s+)[A-Za-z0-9:_\-.%~]{8,}"
)
_MASK = "[hidden]"
# Shorter ones would blot out ordinary words.
_SHORTEST = 6

_known: set[str] = set()
_known_text: re.Pattern[str] | None = None


def hide(*secrets: str) -> None:
    """From now on `mask` replaces these wherever they stand, as they are or as in an address."""
    global _known_text
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            _known.update({secret, quote(secret, safe=""), quote_plus(secret)})
    if _known:
        longest_first = sorted(_known, key=len, reverse=True)
        _known_text = re.compile("|".join(map(re.escape, longest_first)))


def mask(text: str) -> str:
    """The text with everything that is a known secret, or looks like a token, replaced."""
    if _known_text is not None:
        text = _known_text.sub(_MASK, text)
    return _SECRET_TEXT.sub(lambda found: found["keep"] + _MASK, text)


def _mask_event(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key, value in event.items():
        event[key] = _hidden(key, value)
    return event


def _hidden(key: str, value: Any) -> Any:
    if _SECRET_KEY.search(key) and value:
        return _MASK
    match value:
        case str():
            return mask(value)
        case bytes() | BaseException():
            return mask(repr(value))
        case dict():
            return {name: _hidden(str(name), inner) for name, inner in value.items()}
        case list() | tuple():
            return [_hidden(key, inner) for inner in value]
    return value


def set_up(*, level: str = "info", json: bool = False) -> None:
    """Send everything, other libraries' logs too, to standard error: one line an event."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask_event,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _mask_event,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # They log every request with its address, tokens included, at INFO.
    for chatty in ("alembic", "apscheduler", "httpcore", "httpx", "telegram", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def log(room: str) -> structlog.stdlib.BoundLogger:
    """The logger of one room."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(room)
    return logger
