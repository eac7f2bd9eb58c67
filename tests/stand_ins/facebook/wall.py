"""What there is on the Page and in its Messenger. Ids look as Facebook's do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

Thing = dict[str, Any]


class No(Exception):
    """Facebook's own refusal: its number, its sub-number, its words, its HTTP status."""

    def __init__(self, code: int, says: str, subcode: int = 0, status: int = 400) -> None:
        super().__init__(says)
        self.code, self.subcode, self.status = code, subcode, status


def id_of(name: str) -> str:
    """A person's id for this Page, always the same."""
    return str(5_000_000 + int(sha256(name.encode()).hexdigest()[:8], 16))


@dataclass(slots=True)
class Wall:
    page: str
    name: str = "Fern & Kettle"
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    posts: dict[str, Thing] = field(default_factory=dict)
    comments: dict[str, Thing] = field(default_factory=dict)
    talks: dict[str, list[Thing]] = field(default_factory=dict)  # by person
    last_heard: dict[str, datetime] = field(default_factory=dict)
    private_replies: dict[str, str] = field(default_factory=dict)  # comment → person
    photos: dict[str, Thing] = field(default_factory=dict)
    videos: dict[str, Thing] = field(default_factory=dict)
    profile: Thing = field(default_factory=dict)
    subscribed: list[str] = field(default_factory=list)
    answers_to_answers: bool = True  # sources disagree whether Facebook takes them
    numbers: Any = field(default_factory=lambda: count(7001))

    def us(self) -> Thing:
        return {"id": self.page, "name": self.name}

    def them(self, author: str) -> Thing:
        return {"id": id_of(author), "name": author.capitalize()}

    def stamp(self) -> str:
        return self.now().strftime("%Y-%m-%dT%H:%M:%S+0000")

    def add_post(self, message: str, who: Thing, pictures: int = 0, **more: Any) -> Thing:
        id = f"{self.page}_{next(self.numbers)}"
        self.posts[id] = {
            "id": id,
            "message": message,
            "from": who,
            "created_time": self.stamp(),
            "pictures": pictures,
            **more,
        }
        return self.posts[id]

    def add_comment(self, below: str, message: str, who: Thing | None, **more: Any) -> Thing:
        """Below a post or a comment; what answers an answer stands beside it, as on Facebook."""
        parent = self.comments.get(below)
        if parent and parent.get("parent"):
            if not self.answers_to_answers:
                raise No(100, "(#100) This comment can't be replied to")
            parent = self.comments[parent["parent"]["id"]]
        post = self.posts.get(parent["post"] if parent else below)
        if post is None:
            raise gone(below)
        id = f"{post['id'].partition('_')[2]}_{next(self.numbers)}"
        self.comments[id] = {
            "id": id,
            "post": post["id"],
            "message": message,
            "created_time": self.stamp(),
            "is_hidden": False,
            **({"from": who} if who else {}),
            **({"parent": {"id": parent["id"]}} if parent else {}),
            **more,
        }
        return self.comments[id]

    def add_message(self, person: str, text: str, *, by_us: bool) -> Thing:
        number = next(self.numbers)
        mid = "m_" + sha256(f"{number}".encode()).hexdigest()[:32]
        them, us = {"id": person}, self.us()
        message = {
            "id": mid,
            "message": text,
            "created_time": self.stamp(),
            "from": us if by_us else them,
            "to": {"data": [them if by_us else us]},
        }
        self.talks.setdefault(person, []).append(message)
        if not by_us:
            self.last_heard[person] = self.now()
        return message

    def may_write_to(self, person: str) -> None:
        """https://developers.facebook.com/docs/messenger-platform/policy/policy-overview"""
        heard = self.last_heard.get(person)
        if heard is None and person not in self.talks:
            raise No(100, "(#100) No matching user found", 2018001)
        if heard is None or self.now() - heard > timedelta(hours=24):
            raise No(10, "(#10) This message is sent outside of allowed window.", 2018278)

    def private_reply_to(self, comment: str) -> str:
        """https://developers.facebook.com/docs/messenger-platform/discovery/private-replies"""
        said = self.comments.get(comment)
        if said is None:
            raise gone(comment)
        if comment in self.private_replies:
            raise No(10900, "(#10900) Activity already replied to")
        if self.now() - datetime.fromisoformat(said["created_time"]) > timedelta(days=7):
            raise No(10901, "(#10901) It is too late to reply to this activity")
        if "from" not in said:
            raise No(10903, "(#10903) This user cannot reply to this activity")
        self.private_replies[comment] = said["from"]["id"]
        return str(said["from"]["id"])

    def thing(self, id: str) -> Thing:
        for several in (self.posts, self.comments, self.videos, self.photos):
            if id in several:
                return several[id]
        raise gone(id)

    def remove(self, id: str) -> None:
        self.thing(id)
        self.posts.pop(id, None)
        for comment in list(self.comments.values()):
            if comment["id"] == id or comment["post"] == id:
                del self.comments[comment["id"]]


def gone(id: str) -> No:
    says = (
        f"Unsupported request. Object with ID '{id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation."
    )
    return No(100, says, 33)
