"""From what is to be said to what Discord takes. Pure."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.discord.translate import BUTTON, PRODUCT, SUGGEST, SUGGEST_THIS, WORDS
from bot.errors import Rejected
from bot.networks import Button, Command, Content, MediaFile, Poll

Json = dict[str, Any]

TEXT_LIMIT, TITLE_LIMIT = 2000, 100
_EMBED_LIMIT = 4096
_IN_A_ROW = 5
# https://docs.discord.com/developers/resources/poll#poll-create-request-object
LONGEST_QUESTION, LONGEST_ANSWER, _LONGEST_HOURS = 300, 55, 768
_LONGEST_ALT, _LONGEST_LABEL, _LONGEST_CUSTOM_ID = 1024, 80, 100
_SUPPRESS_EMBEDS = 1 << 2  # https://docs.discord.com/developers/resources/message#message-flags
NOBODY: Json = {"parse": [], "replied_user": False}

_ID = re.compile(r"\d{1,20}", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINK = re.compile(r"(https?://[^\s<>()\[\]]+)")
_MARKUP = re.compile(r"[\\*_~`|<\[\]]|^([ \t]*)([>#+\-]|\d+(?=[.)]))", re.MULTILINE)


def id_of(id: str | None, what: str) -> str:
    """Raises `Rejected` for what is no id."""
    if id and _ID.fullmatch(id):
        return id
    raise Rejected(f'"{(id or "")[:60]}" is no {what} of Discord: its id is a long number.')


def plain(text: str) -> str:
    """The text so that Discord shows it as it was written: no Markdown, no mention, no emoji of a
    server. Links stay links. At most twice as long."""
    parts = _LINK.split(_SURROGATE.sub("\ufffd", text.replace("\x00", "")))
    parts[::2] = [_MARKUP.sub(_escaped, part) for part in parts[::2]]
    return "".join(parts)


def _escaped(found: re.Match[str]) -> str:
    if found[2] is None:
        return "\\" + found[0]
    if found[2].isdigit():
        return f"{found[0]}\\"
    return f"{found[1]}\\{found[2]}"


def nonce(key: str) -> str:
    """The same for every attempt, so that Discord gives the first message instead of a second. At
    most 25 characters: https://docs.discord.com/developers/resources/message#create-message"""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:25]


def message(content: Content, files: Sequence[MediaFile] = ()) -> Json:
    """What a message has wherever it is said. Raises `Rejected`."""
    text = content.text
    if content.link and content.link not in text:
        text = f"{text}\n\n{content.link}".strip()
    said = plain(text)
    made: Json = {"allowed_mentions": NOBODY, **_text(said)}
    if not content.link and "embeds" not in made:
        made["flags"] = _SUPPRESS_EMBEDS
    if content.buttons:
        made["components"] = _rows(content.buttons)
    if files:
        made["attachments"] = [_attachment(at, file) for at, file in enumerate(files)]
    if content.poll:
        made["poll"] = _poll(content.poll)
    return made


def _text(said: str) -> Json:
    """What only its escapes make too long is shown in a frame, which takes twice as much."""
    if len(said) <= TEXT_LIMIT:
        return {"content": said} if said.strip() else {}
    if len(said) <= _EMBED_LIMIT:
        return {"embeds": [{"description": said}]}
    raise Rejected(f"The text is too long for Discord: {len(said)} of {TEXT_LIMIT}.")


def _attachment(at: int, file: MediaFile) -> Json:
    alt = {"description": plain_words(file.alt)[:_LONGEST_ALT]} if file.alt else {}
    return {"id": str(at), "filename": file.name, **alt}


def plain_words(text: str) -> str:
    """For where Discord reads no Markdown."""
    return _SURROGATE.sub("\ufffd", text.replace("\x00", ""))


def _rows(buttons: Sequence[Button]) -> list[Json]:
    """A custom_id says all that pressing it means, so it works after any restart. The number tells
    those apart that say the same."""
    keys = [
        {
            "type": 2,
            "style": 2,
            "label": plain_words(one.label)[:_LONGEST_LABEL],
            "custom_id": f"{BUTTON}{at}:{plain_words(one.value)}",
        }
        for at, one in enumerate(buttons)
    ]
    if any(len(str(key["custom_id"])) > _LONGEST_CUSTOM_ID for key in keys):
        raise Rejected("What a quick reply says is too long for Discord: 64 bytes are enough.")
    rows = [keys[at : at + _IN_A_ROW] for at in range(0, len(keys), _IN_A_ROW)]
    return [{"type": 1, "components": row} for row in rows]


def _poll(poll: Poll) -> Json:
    question, options = plain_words(poll.question), [plain_words(one) for one in poll.options]
    if not 1 <= len(question.strip()) <= len(question) <= LONGEST_QUESTION:
        raise Rejected(f"A question may have 1 to {LONGEST_QUESTION} characters on Discord.")
    if any(not 1 <= len(one.strip()) <= len(one) <= LONGEST_ANSWER for one in options):
        raise Rejected(f"An answer may have 1 to {LONGEST_ANSWER} characters on Discord.")
    return {
        "question": {"text": question},
        "answers": [{"poll_media": {"text": one}} for one in options],
        "allow_multiselect": poll.multiple,
        "duration": min(max(poll.hours, 1), _LONGEST_HOURS),
    }


def title(content: Content) -> str:
    """The name of a thread: the title, else how the text begins."""
    asked = content.poll.question if content.poll else ""
    words = " ".join((content.title or content.text or asked).split())
    return plain_words(words)[:TITLE_LIMIT].strip() or "…"


def tags(wanted: Sequence[str], forum: Mapping[str, Any]) -> list[str]:
    """The ids of a forum's labels. Raises `Rejected` with those that it has."""
    known = {str(tag["name"]).casefold(): str(tag["id"]) for tag in _tags(forum)}
    if missing := [name for name in wanted if name.casefold() not in known]:
        there = ", ".join(str(tag["name"]) for tag in _tags(forum)) or "none"
        raise Rejected(f"The forum has no tag {', '.join(missing)}. There is: {there}.")
    return [known[name.casefold()] for name in wanted]


def _tags(forum: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return forum.get("available_tags") or ()


def commands(wanted: Sequence[Command]) -> list[Json]:
    """As Discord is told of them; the message's menu belongs to the command that suggests.
    https://docs.discord.com/developers/interactions/application-commands"""
    made = [
        {
            "name": one.name,
            "type": 1,
            "description": (one.does or one.name)[:100],
            "options": [*_options(one)],
        }
        for one in wanted
    ]
    if any(one.name == SUGGEST for one in wanted):
        made.append({"name": SUGGEST_THIS, "type": 3})
    return made


def _options(command: Command) -> list[Json]:
    product = {
        "type": 3,
        "name": PRODUCT,
        "description": "Which product it is about",
        "autocomplete": True,
    }
    words = {"type": 3, "name": WORDS, "description": command.words[:100]}
    return [product] * command.about_product + [words] * bool(command.words)


def is_same(told: Sequence[Mapping[str, Any]], wanted: Sequence[Json]) -> bool:
    """Whether Discord has these commands already, whatever it adds to them."""

    def known(one: Mapping[str, Any]) -> Any:
        options = [
            (
                option["type"],
                option["name"],
                option["description"],
                bool(option.get("autocomplete")),
            )
            for option in one.get("options") or ()
        ]
        return one.get("type", 1), one["name"], one.get("description") or "", options

    return sorted(map(known, told)) == sorted(map(known, wanted))
