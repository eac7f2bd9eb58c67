"""The Bot API's methods, as far as Hubbub calls them: what they check, and what they do."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from tests.stand_ins.telegram.chats import BOT, Chats, Json, Refused

_LONGEST_TEXT, _LONGEST_CAPTION = 4096, 1024


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Methods:
    """One method each, by Telegram's name in snake case. ``asked``: its parameters, read."""

    def __init__(self, chats: Chats) -> None:
        self.chats = chats
        self.webhook: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
        self.secret = ""
        self.commands: list[Json] = []
        self.answered: list[str] = []
        self.files: dict[str, bytes] = {}  # what people sent, by its id

    def get_me(self, asked: Json) -> Json:
        return BOT

    def get_webhook_info(self, asked: Json) -> Json:
        return {**self.webhook, "pending_update_count": len(self.chats.updates)}

    def set_webhook(self, asked: Json) -> bool:
        self.webhook["url"], self.secret = asked["url"], asked.get("secret_token", "")
        return True

    def delete_webhook(self, asked: Json) -> bool:
        self.webhook["url"] = ""
        return True

    def get_my_commands(self, asked: Json) -> list[Json]:
        return self.commands

    def set_my_commands(self, asked: Json) -> bool:
        self.commands = asked["commands"]
        return True

    def get_chat(self, asked: Json) -> Json:
        return self.chats.full(asked["chat_id"])

    def get_file(self, asked: Json) -> Json:
        id = str(asked["file_id"])
        if id not in self.files:
            raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        return {
            "file_id": id,
            "file_unique_id": f"u{id}",
            "file_size": len(self.files[id]),
            "file_path": id,
        }

    def get_chat_member(self, asked: Json) -> Json:
        return self.chats.us(asked["chat_id"])

    def answer_callback_query(self, asked: Json) -> bool:
        self.answered.append(asked["callback_query_id"])
        return True

    def send_message(self, asked: Json) -> Json:
        return self._write(asked, text=_fits(asked["text"], _LONGEST_TEXT))

    def send_photo(self, asked: Json) -> Json:
        return self._write(asked, photo=[_photo(asked["photo"])], **_caption(asked))

    def send_video(self, asked: Json) -> Json:
        return self._write(asked, video=_film(asked["video"]), **_caption(asked))

    def send_animation(self, asked: Json) -> Json:
        return self._write(asked, animation=_film(asked["animation"]), **_caption(asked))

    def send_media_group(self, asked: Json) -> list[Json]:
        if not 2 <= len(asked["media"]) <= 10 or "reply_markup" in asked:
            raise Refused(400, "Bad Request: wrong number of items in the album")
        album = uuid4().hex
        made = []
        for one in asked["media"]:
            file = _photo(one["media"]) if one["type"] == "photo" else _film(one["media"])
            what: Json = {one["type"]: [file] if one["type"] == "photo" else file}
            made.append(self._write(asked, media_group_id=album, **what, **_caption(one)))
        return made

    def send_poll(self, asked: Json) -> Json:
        chat = self.chats.chat(asked["chat_id"])
        anonymous = asked.get("is_anonymous", True)
        if chat["type"] == "channel" and not anonymous:
            raise Refused(400, "Bad Request: non-anonymous polls can't be sent to channel chats")
        options = [
            {"text": one["text"], "voter_count": 0, "persistent_id": str(at)}
            for at, one in enumerate(asked["options"])
        ]
        if not 1 <= len(options) <= 12 or not 1 <= len(asked["question"]) <= 300:
            raise Refused(400, "Bad Request: poll must have 1-12 options")
        poll = {
            "id": str(uuid4().int >> 70),
            "question": asked["question"],
            "options": options,
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": anonymous,
            "type": "regular",
            "allows_multiple_answers": asked.get("allows_multiple_answers", False),
            "allows_revoting": True,
            "members_only": False,
        }
        return self._write(asked, poll=poll)

    def edit_message_text(self, asked: Json) -> Json:
        return self._edit(asked, text=_fits(asked["text"], _LONGEST_TEXT))

    def edit_message_caption(self, asked: Json) -> Json:
        return self._edit(asked, **_caption(asked))

    def delete_message(self, asked: Json) -> bool:
        key = (self.chats.chat(asked["chat_id"])["id"], asked["message_id"])
        if self.chats.messages.pop(key, None) is None:
            raise Refused(400, "Bad Request: message to delete not found")
        return True

    def _edit(self, asked: Json, **what: Any) -> Json:
        key = (self.chats.chat(asked["chat_id"])["id"], asked["message_id"])
        message = self.chats.messages.get(key)
        if message is None or message["from"]["id"] != BOT["id"]:
            raise Refused(400, "Bad Request: message can't be edited")
        if all(message.get(name) == value for name, value in what.items()):
            raise Refused(400, "Bad Request: message is not modified")
        message.update(what)
        return message

    def _write(self, asked: Json, **what: Any) -> Json:
        chat = self.chats.chat(asked["chat_id"])
        if chat["id"] in self.chats.admin and chat["type"] == "channel":
            if "can_post_messages" not in self.chats.admin[chat["id"]]:
                raise Refused(400, "Bad Request: need administrator rights in the channel chat")
        elif "can_send_messages" not in self.chats.permissions and chat["id"] < 0:
            raise Refused(400, "Bad Request: not enough rights to send text messages to the chat")
        _check_keyboard(asked.get("reply_markup"))
        return self.chats.write(chat, **{"from": BOT}, **what, **self._place(chat, asked))

    def _place(self, chat: Json, asked: Json) -> Json:
        found: Json = {}
        if reply := asked.get("reply_parameters"):
            try:
                found = self.chats.answering(chat, reply["message_id"])
            except Refused:
                if not reply.get("allow_sending_without_reply"):
                    raise
        if (topic := asked.get("message_thread_id")) is not None:
            if not chat.get("is_forum"):
                raise Refused(400, "Bad Request: message thread not found")
            found |= {"message_thread_id": topic, "is_topic_message": True}
        return found


def _fits(text: str, limit: int) -> str:
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if units(text) > limit:
        raise Refused(400, "Bad Request: message is too long")
    return text


def _caption(asked: Mapping[str, Any]) -> Json:
    return {"caption": _fits(asked["caption"], _LONGEST_CAPTION)} if "caption" in asked else {}


def _check_keyboard(markup: Json | None) -> None:
    for row in (markup or {}).get("inline_keyboard", ()):
        for key in row:
            if not 1 <= len(key["callback_data"].encode()) <= 64:
                raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")


def _file(of: Any) -> Json:
    return {"file_id": uuid4().hex, "file_unique_id": uuid4().hex, "file_size": len(str(of))}


def _photo(of: Any) -> Json:
    return {**_file(of), "width": 320, "height": 240}


def _film(of: Any) -> Json:
    return {**_photo(of), "duration": 3, "mime_type": "video/mp4"}
