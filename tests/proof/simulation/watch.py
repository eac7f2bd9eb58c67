"""The invariants, looked at from outside: the committed tables and the networks' ledgers."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from adapters.sandbox import Entry, Like
from bot.networks import Outgoing
from tests.proof.simulation.process import CANARY, LEASE, Process
from tests.proof.simulation.shop import ACCOUNTS

if TYPE_CHECKING:
    from tests.proof.simulation.world import World

# In calm weather nothing waits longer than this: a batch, a lease and a look of the next process.
DEADLINE = timedelta(minutes=15)
# On a network that only a person can read, "we don't know" is shown within a minute after the
# lease that could have told has run out.
SHOWN_WITHIN = LEASE + timedelta(minutes=1)
REVOKED = "The sandbox no longer knows"
MOST_TRIES = 3
OVERDUE_AFTER = timedelta(minutes=30)


class Row(NamedTuple):
    """A delivery that is on its way."""

    id: str
    key: str
    owner: str | None
    attempt: int
    lease_until: str
    conversation: str
    workspace: int
    paused: str
    due_at: str


_SENDING = """
SELECT d.id, d.key, d.owner, d.attempt, d.lease_until, d.conversation, d.workspace_id,
  c.paused_because, d.due_at
FROM delivery d JOIN channel c ON c.workspace_id = d.workspace_id AND c.id = d.channel_id
WHERE d.state = 'sending'
"""
_UNTOLD = """
WITH RECURSIVE said(decision, told_at, suggestion) AS (
  SELECT d.id, d.told_at, c.suggestion_id FROM decision d JOIN "case" c ON c.id = d.case_id
  WHERE d.told_at IS NOT NULL AND d.act <> 'acknowledge'
  UNION SELECT said.decision, said.told_at, s.id
  FROM said JOIN suggestion s ON s.merged_into_id = said.suggestion
)
SELECT said.decision, count(DISTINCT v.person_id) FILTER (WHERE v.id < printf('%012x',
    unixepoch(said.told_at) * 1000 + substr(said.told_at, 21, 3))),
  count(DISTINCT v.person_id)
FROM said JOIN voice v ON v.suggestion_id = said.suggestion GROUP BY said.decision
"""
_STUCK = """
SELECT d.key, d.due_at FROM delivery d
JOIN channel c ON c.workspace_id = d.workspace_id AND c.id = d.channel_id
WHERE d.workspace_id = 1 AND d.state = 'pending' AND d.due_at < ? AND c.paused_because = ''
AND NOT EXISTS (SELECT 1 FROM delivery o WHERE o.conversation = d.conversation AND o.id <> d.id
  AND o.state IN ('pending', 'sending'))
