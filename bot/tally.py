"""What this process has counted since it started, for `/metrics`.

Only what flows stands here; what is there is read from the tables, in `bot.measures`. Counted is
what was committed: a service says it with `Session.afterwards`.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

# A series more for each, for programs that ask for another format.
disable_created_metrics()  # type: ignore[no-untyped-call]  # ships no type for it

REGISTRY = CollectorRegistry()

EVENTS = Counter(
    "hubbub_events",
    "What networks told us: new, repeated (changed nothing), or quarantined (not understood).",
    ["network", "outcome"],
    registry=REGISTRY,
)
ATTEMPTS = Counter(
    "hubbub_attempts",
    "Tries to deliver something that have ended, by how they ended.",
    ["network", "outcome"],
    registry=REGISTRY,
)
ANSWERED = Histogram(
    "hubbub_answer_seconds",
    "From a message coming in to the answer being with its network, by who answered.",
    ["by"],
    buckets=(0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400),
    registry=REGISTRY,
)
COMMITS = Histogram(
    "hubbub_commit_seconds",
    "How long a transaction of the writer took, its COMMIT included.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
COMMANDS = Counter("hubbub_commands", "Writes that were committed.", registry=REGISTRY)
RESTARTS = Counter(
    "hubbub_restarts",
    "How often a part of Hubbub died and was started again.",
    ["what"],
    registry=REGISTRY,
)
