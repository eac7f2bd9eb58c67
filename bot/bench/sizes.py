"""How much is measured: enough to tell, or just enough to see that it runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """``rounds``: how often the sides take turns; the median of each side counts."""

    rounds: int
    messages: int  # a round, for who stores in groups or not at all
    orm_messages: int  # a round, for who commits each by itself
    whole_way: int
    scheduled: int
    due: int
    deliveries: int  # a round of ours
    jobs: int  # a round of the others, which take longer
    requests: int
    small: int  # stored messages of a young shop
    large: int  # and of an old one
    grown_messages: int  # a round at both of these
    claims: int
    idle_seconds: float
    crowd_seconds: float


FULL = Sizes(
    rounds=5,
    messages=10_000,
    orm_messages=400,
    whole_way=3_000,
    scheduled=100_000,
    due=1_000,
    deliveries=2_000,
    jobs=300,
    requests=5_000,
    small=1_000,
    large=1_000_000,
    grown_messages=1_000,
    claims=2_000,
    idle_seconds=5.0,
    crowd_seconds=20.0,
)
QUICK = Sizes(
    rounds=1,
    messages=300,
    orm_messages=20,
    whole_way=60,
    scheduled=500,
    due=40,
    deliveries=60,
    jobs=20,
    requests=60,
    small=50,
    large=500,
    grown_messages=50,
    claims=40,
    idle_seconds=0.2,
    crowd_seconds=2.0,
)