"""


class Watch:
    """Looks after every COMMIT, at every arrival on a network, and whenever all is quiet."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.sending: dict[str, Row] = {}
        self.done, self.sent = self._done(), 0.0
        self.refused: set[str] = set()  # keys that a network did not want
        self.told: set[str] = set()
        self.acknowledged_keys: dict[str, str] = {}  # dedupe key → account
        self.unsettled: dict[str, float] = {}  # key → when it arrived, until it is written down
        self.arrivals: list[tuple[str, datetime, Entry]] = []  # account, when, what
        self.checked_at = 0.0
        self._found: tuple[int, float] = (-1, -1.0)
        self._interest: dict[str, list[float]] = {}

    def ask(self, question: str, *given: Any) -> list[Any]:
        return self.world.eyes.execute(question, given).fetchall()

    # After every COMMIT

    def committed(self, process: Process) -> None:
        now = _text(self.world.clock.now())
        before, after = self.sending, {row[0]: Row(*row) for row in self.ask(_SENDING)}
        self.sending = after
        for id, row in after.items():
            if id not in before:
                self._claimed(process, row, now)
            elif (row.owner, row.attempt) != (before[id].owner, before[id].attempt):
                self._went_on(process, before[id], row, now)
        for id, row in before.items():
            if id not in after:
                self._left(row)
            if id not in after and row.owner != process.name and row.lease_until >= now:
                self._fail("I3", f"{process.name} settled {row.key}, which is {row.owner}'s")
        several = [it for it, n in Counter(r.conversation for r in after.values()).items() if n > 1]
        if several:
            keys = [row.key for row in after.values() if row.conversation in several]
            self._fail("I5", f"two of one conversation are on their way at once: {keys}")
        ((sent,),) = self.ask("SELECT total(state = 'sent') FROM delivery")
        if sent < self.sent:
            self._fail("I3", f"{process.name} wrote that what was sent is not")
        self.sent = sent
        self._read(process, now)
        self._heard()

    def _claimed(self, process: Process, row: Row, now: str) -> None:
        self.world.note(process.name, f"claims {row.key}, attempt {row.attempt}")
        if row.workspace != 1:
            self._fail("I4", f"{row.key} belongs to another workspace")
        if row.paused:
            self._fail("I4", f"{row.key} was claimed on a channel that is paused: {row.paused}")
        if row.due_at > now:
            self._fail("I4", f"{row.key} was claimed before it is due")

    def _left(self, row: Row) -> None:
        """What a network said is believed as it was said."""
        ((state, note, paused),) = self.ask(
            "SELECT d.state, d.note, c.paused_because FROM delivery d JOIN channel c"
            " ON c.workspace_id = d.workspace_id AND c.id = d.channel_id WHERE d.id = ?",
            row.id,
        )
        self.world.note("", f"{row.key} is {state} {note}")
        if state == "refused" and row.key not in self.refused:
            self._fail("I2", f"{row.key} counts as refused, and no network has refused it")
        if state != "sent" and note.startswith(REVOKED) and not paused:
            self._fail("I4", f"the token is revoked, and its channel goes on after {row.key}")

    def _went_on(self, process: Process, was: Row, now_is: Row, now: str) -> None:
        if now_is.attempt == was.attempt:  # its own process does not know what became of it
            if was.owner != process.name:
                self._fail("I3", f"{process.name} wrote into {was.owner}'s attempt at {was.key}")
            return
        self.world.note(process.name, f"takes {was.key} over from {was.owner}")
        if was.lease_until >= now:
            self._fail("I3", f"{process.name} took {was.key} from {was.owner}, whose lease lasts")

    def _done(self) -> float:
        done: float
        ((done, tries),) = self.ask("SELECT total(state = 'done'), max(tries) FROM event")
        if (tries or 0) > MOST_TRIES:
            self._fail("I2", f"an event was tried {tries} times, and those behind it wait")
        return done

    def _read(self, process: Process, now: str) -> None:
        """Only who holds the lease may read the inbox, or two readers would mix conversations."""
        done = self._done()
        if done == self.done:
            return
        self.world.note(process.name, f"has read {done - self.done:.0f} events")
        self.done = done
        held = self.ask("SELECT owner, until FROM lease WHERE name = 'inbox'")
        if not held or held[0][0] != process.name or held[0][1] <= now:
            self._fail("I5", f"{process.name} read the inbox without its lease: {held}")

    def _heard(self) -> None:
        """A decision that counts as told has an answer for each person behind it. Who joins in the
        same millisecond, by the same COMMIT, came before or after: both are right."""
        for decision, before, people in self.ask(_UNTOLD):
            if decision in self.told:
                continue
            self.told.add(decision)
            question = "SELECT count(*) FROM delivery WHERE key LIKE ?"
            ((answers,),) = self.ask(question, f"told:{decision}%")
            if not before <= answers <= people:
                self._fail("I3", f"{people} people, but {answers} answers to decision {decision}")

    # At every arrival on a network

    def arrived(self, process: Process, outgoing: Outgoing, entry: Entry, *, again: bool) -> None:
        now = self.world.clock.now()
        if not again:
            self.arrivals.append((outgoing.account, now, entry))
            self.unsettled[entry.key] = self.world.seconds
        if CANARY in f"{entry} {outgoing}":
            self._fail("I7", f"a secret has left with {entry.key}")
        found = self.ask(
            "SELECT d.state, d.owner, d.workspace_id, c.account, c.remote_id, d.attempt,"
            " d.lease_until, d.due_at, d.released_at, d.action, c.overdue, d.content"
            " FROM delivery d JOIN channel c ON c.workspace_id = d.workspace_id"
            " AND c.id = d.channel_id WHERE d.key = ?",
            outgoing.key,
        )
        if not found:
            self._fail("I4", f"{outgoing.key} has left, and nobody had asked for it")
            return
        state, owner, workspace, account, channel, attempt, lease, due, released, action, *rest = (
            found[0]
        )
        if workspace != 1 or (account, channel) != (outgoing.account, outgoing.channel):
            self._fail("I4", f"{outgoing.key} has left for a place where it does not belong")
        if (state, owner) != ("sending", process.name):
            self._fail("I4", f"{process.name} sent {outgoing.key}, which is {state} by {owner}")
        if outgoing.content.text in self.world.life.withdrawn:
            self._fail("I4", f"{outgoing.key} has left, though it was called off")
        held = sum(each.key == entry.key for _, _, each in self.arrivals)
        if held > 1:
            self._fail("I3", f"{entry.key} is on {outgoing.account} {held} times")
        late = _time(due) < _time(lease) - LEASE - OVERDUE_AFTER if lease else False
        if late and (attempt, released, action, rest[0]) == (1, None, "publish", "ask"):
            self._fail("I4", f"{outgoing.key} was overdue since {due} and left without asking")

    def acknowledged(self, account: str, key: str) -> None:
        self.acknowledged_keys[key] = account
        self.once(account, key)

    def once(self, account: str, key: str) -> None:
        question = "SELECT count(*) FROM event WHERE account = ? AND dedupe_key = ?"
        ((times,),) = self.ask(question, account, key)
        if times != 1:
            self._fail(
                "I1", f"event {key} of {account} was acknowledged; it is there {times} times"
            )

    # When all is quiet

    def quiet(self) -> None:
        """Deadlines, about once a minute of the simulated time."""
        world = self.world
        if world.seconds - self.checked_at < 60 or not world.processes:
            return
        self.checked_at = world.seconds
        calm = world.clock.start + timedelta(seconds=world.calm_since) - world.clock.set_back
        now = world.clock.now()
        self._shown(world.seconds, world.calm_since)
        if now - calm < DEADLINE:
            return
        limit = _text(now - DEADLINE)
        waiting = self.ask(
            "SELECT dedupe_key, received_at FROM event"
            " WHERE workspace_id = 1 AND state = 'new' AND received_at < ?",
            limit,
        )
        if waiting:
            self._fail("I2", f"nobody has read {waiting}")
        if stuck := self.ask(_STUCK, limit):
            self._fail("I2", f"nobody sends {stuck}")
        lost = [row.key for row in self.sending.values() if row.lease_until < limit]
        if lost:
            self._fail("I2", f"nobody has taken over {lost}")

    def _shown(self, now: float, calm_since: float) -> None:
        for key, since in tuple(self.unsettled.items()):
            ((state, account),) = self.ask(
                "SELECT d.state, c.account FROM delivery d JOIN channel c"
                " ON c.workspace_id = d.workspace_id AND c.id = d.channel_id WHERE d.key = ?",
                key,
            )
            if state in {"sent", "unknown"}:
                del self.unsettled[key]
            elif state == "pending" and ACCOUNTS[account] is Like.WEBCHAT:
                continue  # the same key again gives the first receipt
            elif state != "sending":
                self._fail("I3", f"{key} is on {account}, but counts as {state}")
            elif ACCOUNTS[account] is Like.TELEGRAM and (
                now - max(since, calm_since) > SHOWN_WITHIN.total_seconds()
            ):
                self._fail("I3", f"{key} may be on {account}, and nobody is shown that")

    # What a poll would see

    def interest(self, ear: Any) -> list[float]:
        """Times (seconds of the loop) from which on a poll of this ear finds something to do."""
        world = self.world
        if self._found != (world.version(), world.seconds):
            self._found = (world.version(), world.seconds)
            self._interest = {
                "inbox": self._to_read(),
                "outbox": self._to_send(),
                "cases": [0.0] if self._to_tell() else [],
            }
        return next(
            self._interest[topic] for topic in ("inbox", "outbox", "cases") if topic in ear.topics
        )

    def _to_read(self) -> list[float]:
        if not self.ask("SELECT 1 FROM event WHERE workspace_id = 1 AND state = 'new' LIMIT 1"):
            return []
        held = self.ask("SELECT owner, until FROM lease WHERE workspace_id = 1 AND name = 'inbox'")
        alive = {process.name for process in self.world.processes}
        ends = [self.world.clock.when(_time(until)) + 2e-6 for _, until in held]
        return ends if held and held[0][0] not in {"", *alive} else [0.0, *ends]

    def _to_tell(self) -> bool:
        return bool(self.ask("SELECT 1 FROM decision WHERE told_at IS NULL LIMIT 1"))

    def _to_send(self) -> list[float]:
        times = self.ask(
            "SELECT d.due_at FROM delivery d JOIN channel c"
            " ON c.workspace_id = d.workspace_id AND c.id = d.channel_id"
            " WHERE d.workspace_id = 1 AND d.state = 'pending' AND c.paused_because = ''"
            " AND NOT EXISTS (SELECT 1 FROM delivery o WHERE o.workspace_id = d.workspace_id"
            " AND o.conversation = d.conversation AND o.state = 'sending')"
            " UNION SELECT lease_until FROM delivery WHERE workspace_id = 1 AND state = 'sending'"
            " ORDER BY 1 LIMIT 40"
        )
        # A lease is over only after its last microsecond.
        return [self.world.clock.when(_time(text)) + 2e-6 for (text,) in times]

    def _fail(self, invariant: str, text: str) -> None:
        self.world.fail(invariant, text)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _text(at: datetime) -> str:
    """As SQLite stores it: comparable as text."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")
