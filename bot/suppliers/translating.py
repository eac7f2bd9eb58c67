"""Words in another language than the reader's, put into theirs by a command of the shop's own.

Only masked words reach the command, on its standard input; the original always stays beside what
comes back. Without a command nothing of this is there.
"""

import asyncio
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session, insert_new
from bot.errors import HubbubError
from bot.logs import log
from bot.settings import Translation
from bot.suppliers import queries
from bot.suppliers.models import Answer, Case
from bot.suppliers.portal_models import Translated
from bot.understanding import language_of

MOST = 20  # texts of one press
_TELLING = 16  # characters from which a text shows its language
_PATIENCE = 30.0  # seconds after which no further text is begun
_LONGEST = 8_000  # characters of what comes back
# Among these a text's language is looked for.
_KNOWN = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "cs", "da", "sv", "tr")
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")  # of the environment: it holds secrets too
_log = log("translating")


class NotTranslated(HubbubError):
    """The translation did not work this time. The original words stand here as before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """Masked words in another language than the reader's."""

    message_id: UUID
    words: str
    language: str


def foreign(session: Session, case: Case, locale: str) -> list[Foreign]:
    """What people said and answered about it in another language than ``locale``, as masked."""
    said = queries.said_to(session, case.supplier_id, [case.suggestion_id])[case.suggestion_id]
    if not said.shared:
        return []
    since = case.handed_over_at or case.opened_at
    answers = sa.select(Answer).where(Answer.case_id == case.id, Answer.said_at >= since)
    spoken = [(voice.message_id, voice.words) for voice in said.voices]
    spoken += [(answer.message_id, answer.words) for answer in session.scalars(answers)]
    found = (
        Foreign(message_id=id, words=said.masked(words), language=_language(words, locale))
        for id, words in spoken
        if len(words) >= _TELLING
    )
    return [one for one in found if one.language != locale]


def _language(words: str, locale: str) -> str:
    return language_of(words, (locale, *(one for one in _KNOWN if one != locale)))


def translations(session: Session, found: Sequence[Foreign], locale: str) -> dict[str, str]:
    """By the original, what is there already. What was edited since counts as not there."""
    rows = session.execute(
        sa.select(Translated.digest, Translated.words).where(
            Translated.locale == locale,
            Translated.message_id.in_({one.message_id for one in found}),
        )
    )
    by_digest = {digest: words for digest, words in rows}  # noqa: C416  # rows only look like pairs
    return {
        one.words: by_digest[_digest(one.words)] for one in found if _digest(one.words) in by_digest
    }


def keep(session: Session, made: Iterable[tuple[Foreign, str]], locale: str) -> None:
    rows = [
        {
            "message_id": one.message_id,
            "locale": locale,
            "digest": _digest(one.words),
            "words": words,
        }
        for one, words in made
    ]
    insert_new(session, Translated, rows, unique=("message_id", "locale", "digest"))
    session.announce("cases")


def _digest(words: str) -> bytes:
    return sha256(words.encode("utf-8", "replace")).digest()


async def translate_all(
    settings: Translation, found: Sequence[Foreign], locale: str
) -> tuple[list[tuple[Foreign, str]], str]:
    """Those that can be had while somebody waits for the page, and what to say where one can't."""
    made: list[tuple[Foreign, str]] = []
    until = asyncio.get_running_loop().time() + _PATIENCE
    for one in found:
        if asyncio.get_running_loop().time() >= until:
            break  # the button stays, for the others
        try:
            made.append((one, await translate(settings, one, locale)))
        except NotTranslated as error:
            return made, str(error)
    return made, ""


async def translate(settings: Translation, one: Foreign, locale: str) -> str:
    """Raises `NotTranslated` when the command fails, says nothing, or takes too long."""
    command = [
        part.replace("{from}", one.language).replace("{to}", locale) for part in settings.command
    ]
    try:
        async with asyncio.timeout(settings.seconds):
            code, out = await _run(command, one.words)
    except (OSError, TimeoutError) as error:
        _log.warning("cannot translate", reason=type(error).__name__)
        raise NotTranslated from None
    words = out.decode("utf-8", "replace").strip()
    if code or not words:
        _log.warning("cannot translate", code=code)
        raise NotTranslated
    return words[:_LONGEST]


async def _run(command: Sequence[str], words: str) -> tuple[int, bytes]:
    """Its exit status and what it said; it never outlives the wait for it."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT if name in os.environ},
    )
    try:
        out, _ = await process.communicate(words.encode("utf-8", "replace"))
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return process.returncode or 0, out
