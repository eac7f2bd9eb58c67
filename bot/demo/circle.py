"""From a post to a supplier's answer in the consumer's thread, step by step, over HTTP only."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.demo.browser import Browser, Shown, Stuck

__all__ = ["Circle", "Stuck", "steps"]

_CATALOGUE = (
    "sku,name,brand,aliases\r\n"
    "BR-KET-12,Fireside Kettle,Brannock,kettle\r\n"
    "TM-APR-01,Linen Apron,Tallmann,apron\r\n"
)
_PARTNERS = (
    ("Brannock Enamelware", "care@brannock.example", "Brannock"),
    ("Tallmann & Daughters", "hallo@tallmann.example", "Tallmann"),
)
_POST = "What would make your Fireside Kettle even better?"
_WORDS = "please make the lid dishwasher-safe"
_PROMISE = "The new lids leave the furnace then."

# P22: an acknowledgement within seconds. Everything else may take a little longer.
_AT_ONCE, _SOON = 2.0, 10.0
_LOOK_AGAIN = 0.2


@dataclass(slots=True)
class Circle:
    """Three people and their browsers, and what they have learnt so far. ``entry``: the owner's
    one-time link; ``promised_for``: a day ahead, as forms write it."""

    home: str
    entry: str
    promised_for: str
    staff: Browser = field(init=False)
    consumer: Browser = field(init=False)
    thread: str = ""
    case: Shown | None = None

    def __post_init__(self) -> None:
        self.staff, self.consumer = (Browser(self.home) for _ in range(2))

    def enter(self) -> None:
        door = self.staff.look(self.entry)
        self.staff.send(door, self.entry, {})
        self.staff.look("/calendar")

    def stock(self) -> None:
        page = self.staff.look("/products/import")
        self.staff.send(page, "/products/import/confirm", {"text": _CATALOGUE}).must_say(
            "Fireside Kettle", "Linen Apron"
        )

    def invite_partners(self) -> None:
        for name, email, brand in _PARTNERS:
            page = self.staff.look("/partners/new")
            fields = {"name": name, "email": email, "brands": brand}
            self.staff.send(page, "/partners/new", fields).must_say(name)

    def publish(self) -> None:
        page = self.staff.look("/posts/new")
        channel = page.find(r'name="channels" value="([^"]+)"', "channel to choose")
        post = {"title": "A question", "text": _POST, "product": "BR-KET-12", "channels": channel}
        self.staff.send(page, "/posts/new", {**post, "act": "now"})

    def see_it(self) -> None:
        chat = self._until(self.consumer, "/chat", _SOON, _POST)
        self.thread = chat.find(r'id="t-([0-9a-f]+)"', "thread")

    def answer(self) -> None:
        page = self.consumer.look(f"/chat/threads/{self.thread}")
        once = page.find(r'name="once" value="(\w+)"', "box to write in")
        said = {"text": _WORDS, "thread": self.thread, "once": once, "name": "Ines"}
        self.consumer.send(page, "/chat/say", said).must_say(_WORDS)

    def be_acknowledged(self) -> None:
        self._until(self.consumer, f"/chat/threads/{self.thread}", _AT_ONCE, "Thank you, Ines!")

    def see_the_suggestion(self) -> None:
        board = self.staff.look("/suggestions")
        board.must_say(_WORDS, "Fireside Kettle")
        one = board.find(r'href="(/suggestions/[0-9a-f-]{32,36})"', "suggestion")
        self.staff.look(one).must_say(_WORDS, "Fireside Kettle", _PARTNERS[0][0])

    def reach_the_supplier(self) -> None:
        mail = self._until(self.staff, "/mail", _SOON, _PARTNERS[0][1])
        if _PARTNERS[1][1] in mail.text:
            raise Stuck(f"{_PARTNERS[1][0]} got a letter that is none of their business.")
        letter = mail.find(r'action="(/mail/[0-9a-f-]+/open)"', "letter with a link")
        door = self.staff.send(mail, letter, {})
        token = door.address.removeprefix(self.home)
        # Without a mail server nobody else has the link: the staff look as the supplier would.
        self.case = self.staff.send(self.staff.look(token), token, {})
        self.case.must_say(_WORDS, "Fireside Kettle", f"You are looking as {_PARTNERS[0][0]}.")

    def promise(self) -> None:
        page = self._decide("accept", {})
        self.case = page
        self._decide("promise", {"promised_for": self.promised_for, "words_promise": _PROMISE})

    def hear_of_it(self) -> None:
        thread = f"/chat/threads/{self.thread}"
        self._until(self.consumer, thread, _SOON, "Brannock Enamelware has accepted")
        self._until(self.consumer, thread, _SOON, _PROMISE)

    def _decide(self, act: str, more: dict[str, str]) -> Shown:
        if self.case is None:
            raise Stuck("There is no case to decide about.")
        version = self.case.find(r'name="version" value="(\d+)"', "case to decide about")
        where = self.case.address.removeprefix(self.home)
        return self.staff.send(self.case, where, {"act": act, "version": version, **more})

    def _until(self, browser: Browser, path: str, seconds: float, words: str) -> Shown:
        """The page as soon as it says so. Raises `Stuck` where it does not in so many seconds."""
        end = time.monotonic() + seconds
        while words not in (page := browser.look(path)).text:
            if time.monotonic() > end:
                raise Stuck(f"{page.address} does not say “{words}” within {seconds:g} s.")
            time.sleep(_LOOK_AGAIN)
        return page


def steps(circle: Circle) -> Sequence[tuple[str, Callable[[], None]]]:
    """What is walked, in order: what to call it, and how to do it."""
    return (
        ("The owner enters by the one-time link", circle.enter),
        ("Two products are taken in from a CSV file", circle.stock),
        ("Their two suppliers are added", circle.invite_partners),
        ("A post about the kettle is written, due now", circle.publish),
        ("It appears in the community", circle.see_it),
        (f"A consumer answers: “{_WORDS}”", circle.answer),
        ("An acknowledgement comes in the thread, within 2 s", circle.be_acknowledged),
        ("Staff see the suggestion, its product and the exact words", circle.see_the_suggestion),
        ("It is with the right supplier, and their page is opened", circle.reach_the_supplier),
        ("The supplier accepts it and promises a date", circle.promise),
        ("The consumer is told in the thread", circle.hear_of_it),
    )
