"""The HTTP API as far as Hubbub calls it: what it checks, and what it does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.stand_ins.discord.guild import (
    APPLICATION,
    BOT,
    BOT_ID,
    FORUM,
    GUILD,
    Guild,
    Json,
    Refused,
    member,
    now,
    snowflake,
)

_LONGEST_TEXT, _LONGEST_NONCE = 2000, 25
_READS, _SPEAKS, _ATTACHES = 1 << 10, 1 << 11, 1 << 15
# Message content (limited), server members (limited): what the portal's switches set.
INTENT_FLAGS = 1 << 19 | 1 << 15

Tell = Callable[[str, Json], None]


@dataclass(slots=True)
class Waiting:
    """An interaction that waits for its answer. ``answers``: callbacks that came."""

    data: Json
    answers: list[Json] = field(default_factory=list)
    original: str = ""


class Methods:
    """One method each, named by what it does. ``files``: how many came with the call."""

    def __init__(self, guild: Guild, tell: Tell) -> None:
        self.guild, self.tell = guild, tell
        self.waiting: dict[str, Waiting] = {}  # by token
        self.alone: list[Json] = []  # what only one person can see
        self.flags = INTENT_FLAGS
        self.endpoint: str | None = None

    def application(self) -> Json:
        return {
            "id": APPLICATION,
            "name": "Fern",
            "icon": None,
            "description": "",
            "bot_public": False,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": self.flags,
            "interactions_endpoint_url": self.endpoint,
            "owner": {**BOT, "bot": False},
            "team": None,
            "summary": "",
            "hook": True,
            "tags": [],
        }

    def create(self, channel: str, body: Json, files: int) -> Json:
        place = self._speak(channel, body, files)
        nonce = str(body.get("nonce", ""))
        if len(nonce) > _LONGEST_NONCE:
            raise Refused(400, 50035, "Invalid Form Body: nonce is too long")
        if body.get("enforce_nonce") and (channel, nonce) in self.guild.nonces:
            return self.guild.messages[self.guild.nonces[channel, nonce]]
        more: Json = {}
        if reference := body.get("message_reference"):
            answered = self.guild.messages.get(reference["message_id"])
            if answered is not None and answered["channel_id"] == channel:
                more["message_reference"] = {**reference, "channel_id": channel}
                more["type"] = 19
            elif reference.get("fail_if_not_exists", True):
                raise Refused(400, 50035, "Invalid Form Body: Unknown message")
        said = self.guild.write(channel, BOT, **more, **_shown(body, files))
        if body.get("enforce_nonce"):
            self.guild.nonces[channel, nonce] = said["id"]
        self.tell("MESSAGE_CREATE", said | ({"nonce": nonce} if nonce else {}))
        assert place
        return said

    def edit(self, channel: str, id: str, body: Json) -> Json:
        said = self.guild.message(channel, id)
        if said["author"]["id"] != BOT_ID:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        _check(body, 0)
        said |= {name: body[name] for name in ("content", "embeds", "components") if name in body}
        said["edited_timestamp"] = now()
        self.tell("MESSAGE_UPDATE", said)
        return said

    def delete(self, channel: str, id: str) -> None:
        said = self.guild.message(channel, id)
        if said["author"]["id"] != BOT_ID and not self.guild.permissions & 1 << 13:
            raise Refused(403, 50013, "Missing Permissions")
        del self.guild.messages[id]
        self.tell("MESSAGE_DELETE", {"id": id, "channel_id": channel, "guild_id": GUILD})

    def history(self, channel: str, query: Mapping[str, str]) -> list[Json]:
        self.guild.channel(channel)
        after, limit = int(query.get("after", 0)), int(query.get("limit", 50))
        found = [
            one
            for one in self.guild.messages.values()
            if one["channel_id"] == channel and int(one["id"]) > after
        ]
        oldest_first = sorted(found, key=lambda one: int(one["id"]))
        part = oldest_first[:limit] if "after" in query else oldest_first[-limit:]
        return [{k: v for k, v in one.items() if k not in ("guild_id", "member")} for one in part][
            ::-1
        ]

    def thread_under(self, channel: str, id: str, body: Json) -> Json:
        self.guild.message(channel, id)
        if id in self.guild.threads:
            raise Refused(400, 160004, "A thread has already been created for this message")
        made = self.guild.thread(id, channel, body["name"], BOT_ID)
        self.tell("THREAD_CREATE", {**made, "newly_created": True})
        return made

    def post(self, channel: str, body: Json, files: int) -> Json:
        forum = self.guild.channel(channel)
        if forum["type"] != 15:
            raise Refused(400, 50024, "Cannot execute action on this channel type")
        known = {tag["id"] for tag in forum["available_tags"]}
        if not set(body.get("applied_tags", ())) <= known:
            raise Refused(400, 50035, "Invalid Form Body: Unknown tag")
        if "poll" in body["message"]:
            raise Refused(400, 50035, "Invalid Form Body: poll")
        _check(body["message"], files)
        id = snowflake()
        tags = body.get("applied_tags", [])
        made = self.guild.thread(id, FORUM, body["name"], BOT_ID, applied_tags=tags)
        self.tell("THREAD_CREATE", {**made, "newly_created": True})
        said = self.guild.write(id, BOT, id, **_shown(body["message"], files))
        self.tell("MESSAGE_CREATE", said)
        return {**made, "message": said}

    def active(self) -> Json:
        return {"threads": list(self.guild.threads.values()), "members": []}

    def direct(self, body: Json) -> Json:
        return self.guild.direct(body["recipient_id"])

    def set_commands(self, body: Sequence[Json]) -> list[Json]:
        names = [(one.get("type", 1), one["name"]) for one in body]
        if len(set(names)) != len(names):
            raise Refused(400, 50035, "Invalid Form Body: names must be unique")
        self.guild.commands = [
            {
                "id": snowflake(),
                "application_id": APPLICATION,
                "version": "1",
                "default_member_permissions": None,
                "description": "",
                "dm_permission": True,
                **one,
            }
            for one in body
        ]
        return self.guild.commands

    def call_back(self, id: str, token: str, body: Json) -> None:
        one = self._waits(token)
        if one.answers:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        if one.data["id"] != id:
            raise Refused(404, 10062, "Unknown interaction")
        one.answers.append(body)

    def follow_up(self, token: str, body: Json, files: int) -> Json:
        one = self._waits(token)
        if not one.answers:
            raise Refused(404, 10015, "Unknown Webhook")
        return self._seen_alone(one, body, files)

    def answer(self, token: str, body: Json, files: int) -> Json:
        """Fills what waits; once filled, changes it."""
        one = self._waits(token)
        if not one.answers or one.answers[0]["type"] != 5:
            raise Refused(404, 10008, "Unknown Message")
        if one.original:
            said = next(said for said in self.alone if said["id"] == one.original)
            said |= _shown(body, files)
            return said
        said = self._seen_alone(one, body, files)
        one.original = said["id"]
        return said

    def member(self) -> Json:
        return member(BOT)

    def _seen_alone(self, one: Waiting, body: Json, files: int) -> Json:
        _check(body, files)
        user = one.data.get("user") or one.data["member"]["user"]
        said = {
            "id": snowflake(),
            "channel_id": one.data["channel_id"],
            "recipient": user["id"],
            **_shown(body, files),
        }
        self.alone.append(said)
        return said

    def _waits(self, token: str) -> Waiting:
        if token not in self.waiting:
            raise Refused(404, 10062, "Unknown interaction")
        return self.waiting[token]

    def _speak(self, channel: str, body: Json, files: int) -> Json:
        place = self.guild.channel(channel)
        if place["type"] == 15:
            raise Refused(400, 50008, "Cannot send messages in a non-text channel")
        if place["type"] == 1 and place["recipients"][0]["id"] in self.guild.closed:
            raise Refused(403, 50007, "Cannot send messages to this user")
        if "guild_id" in place and not self.guild.permissions & _READS:
            raise Refused(403, 50001, "Missing Access")
        needed = _SPEAKS | (_ATTACHES if files else 0)
        if "guild_id" in place and self.guild.permissions & needed != needed:
            raise Refused(403, 50013, "Missing Permissions")
        _check(body, files)
        return place


def _check(body: Json, files: int) -> None:
    if len(body.get("content") or "") > _LONGEST_TEXT:
        raise Refused(400, 50035, "Invalid Form Body: content: Must be 2000 or fewer in length.")
    if not (body.get("content") or body.get("embeds") or body.get("poll") or files):
        raise Refused(400, 50006, "Cannot send an empty message")
    if len(body.get("attachments", ())) != files:
        raise Refused(400, 50035, "Invalid Form Body: attachments")
    ids = [key["custom_id"] for row in body.get("components", ()) for key in row["components"]]
    if len(set(ids)) != len(ids):
        raise Refused(400, 50035, "Invalid Form Body: Component custom id cannot be duplicated")


def _shown(body: Json, files: int) -> Json:
    seen = ("content", "embeds", "components")
    what: Json = {name: body[name] for name in seen if name in body}
    what["attachments"] = [
        {
            "id": snowflake(),
            "filename": one["filename"],
            "description": one.get("description"),
            "size": 1,
            "url": f"https://cdn.example/{one['filename']}",
            "proxy_url": f"https://cdn.example/{one['filename']}",
        }
        for one in body.get("attachments", ())
    ]
    if poll := body.get("poll"):
        answers = [{"answer_id": at, **one} for at, one in enumerate(poll["answers"], 1)]
        what["poll"] = {
            **poll,
            "answers": answers,
            "expiry": now(),
            "layout_type": 1,
            "results": {"is_finalized": False, "answer_counts": []},
        }
    return what
