"""At the end of a run: everything has come to rest, and the world agrees with what was promised."""

import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.proof.simulation.life import MATTERS, Life, Planned
from tests.proof.simulation.process import CANARY

if TYPE_CHECKING:
    from tests.proof.simulation.world import World

_OPEN = """
SELECT 'unread ' || dedupe_key FROM event WHERE workspace_id = 1 AND state = 'new'
UNION ALL SELECT 'untold ' || id FROM decision WHERE told_at IS NULL
UNION ALL SELECT state || ' ' || key FROM delivery
  WHERE workspace_id = 1
  AND (state IN ('sending', 'unknown', 'held') OR state = 'pending' AND due_at <= ?)
"""
_DUMPED = ("event", "message", "signal", "suggestion", "voice", "case", "decision", "answer")
_SAID = "SELECT id, dedupe_key, state FROM event WHERE workspace_id = 1 AND kind = 'message'"
_ANSWERS = (
    "SELECT conversation, turn_at, id, key, rowid FROM delivery WHERE workspace_id = 1"
    " AND state = 'sent' AND released_at IS NULL AND action <> 'publish'"
)
_PLANNED = """
SELECT o.local, o.at, c.account, d.state FROM post p
JOIN occurrence o ON o.post_id = p.id JOIN publication u ON u.occurrence_id = o.id
JOIN delivery d ON d.id = u.delivery_id JOIN channel c ON c.id = d.channel_id
WHERE p.text = ?
"""
_MOVED = "SELECT key FROM delivery WHERE released_at IS NOT NULL OR note <> ''"
_FOREIGN = "SELECT 1 FROM delivery WHERE workspace_id = 2 AND (state <> 'pending' OR attempt)"
_SENDS = "SELECT key, state, attempt, due_at, sent_at, note FROM delivery ORDER BY rowid"
_TEXTS = (
    "SELECT note FROM delivery UNION SELECT content FROM delivery UNION SELECT problem FROM event"
    " UNION SELECT paused_because FROM channel UNION SELECT details FROM audit_entry"
)
# What a person decided about a delivery, or the network's own word: visible, so not lost.
_VISIBLE = {"sent", "refused", "cancelled"}


