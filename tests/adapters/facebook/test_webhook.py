"""The one address that Facebook calls: fails closed, loses nothing, breaks on nothing."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.facebook import plugin
from adapters.facebook.settings import FacebookSettings
from adapters.facebook.webhook import SIGNATURE, sign
from bot.errors import InvalidInput, NotAllowed, NotFound
from bot.networks import EventKind, InboundEvent, NotUnderstood, Reply, WebhookRequest

FIXTURES = Path(__file__).parent.parent / "fixtures" / "facebook"
PAGE, SECRET, VERIFY = "1029384756", "the-app's-own-secret", "a-word-between-us"
SETTINGS = FacebookSettings.model_validate(
    {"page": PAGE, "app_id": "7", "app_secret": SECRET, "verify_token": VERIFY}
)
PUBLIC = "https://hub.shop.example"
assert plugin.accept is not None
accept = plugin.accept


def request(
    body: bytes = b"", method: str = "POST", signature: str | None = None, **query: str
) -> WebhookRequest:
    headers = {SIGNATURE: sign(SECRET, body) if signature is None else signature}
    asked = {name.replace("_", ".", 1): value for name, value in query.items()}
    return WebhookRequest(method=method, headers=headers, query=asked, body=body, public_url=PUBLIC)


def heard(body: bytes) -> Sequence[InboundEvent | NotUnderstood]:
    found = accept(SETTINGS, request(body))
    assert not isinstance(found, Reply)
    return found


def comment(id: str, text: str = "nice") -> dict[str, Any]:
    value = {"item": "comment", "verb": "add", "comment_id": id, "post_id": f"{PAGE}_1"}
    return {"field": "feed", "value": {**value, "message": text, "from": {"id": "5"}}}


def call(*changes: Any) -> bytes:
    entry = {"id": PAGE, "time": 1772442000, "changes": list(changes)}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


def test_a_signed_call_gives_its_events() -> None:
    events = heard(call(comment("1_2"), comment("1_3")))
    assert [event.dedupe_key for event in events] == ["1_2:message", "1_3:message"]


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=00", "sha1=00", "é\ud800"])
def test_a_wrong_signature_is_refused(signature: str) -> None:
    with pytest.raises(NotAllowed):
        accept(SETTINGS, request(call(comment("1_2")), signature=signature))


def test_the_signature_is_over_the_very_bytes() -> None:
    body = call(comment("1_2"))
    with pytest.raises(NotAllowed):
        accept(SETTINGS, request(body + b" ", signature=sign(SECRET, body)))


@pytest.mark.parametrize(("method", "body"), [("POST", b"{}"), ("GET", b""), ("DELETE", b"")])
def test_without_a_secret_there_is_nothing(method: str, body: bytes) -> None:
    bare = FacebookSettings(page=PAGE)
    with pytest.raises(NotFound):
        accept(bare, request(body, method, signature=sign("", body), hub_mode="subscribe"))


def test_without_a_word_nobody_can_subscribe() -> None:
    bare = FacebookSettings.model_validate({"page": PAGE, "app_id": "7", "app_secret": SECRET})
    with pytest.raises(NotFound):
        accept(bare, request(method="GET", hub_mode="subscribe", hub_verify_token=""))


def test_the_first_call_gets_its_challenge_back() -> None:
    asked = request(
        method="GET", hub_mode="subscribe", hub_verify_token=VERIFY, hub_challenge="1158201444"
    )
    assert accept(SETTINGS, asked) == Reply(body="1158201444")


@pytest.mark.parametrize("token", ["", "a-word", VERIFY.upper(), "é"])
def test_a_wrong_word_is_refused(token: str) -> None:
    asked = request(
        method="GET", hub_mode="subscribe", hub_verify_token=token, hub_challenge="1158201444"
    )
    with pytest.raises(NotAllowed):
        accept(SETTINGS, asked)


def signed_request(told: Any, secret: str = SECRET) -> bytes:
    def encoded(data: bytes) -> bytes:
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    payload = encoded(json.dumps(told).encode())
    signature = encoded(hmac.new(secret.encode(), payload, hashlib.sha256).digest())
    return b"signed_request=" + quote_plus(signature + b"." + payload).encode()


WISH = {"algorithm": "HMAC-SHA256", "issued_at": 1772442000, "user_id": "218471"}


def test_who_wants_to_be_forgotten_is_told_where_to_look() -> None:
    reply = accept(SETTINGS, request(signed_request(WISH)))
    assert isinstance(reply, Reply)
    assert reply.media_type == "application/json"
    answer = json.loads(reply.body)
    [event] = reply.events
    assert isinstance(event, InboundEvent)
    assert (event.kind, event.private) == (EventKind.FORGET, True)
    assert event.author is not None
    assert event.author.id == "218471"
    assert event.data == {"code": answer["confirmation_code"]}
    again = accept(SETTINGS, request(signed_request(WISH)))
    assert isinstance(again, Reply)
    assert again.events[0].dedupe_key == event.dedupe_key
    assert answer["url"] == f"{PUBLIC}/erasures/{answer['confirmation_code']}"
    assert "218471" not in reply.body


@pytest.mark.parametrize(
    "body",
    [
        signed_request(WISH, secret="another"),
        signed_request({**WISH, "algorithm": "none"}),
        signed_request({**WISH, "user_id": ""}),
        signed_request({**WISH, "issued_at": "then"}),
        signed_request({**WISH, "issued_at": 10**30}),
        signed_request([WISH]),
        signed_request("x"),
        b"signed_request=",
        b"signed_request=.",
        b"signed_request=a.b.c",
        b"signed_request=%C3%A9.%C3%A9",
        b"signed_request=\xff\xfe.\x00",
        b"signed_request=AAAA.AAAA",
    ],
)
def test_a_malformed_wish_is_refused(body: bytes) -> None:
    with pytest.raises(NotAllowed):
        accept(SETTINGS, request(body))


def test_what_cannot_be_read_is_kept() -> None:
    [event] = heard(b"\xff not json")
    assert isinstance(event, NotUnderstood)
    assert event.raw == b"\xff not json"


FLOATS = st.floats(allow_nan=False, allow_infinity=False)  # JSON knows no others
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), FLOATS, st.text(max_size=8), st.just("\ud83d")
)
NAMES = st.sampled_from(
    "object entry id time changes messaging field value item verb comment_id post_id from message "
    "sender recipient timestamp mid text read postback reaction".split()
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=5,
)
BODIES = st.one_of(
    ANYTHING.map(lambda value: json.dumps(value).encode()),
    ANYTHING.map(lambda value: json.dumps({"object": "page", "entry": value}).encode()),
    ANYTHING.map(lambda value: call(value)),
    ANYTHING.map(signed_request),
)


def fuzz(cases: int) -> settings:
    slow = [HealthCheck.too_slow]
    return settings(max_examples=cases, deadline=None, suppress_health_check=slow, database=None)


REAL = [path.read_bytes() for path in sorted(FIXTURES.glob("*.json"))] + [signed_request(WISH)]


@fuzz(8_500)
@given(
    body=st.sampled_from(REAL),
    at=st.integers(0, max(map(len, REAL))),
    cut=st.integers(0, 9),
    put=st.binary(max_size=5),
)
def test_no_damage_to_a_real_call_breaks_it(body: bytes, at: int, cut: int, put: bytes) -> None:
    survives(body[:at] + put + body[at + cut :])


@fuzz(1_000)
@given(body=BODIES)
def test_no_signed_body_breaks_it(body: bytes) -> None:
    survives(body)


def survives(body: bytes) -> None:
    """Events, or an error that answers 4xx."""
    try:
        found = accept(SETTINGS, request(body))
    except (NotAllowed, NotFound, InvalidInput):
        return
    events = found.events if isinstance(found, Reply) else found
    assert all(isinstance(event, InboundEvent | NotUnderstood) for event in events)


@fuzz(1_000)
@given(before=st.lists(ANYTHING, max_size=2), after=st.lists(ANYTHING, max_size=2))
def test_a_good_event_among_bad_ones_is_kept(before: list[Any], after: list[Any]) -> None:
    """With bad neighbours in its entry, and bad entries beside it."""
    good = json.loads(call(*before, comment("1_2", "keep me"), *after))["entry"][0]
    body = json.dumps({"object": "page", "entry": [*before, good, *after]}).encode()
    events = heard(body)
    kept = [one for one in events if isinstance(one, InboundEvent) and one.text == "keep me"]
    assert [event.dedupe_key for event in kept] == ["1_2:message"]
    assert len(events) >= 1 + len(before) + len(after)
