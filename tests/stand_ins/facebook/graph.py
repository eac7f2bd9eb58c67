"""What the Graph API answers: each call by its method and the shape of its path."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.stand_ins.facebook.fields import chosen, page_of, parsed
from tests.stand_ins.facebook.wall import No, Thing, Wall

Told = Callable[[str, Thing], None]  # what the webhook has to hear: "feed" or "messages"
Sent = Mapping[str, Any]
_TEXTS = {"feed": 63_206, "comments": 8_000, "messages": 2_000}
_PROFILE = ("greeting", "get_started", "persistent_menu")
_ID = re.compile(r"\d+(?:_\d+)?")


@dataclass(slots=True)
class Graph:
    """``token``: the Page's; ``person``: one who may act for it, from which it is made."""

    wall: Wall
    tell: Told
    app: str
    token: str
    person: str
    secret: str
    scopes: list[str]
    expires_at: int = 0
    data_access_expires_at: int = 0
    expired: bool = False
    published: bool = True
    may_subscribe: bool = True

    def answer(self, method: str, path: str, sent: Sent, files: Mapping[str, bytes]) -> Thing:
        """Raises `No`."""
        what, _, edge = path.partition("/")
        own = what in {self.wall.page, "me"}
        if path == "debug_token" and method == "GET":
            return self._debug(sent)
        if own and not edge and method == "GET":
            return self._page(sent)
        name = f"_{method.lower()}_{edge or 'thing'}"
        if edge in {"", "comments"} and _ID.fullmatch(what):
            name, arguments = name.replace("comments", "below"), (what, sent)
        elif own:
            arguments = (what, sent)
        else:
            raise No(2500, f"Unknown path components: /{path}")
        handler = getattr(self, name, None)
        if handler is None:
            raise No(2500, f"Unknown path components: /{path}")
        if edge in {"photos", "videos"} and method == "POST":
            return dict(handler(sent, files))
        return dict(handler(*arguments))

    def _page(self, sent: Sent) -> Thing:
        everything = {
            "id": self.wall.page,
            "name": self.wall.name,
            "access_token": self.token,
            "is_published": self.published,
            "can_post": True,
        }
        return chosen(everything, sent.get("fields", "id,name"))

    def _debug(self, sent: Sent) -> Thing:
        known = sent.get("input_token") in {self.token, self.person} and not self.expired
        data: Thing = {
            "app_id": self.app,
            "type": "PAGE",
            "is_valid": known,
            "expires_at": self.expires_at,
            "data_access_expires_at": self.data_access_expires_at,
            "scopes": self.scopes,
        }
        if not known:
            data["error"] = {"code": 190, "message": "The session has been invalidated."}
        return {"data": data}

    def _post_feed(self, _: str, sent: Sent) -> Thing:
        pictures = json.loads(sent.get("attached_media", "[]"))
        for one in pictures:
            if one["media_fbid"] not in self.wall.photos:
                raise No(100, "(#100) Invalid parameter: attached_media")
        if pictures and sent.get("link"):
            raise No(100, "(#100) A post shows either a link or pictures")
        text = _text(sent.get("message", ""), "feed")
        if not text and not pictures and not sent.get("link"):
            raise No(100, "(#100) There is no message attached to this post")
        post = self.wall.add_post(text, self.wall.us(), len(pictures), link=sent.get("link", ""))
        self.tell("feed", {"item": "status", "verb": "add", "post_id": post["id"], **_said(post)})
        return {"id": post["id"]}

    def _post_photos(self, sent: Sent, files: Mapping[str, bytes]) -> Thing:
        if not files.get("source"):
            raise No(324, "(#324) Requires upload file")
        if len(files["source"]) > 4_000_000:
            raise No(1366046, "Photos should be smaller than 4 MB")
        id = str(next(self.wall.numbers))
        self.wall.photos[id] = {"id": id, "alt_text_custom": sent.get("alt_text_custom", "")}
        if sent.get("published") == "false":
            return {"id": id}
        return {"id": id, "post_id": self.wall.add_post("", self.wall.us(), 1)["id"]}

    def _post_videos(self, sent: Sent, files: Mapping[str, bytes]) -> Thing:
        if not files.get("source"):
            raise No(390, "(#390) There was a problem uploading your video file.")
        text = _text(sent.get("description", ""), "feed")
        post = self.wall.add_post(text, self.wall.us(), 1, film=True)
        id = str(next(self.wall.numbers))
        self.wall.videos[id] = {
            "id": id,
            "description": text,
            "created_time": post["created_time"],
            "post_id": post["id"].partition("_")[2],
        }
        return {"id": id}

    def _post_messages(self, _: str, sent: Sent) -> Thing:
        if sent.get("messaging_type") != "RESPONSE":
            raise No(100, "(#100) Param messaging_type must be one of {RESPONSE, UPDATE, …}")
        recipient, message = json.loads(sent["recipient"]), json.loads(sent["message"])
        text = _text(message["text"], "messages")
        if not text:
            raise No(100, "(#100) The message must not be empty")
        for reply in (replies := message.get("quick_replies", [])):
            if len(reply["title"]) > 20 or len(reply["payload"]) > 1000:
                raise No(100, "(#100) A quick reply is too long")
        if len(replies) > 13:
            raise No(100, "(#100) param message[quick_replies] has too many elements.")
        if "comment_id" in recipient:
            person = self.wall.private_reply_to(recipient["comment_id"])
        else:
            person = recipient["id"]
            self.wall.may_write_to(person)
        said = self.wall.add_message(person, text, by_us=True)
        self.tell("messages", message_told(said, is_echo=True))
        return {"recipient_id": person, "message_id": said["id"]}

    def _post_messenger_profile(self, _: str, sent: Sent) -> Thing:
        told = {name: json.loads(sent[name]) for name in _PROFILE if name in sent}
        for menu in told.get("persistent_menu", []):
            if any(len(one["title"]) > 30 for one in menu["call_to_actions"]):
                raise No(100, "(#100) A menu's title must be no longer than 30 characters")
        if any(len(one["text"]) > 160 for one in told.get("greeting", [])):
            raise No(100, "(#100) A greeting must be no longer than 160 characters")
        self.wall.profile |= told
        if "persistent_menu" in sent and "get_started" not in self.wall.profile:
            raise No(100, "(#100) You must set a Get Started button to use the menu", 2018145)
        return {"result": "success"}

    def _get_messenger_profile(self, _: str, sent: Sent) -> Thing:
        asked = {one.name for one in parsed(sent["fields"])}
        there = {name: value for name, value in self.wall.profile.items() if name in asked}
        if "persistent_menu" in there:  # it tells more than was set
            there["persistent_menu"] = [
                {**one, "disabled_surfaces": []} for one in there["persistent_menu"]
            ]
        return {"data": [there] if there else []}

    def _post_subscribed_apps(self, _: str, sent: Sent) -> Thing:
        if not self.may_subscribe:
            raise No(200, "(#200) To subscribe, the permission pages_manage_metadata is needed")
        self.wall.subscribed = sent["subscribed_fields"].split(",")
        return {"success": True}

    def _get_subscribed_apps(self, _: str, sent: Sent) -> Thing:
        fields = self.wall.subscribed
        ours = {"id": self.app, "name": "Hubbub", "subscribed_fields": fields}
        return {"data": [ours] if fields else []}

    def _get_feed(self, _: str, sent: Sent) -> Thing:
        posts = sorted(self.wall.posts.values(), key=lambda one: one["created_time"], reverse=True)
        return page_of([self._with_comments(one, sent) for one in posts], sent, _of(sent))

    def _get_videos(self, _: str, sent: Sent) -> Thing:
        return page_of([*reversed(self.wall.videos.values())], sent, _of(sent))

    def _with_comments(self, post: Thing, sent: Sent) -> Thing:
        for one in parsed(_of(sent)):
            if one.name == "comments":
                comments = self._comments(post["id"], one.arguments)
                if comments:
                    inner = page_of(comments, one.arguments, one.inner or "")
                    return {**post, "comments": inner}
        return post

    def _comments(self, id: str, arguments: Mapping[str, str]) -> list[Thing]:
        self.wall.thing(id)
        stream = arguments.get("filter") == "stream"
        found = [
            one
            for one in list(self.wall.comments.values())
            if one.get("parent", {}).get("id") == id
            or (one["post"] == id and (stream or "parent" not in one))
        ]
        return found[::-1] if arguments.get("order") == "reverse_chronological" else found

    def _get_below(self, id: str, sent: Sent) -> Thing:
        return page_of(self._comments(id, sent), sent, _of(sent))

    def _post_below(self, id: str, sent: Sent) -> Thing:
        text = _text(sent.get("message", ""), "comments")
        picture = sent.get("attachment_id")
        if picture and picture not in self.wall.photos:
            raise No(100, "(#100) Invalid parameter: attachment_id")
        comment = self.wall.add_comment(id, text, self.wall.us(), pictures=1 if picture else 0)
        self.tell("feed", comment_told(comment))
        return {"id": comment["id"]}

    def _get_thing(self, id: str, sent: Sent) -> Thing:
        thing, fields = self.wall.thing(id), _of(sent)
        person = self.wall.private_replies.get(id)
        for one in parsed(fields):
            if one.name == "private_reply_conversation" and person:
                talk = self._talk(person, one.inner or "")
                thing = {**thing, "private_reply_conversation": talk}
        return chosen(thing, fields)

    def _post_thing(self, id: str, sent: Sent) -> Thing:
        thing = self.wall.thing(id)
        if "message" in sent:
            if thing.get("from") != self.wall.us():
                raise No(200, "(#200) Permissions error")
            thing["message"] = _text(sent["message"], "feed")
        if "is_hidden" in sent:
            thing["is_hidden"] = sent["is_hidden"] == "true"
        return {"success": True}

    def _delete_thing(self, id: str, sent: Sent) -> Thing:
        self.wall.remove(id)
        return {"success": True}

    def _get_conversations(self, _: str, sent: Sent) -> Thing:
        if sent.get("platform") != "MESSENGER":
            raise No(100, "(#100) Param platform must be one of {INSTAGRAM, MESSENGER}")
        persons = [sent["user_id"]] if "user_id" in sent else [*reversed(self.wall.talks)]
        talks = [self._talk(one, _of(sent)) for one in persons if one in self.wall.talks]
        return {"data": talks[: int(sent.get("limit", "25"))]}

    def _talk(self, person: str, fields: str) -> Thing:
        messages = self.wall.talks[person]
        talk: Thing = {"id": f"t_{person}", "updated_time": messages[-1]["created_time"]}
        for one in parsed(fields):
            if one.name == "messages":
                talk["messages"] = page_of(messages[::-1], one.arguments, one.inner or "")
        return talk


def _of(sent: Sent) -> str:
    return str(sent.get("fields", ""))


def _text(text: str, where: str) -> str:
    if len(text.encode("utf-16-le")) // 2 > _TEXTS[where]:
        raise No(100, f"(#100) The message is longer than {_TEXTS[where]} characters")
    return " ".join(text.split(" ")).strip()


def comment_told(comment: Thing, verb: str = "add") -> Thing:
    parent = comment["parent"]["id"] if "parent" in comment else comment["post"]
    return {
        "item": "comment",
        "verb": verb,
        "comment_id": comment["id"],
        "post_id": comment["post"],
        "parent_id": parent,
        **_said(comment),
    }


def _said(thing: Thing) -> Thing:
    said = int(datetime.fromisoformat(thing["created_time"]).timestamp())
    author = {"from": thing["from"]} if "from" in thing else {}
    return {**author, "message": thing["message"], "created_time": said}


def message_told(message: Thing, **more: Any) -> Thing:
    said = datetime.fromisoformat(message["created_time"]).timestamp()
    return {
        "sender": {"id": message["from"]["id"]},
        "recipient": {"id": message["to"]["data"][0]["id"]},
        "timestamp": int(said * 1000),
        "message": {"mid": message["id"], "text": message["message"], **more},
    }
