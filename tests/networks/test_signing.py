"""Signed calls, against Standard Webhooks' own example."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotAllowed
from bot.networks.signing import check, key_of, new_secret, sign

# The example that every implementation of the specification is checked against.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_we_sign_as_the_specification_does() -> None:
    assert sign(SECRET, ID, AT, BODY) == {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


@pytest.mark.parametrize(
    ("change", "body", "after"),
    [
        ({}, BODY + b" ", 0),
        ({"webhook-id": "msg_other"}, BODY, 0),
        ({"webhook-id": ""}, BODY, 0),
        ({"webhook-id": "x" * 201}, BODY, 0),
        ({"webhook-timestamp": "1614265331"}, BODY, 0),
        ({"webhook-timestamp": "soon"}, BODY, 0),
        ({"webhook-timestamp": "9" * 30}, BODY, 0),
        ({"webhook-signature": ""}, BODY, 0),
        ({"webhook-signature": "v1," + "A" * 43 + "="}, BODY, 0),
        ({"webhook-signature": SIGNATURE.replace("v1,", "v1a,")}, BODY, 0),
        ({}, BODY, 301),
        ({}, BODY, -301),
    ],
)
def test_what_is_not_signed_so_and_now_is_refused(
    change: dict[str, str], body: bytes, after: int
) -> None:
    headers = sign(SECRET, ID, AT, BODY) | change
    with pytest.raises(NotAllowed):
        check(SECRET, headers, body, AT + timedelta(seconds=after))


def test_one_of_several_signatures_is_enough_while_a_secret_is_changed() -> None:
    headers = sign(SECRET, ID, AT, BODY)
    headers["webhook-signature"] = "v1,AAAA v1a,BBBB " + SIGNATURE
    assert check(SECRET, headers, BODY, AT + timedelta(minutes=4)) == ID


@given(body=st.binary(), headers=st.dictionaries(st.sampled_from(
    ["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()))  # fmt: skip
def test_nothing_that_is_sent_breaks_it(body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(NotAllowed):
        check(SECRET, headers, body, AT)


@given(st.binary(max_size=500))
def test_what_we_sign_is_believed(body: bytes) -> None:
    secret = new_secret()
    assert check(secret, sign(secret, ID, AT, body), body, AT) == ID


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_short", "whsec_!!!", "whsec_" + "A" * 200])
def test_what_is_no_secret_is_said_so(secret: str) -> None:
    with pytest.raises(ValueError, match="24 to 64 bytes"):
        key_of(secret)
