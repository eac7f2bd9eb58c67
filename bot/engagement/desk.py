"""The desk where commands are answered, and where what was asked for is taken in."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.engagement import ideas, mydata, phrases, preferences, replies
from bot.engagement.closing import wishes
from bot.engagement.commands import Asked
from bot.engagement.models import Awaited, Expecting
from bot.engagement.persons import desk as persons
from bot.engagement.persons.desk import theirs
from bot.engagement.persons.linking import CODE
from bot.engagement.reading import Meaning, Understood, surely
from bot.engagement.telling import Voices
from bot.members.models import Answers, Member
from bot.networks import Button, Content
from bot.outbox.models import About
from bot.products.finding import finder
from bot.suggestions.models import Suggestion

# What was asked waits so long for its answer.
_WAITS = timedelta(minutes=30)
_YES = {"yes", "ja"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to say to a command. ``alone``: nobody else may read it."""

    content: Content
    about: About = About.COMMAND
    alone: bool = False
    erasure: str = ""  # the code of an erasure that begins when everything else is written


@dataclass(slots=True)
class Desk:
    """What one transaction's members were asked, and how they answer."""

    session: Session
    speak: Voices
    _asked: dict[tuple[UUID, str, Awaited], Expecting] = field(default_factory=dict)
    _votes: dict[UUID, UUID] = field(default_factory=dict)  # by message: for which suggestion

    def recall(self, said: Sequence[Understood]) -> None:
        """Who is still waited for when the first of these was said: few, of however many."""
        if not said:
            return
        first = min(one.occurred_at for one in said)
        for one in self.session.scalars(sa.select(Expecting).where(Expecting.expires_at > first)):
            self._asked[one.member_id, one.conversation, one.what] = one

    def take(self, one: Understood, member: Member) -> tuple[Meaning, ...]:
        """What it means, now that we know what they were asked before."""
        if one.command:
            self._note(one, one.command, member)
            return one.meanings
        if not one.text.strip() or one.wants_person:
            return one.meanings
        if number := _number(one.text):
            listed = self._expected(one, member, Awaited.IDEAS)
            if listed and number <= len(listed.choices):
                self._votes[one.id] = UUID(listed.choices[number - 1])
                return ()
        if asked := self._expected(one, member, Awaited.SUGGESTION):
            self._forget(asked)
            return (surely(one.text.strip(), _start(one.text), finder(self.session)),)
        return one.meanings

    def _note(self, one: Understood, command: Asked, member: Member) -> None:
        if command.name == "suggest" and not command.words:
            self._expect(one, member, Awaited.SUGGESTION)
        elif command.name == "ideas" and command.chosen:
            if id := _id(command.chosen):
                self._votes[one.id] = id
        elif command.name == "ideas" and (number := _number(command.words)):
            listed = self._expected(one, member, Awaited.IDEAS)
            if listed and number <= len(listed.choices):
                self._votes[one.id] = UUID(listed.choices[number - 1])

    def answers(self, one: Understood) -> bool:
        """Whether this is for the desk; a suggestion that was said is acknowledged like others."""
        if one.id in self._votes:
            return True
        return one.command is not None and not (one.command.name == "suggest" and one.meanings)

    def answer(self, one: Understood, member: Member) -> Answer:
        language = member.language or one.language
        if one.id in self._votes:
            return self._vote(one, member, language)
        assert one.command is not None
        match one.command.name:
            case "suggest":
                return Answer(content=Content(text=replies.say("suggest", language)))
            case "ideas":
                return self._ideas(one, one.command, member, language)
            case "status":
                return self._status(one, member, language)
            case "preferences":
                return self._preferences(one.command, member, language)
            case "mydata":
                return self._mydata(one, one.command, member, language)
            case "link":
                content = persons.link(
                    self.session, one.command, member, language, self.speak, private=one.private
                )
                about = About.DATA if CODE in content.text else About.COMMAND
                return Answer(content=content, about=about, alone=True)
            case "unlink":
                content = persons.unlink(self.session, member, language, self.speak)
                return Answer(content=content, alone=True)
        text = replies.help_text(language, member.name, self.speak.shop)
        talk = Button(label=replies.say("talk", language), value="person")
        return Answer(content=Content(text=text, buttons=(talk,)))

    def _status(self, one: Understood, member: Member, language: str) -> Answer:
        """Where others read the answer, nothing that was said in private is repeated."""
        alone = member.answers is Answers.PRIVATE
        in_public = not (alone or one.private)
        found = ideas.status_of(self.session, member.person_id, in_public=in_public)
        text = replies.became(language, found) if found else replies.say("no_status", language)
        if in_public and len(ideas.status_of(self.session, member.person_id)) > len(found):
            text = replies.became(language, found) if found else ""
            text = f"{text}\n{replies.say('more_alone', language)}".strip()
        return Answer(content=Content(text=text), alone=alone)

    def _vote(self, one: Understood, member: Member, language: str) -> Answer:
        chosen = self.session.find(Suggestion, self._votes[one.id])
        voted = ideas.add_voice(self.session, chosen, member, one.id)
        people, words = 0, ""
        if chosen is not None:
            people, words = ideas.standing(self.session, chosen)
        if chosen is not None and voted is ideas.Voted.THEIR_OWN:
            text = theirs(self.session, chosen, member, language)
            return Answer(content=Content(text=text))
        text = replies.say(
            voted.value, language, name=member.name, n=people, words=phrases.quote(words)
        )
        return Answer(content=Content(text=text))

    def _ideas(self, one: Understood, command: Asked, member: Member, language: str) -> Answer:
        found = finder(self.session).find(command.words) if command.words else []
        product = found[0].key if found else None
        assert product is None or isinstance(product, UUID)
        listed = [] if command.words and not found else ideas.most_voiced(self.session, product)
        if not listed:
            return Answer(content=Content(text=replies.say("no_ideas", language)))
        self._expect(one, member, Awaited.IDEAS, [id.hex for id, _, _ in listed])
        text = replies.listed(language, [(words, people) for _, words, people in listed])
        buttons = tuple(
            Button(label=f"{number} +1", value=f"voice:{id.hex}")
            for number, (id, _, _) in enumerate(listed, 1)
        )
        return Answer(content=Content(text=text, buttons=buttons))

    def _preferences(self, command: Asked, member: Member, language: str) -> Answer:
        words = command.chosen or command.words
        understood = preferences.learn(member, words, self.speak.languages)
        understood |= wishes.learn(self.session, member, words) or not words
        language = member.language or language
        quiet = None
        if member.quiet_from is not None and member.quiet_until is not None:
            quiet = member.quiet_from, member.quiet_until
        text = replies.preferred(
            language,
            where=member.answers.value,
            spoken=member.language,
            often=member.often.value,
            quiet=quiet,
        )
        text += replies.told_elsewhere(language, wishes.of(self.session, member))
        if not understood:
            text = f"{replies.say('not_known', language)} {text}"
        return Answer(content=Content(text=text), alone=member.answers is Answers.PRIVATE)

    def _mydata(self, one: Understood, command: Asked, member: Member, language: str) -> Answer:
        wish, _, sure = command.words.casefold().partition(" ")
        if command.erases:
            return self._erase(one, command, member, language, sure=sure.strip() in _YES)
        if wish == "export":
            text = replies.say("export", language, link=mydata.LINK)
            return Answer(content=Content(text=text), about=About.DATA, alone=True)
        text = replies.say("mydata", language, **mydata.counts(self.session, member))
        return Answer(content=Content(text=text), alone=True)

    def _erase(
        self, one: Understood, command: Asked, member: Member, language: str, *, sure: bool
    ) -> Answer:
        asked = self._expected(one, member, Awaited.ERASURE)
        if asked and (sure or command.chosen == asked.id.hex):
            self._forget(asked)
            code = self.session.ids.new().hex
            text = replies.say("erased", language)
            return Answer(content=Content(text=text), alone=True, erasure=code)
        if command.chosen:
            return Answer(content=Content(text=replies.say("too_late", language)), alone=True)
        row = self._expect(one, member, Awaited.ERASURE)
        button = Button(label=replies.say("erase_button", language), value=f"erase:{row.id.hex}")
        text = replies.say("erase", language)
        return Answer(content=Content(text=text, buttons=(button,)), alone=True)

    def _expect(
        self, one: Understood, member: Member, what: Awaited, choices: Sequence[str] = ()
    ) -> Expecting:
        until = one.occurred_at + _WAITS
        key = {"member_id": member.id, "conversation": one.conversation, "what": what}
        row = self.session.scalar(sa.select(Expecting).filter_by(**key))
        if row is None:
            row = self.session.put(Expecting(**key, choices=list(choices), expires_at=until))
        self._asked[member.id, one.conversation, what] = row
        row.choices, row.expires_at = list(choices), until
        return row

    def _expected(self, one: Understood, member: Member, what: Awaited) -> Expecting | None:
        row = self._asked.get((member.id, one.conversation, what))
        return row if row and one.occurred_at < row.expires_at else None

    def _forget(self, row: Expecting) -> None:
        del self._asked[row.member_id, row.conversation, row.what]
        self.session.delete(row)
        self.session.flush()


def with_buttons_that_fit(content: Content, most: int) -> Content:
    """Where fewer fit, the words say what else to do."""
    return replace(content, buttons=content.buttons[:most])


def _number(text: str) -> int:
    """A number alone, as 1 to 99; 0: it is none."""
    plain = text.strip().rstrip(".!")
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 3 else 0


def _start(text: str) -> int:
    return len(text) - len(text.lstrip())


def _id(text: str) -> UUID | None:
    try:
        return UUID(hex=text)
    except ValueError:
        return None