class Ending:
    """``moments``: how often in this month something happens."""

    def __init__(self, world: "World", life: Life) -> None:
        self.world, self.life, self.moments = world, life, 0

    def ask(self, question: str, *given: Any) -> list[Any]:
        return self.world.watch.ask(question, *given)

    def climate(self) -> None:
        """The policies of this shop's channels, and how much is going on in it."""
        chance = self.world.chance
        self.moments = chance.choice((5, 8, 11))
        policies = [chance.choice(("ask", "send", "spread")) for _ in range(3)]
        with sqlite3.connect(self.world.house.file) as connection:  # no weather is out yet
            for account, policy in zip(self.world.ledgers, policies, strict=True):
                connection.execute(
                    "UPDATE channel SET overdue = ? WHERE account = ?", (policy, account)
                )
        connection.close()
        self.world.note("shop", f"overdue posts: {', '.join(policies)}")

    def restless(self) -> list[str]:
        now = self.world.clock.now().strftime("%Y-%m-%d %H:%M:%S.%f")
        waiting = [f"{key} is not acknowledged" for key in self.world.unheard()]
        return [*(text for (text,) in self.ask(_OPEN, now)), *waiting]

    def check(self) -> None:
        self._kept()
        self._answered()
        self._told_once()
        self._in_order()
        self._posts()
        self._bursts()
        self._sound()
        self._discreet()

    def _fail(self, invariant: str, text: str) -> None:
        self.world.fail(invariant, text)

    def _kept(self) -> None:
        """I1: what was acknowledged is there once, and its message too."""
        for key, account in self.world.watch.acknowledged_keys.items():
            self.world.watch.once(account, key)
        messages = {id for (id,) in self.ask("SELECT id FROM message")}
        for id, key, kind, state in self.ask("SELECT id, dedupe_key, kind, state FROM event"):
            if state == "done" and kind == "message" and id not in messages:
                self._fail("I2", f"{key} counts as done, and there is no message of it")

    def _answered(self) -> None:
        """Who said something that matters was answered, once."""
        answers = Counter(
            key
            for (key,) in self.ask("SELECT about_id FROM delivery WHERE about = 'acknowledgement'")
        )
        events = self.ask(
            "SELECT id, dedupe_key, state FROM event WHERE workspace_id = 1 AND kind = 'message'"
        )
        for id, key, state in events:
            text = self.life.said[key][2]
            if state == "done" and text in MATTERS and answers[id] != 1:
                self._fail("I2", f"{key} was answered {answers[id]} times")
        heard = Counter(
            (account, entry.reply_to)
            for account, _, entry in self.world.watch.arrivals
            if entry.reply_to and not any(token in entry.text for token in self.life.tokens)
        )
        if twice := [place for place, times in heard.items() if times > 1]:
            self._fail("I3", f"answered more than once: {twice}")

    def _told_once(self) -> None:
        """I3: each person hears each decision once."""
        heard: Counter[tuple[str, str, str]] = Counter()
        for account, _, entry in self.world.watch.arrivals:
            for token in self.life.tokens:
                if token in entry.text and entry.reply_to in self.life.said:
                    heard[token, account, self.life.said[entry.reply_to][1]] += 1
        if twice := [what for what, times in heard.items() if times > 1]:
            self._fail("I3", f"told more than once: {twice}")

    def _in_order(self) -> None:
        """I5: messages are read as they came; answers leave as they were written."""
        if self.world.clock.set_back:
            return  # ids follow the clock: an order across that moment is nobody's promise
        rows = self.ask(
            "SELECT conversation, id, remote_id FROM message WHERE workspace_id = 1 ORDER BY rowid"
        )
        self._increasing(rows, "read")
        first: dict[str, int] = {}
        for number, (_, _, entry) in enumerate(self.world.watch.arrivals):
            first.setdefault(entry.key, number)
        rows = [row for row in self.ask(_ANSWERS) if row[3] in first]
        there = sorted((first[row[3]], row) for row in rows)
        last: dict[str, Any] = {}
        for _, row in there:
            before = last.get(row[0])
            if before and before[1:3] > row[1:3] and before[4] > row[4]:
                self._fail("I5", f"{before[3]} left before {row[3]}, which was written first")
            last[row[0]] = max(before, row, key=lambda it: it[1:3]) if before else row

    def _increasing(self, rows: list[Any], what: str) -> None:
        last: dict[str, Any] = {}
        for conversation, id, name in rows:
            if (
                conversation in last
                and last[conversation][0] > id
                and not self.world.clock.set_back
            ):
                self._fail("I5", f"{name} was {what} after {last[conversation][1]}")
            last[conversation] = (id, name)

    def _posts(self) -> None:
        """Each planned time has gone out once on each channel, or lies where people see why."""
        horizon = self.world.clock.now() - timedelta(hours=1)
        for planned in self.life.posts.values():
            rows = self.ask(_PLANNED, planned.text)
            if planned.text not in self.life.doubtful:
                self._as_planned(planned, rows, horizon)
        for text, _, at, entry in self._published():
            planned_at = self.life.posts[text].at
            if at < min(each.astimezone(UTC) for each in planned_at):
                self._fail("I4", f"{entry.key} has left at {at}, before it was planned")
        counted = Counter((text, account) for text, account, _, _ in self._published())
        for (text, account), times in counted.items():
            if times > len(self.life.posts[text].at):
                self._fail("I3", f"“{text}” is on {account} {times} times")

    def _published(self) -> list[tuple[str, str, datetime, Any]]:
        return [
            (entry.text, account, at, entry)
            for account, at, entry in self.world.watch.arrivals
            if entry.text in self.life.posts
        ]

    def _as_planned(self, planned: Planned, rows: list[Any], horizon: datetime) -> None:
        wanted = Counter(
            (account, at.astimezone(UTC))
            for account in planned.accounts
            for at in planned.at
            if at.astimezone(UTC) < horizon
        )
        found = Counter(
            (account, datetime.fromisoformat(at).replace(tzinfo=UTC))
            for _, at, account, state in rows
            if state in _VISIBLE
        )
        if missing := wanted - found:
            self._fail("I2", f"“{planned.text}” was planned for {_list(missing)} and is not there")
        if added := Counter(it for it in found - wanted if it[1] < horizon):
            self._fail("I3", f"“{planned.text}” is there for {_list(added)}, which nobody planned")

    def _bursts(self) -> None:
        """No more posts in a channel's minutes than it bears, those aside that people released."""
        if self.world.clock.set_back:
            return
        moved = {key for (key,) in self.ask(_MOVED)}
        for account in self.world.ledgers:
            times = [
                at
                for where, at, entry in self.world.watch.arrivals
                if where == account and entry.action == "publish" and entry.key not in moved
            ]
            for first, sixth in zip(times, times[5:], strict=False):
                if sixth - first < timedelta(minutes=10):
                    self._fail("I4", f"six posts in ten minutes on {account}, from {first}")

    def _sound(self) -> None:
        """I6."""
        if (found := self.ask("PRAGMA integrity_check")) != [("ok",)]:
            self._fail("I6", f"integrity: {found}")
        if found := self.ask("PRAGMA foreign_key_check"):
            self._fail("I6", f"foreign keys: {found}")
        own = (
            "SELECT key FROM delivery WHERE state = 'sent' AND sent_at IS NULL"
            " OR state <> 'sending' AND (owner IS NOT NULL OR lease_until IS NOT NULL)"
        )
        if found := self.ask(own):
            self._fail("I6", f"deliveries whose columns contradict each other: {found}")
        there = {entry.key for _, _, entry in self.world.watch.arrivals}
        sent = self.ask("SELECT key FROM delivery WHERE workspace_id = 1 AND state = 'sent'")
        if lost := [key for (key,) in sent if key not in there]:
            self._fail("I3", f"counted as sent, and on no network: {lost}")
        if self.ask(_FOREIGN):
            self._fail("I4", "another workspace's delivery was touched")

    def _discreet(self) -> None:
        """I7: nothing that people or other programs get to see holds a secret."""
        for (text,) in self.ask(_TEXTS):
            if CANARY in text:
                self._fail("I7", f"a secret stands in the database: {text[:200]}")

    def dump(self) -> list[bytes]:
        """What the tables hold, for I8; ids and times are as seeded as the rest."""
        found = [repr(self.ask(f'SELECT * FROM "{name}" ORDER BY rowid')) for name in _DUMPED]
        found.append(repr(self.ask(_SENDS)))
        return [each.encode() for each in found]

    def counts(self) -> dict[str, int]:
        arrivals, lines = self.world.watch.arrivals, self.world.trace.lines
        return {
            "events acknowledged": len(self.world.watch.acknowledged_keys),
            "sent": len(arrivals),
            "deaths": sum(what == "dies" for _, _, what in lines),
        }


def _list(found: Counter[tuple[str, datetime]]) -> str:
    return ", ".join(f"{at:%m-%d %H:%M} UTC on {account}" for account, at in sorted(found))
