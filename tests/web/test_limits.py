"""Whose address it is, and how often it may."""

import pytest

from bot.web.limits import Allowances, nearest


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "expected"),
    [
        ("203.0.113.9", "", (), "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", (), "203.0.113.9"),  # nobody said to believe it
        ("203.0.113.9", "198.51.100.1", ("10.0.0.0/8",), "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
        (
            "10.0.0.1",
            "6.6.6.6, 198.51.100.1",
            ("10.0.0.1",),
            "198.51.100.1",
        ),  # one made up
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "", ("10.0.0.0/8",), "10.0.0.1"),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", ("10.0.0.0/8",), "10.0.0.2"),
        ("::1", "2001:db8::7", ("::1",), "2001:db8::7"),
        ("10.0.0.1", "rubbish", ("10.0.0.0/8",), "rubbish"),
    ],
)
def test_the_address_is_the_nearest_that_is_no_proxy_of_ours(
    peer: str, forwarded: str, proxies: tuple[str, ...], expected: str
) -> None:
    assert nearest(peer, forwarded, proxies) == expected


def test_an_allowance_refills_evenly() -> None:
    allowances = Allowances(2, seconds=60)
    assert [allowances.take("a", 0.0) for _ in range(3)] == [True, True, False]
    assert allowances.take("b", 0.0)
    assert not allowances.take("a", 29.0)
    assert allowances.take("a", 30.0)
    assert not allowances.take("a", 31.0)


def test_memory_stays_bounded() -> None:
    allowances = Allowances(1, seconds=60)
    for number in range(20_000):
        allowances.take(str(number), 0.0)
    assert not allowances.take("19999", 0.0)
    assert allowances.take("0", 0.0)  # long forgotten
