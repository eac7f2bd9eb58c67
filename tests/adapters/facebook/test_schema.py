"""The check of our requests against Meta's specification finds what is wrong with one."""

from typing import Any

import pytest

from tests.adapters.facebook import schema
from tests.stand_ins.facebook import Call, Facebook

PAGE = Facebook.channel
needs_specs = pytest.mark.skipif(
    not schema.SPECS.exists(),
    reason="Meta's specification is not there: it lies in ../shared/specs/meta, beside a checkout.",
)


def call(method: str, path: str, **sent: Any) -> Call:
    return Call(
        method=method, path=path, version="v25.0", sent=sent, files={}, query="", headers={}
    )


@needs_specs
@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (call("POST", f"{PAGE}/feed", message="x", colour="red"), "does not know colour"),
        (call("POST", f"{PAGE}/messages", messaging_type="RESPONSE"), "recipient is missing"),
        (call("POST", f"{PAGE}/messages", recipient="id", messaging_type="RESPONSE"), "no object"),
        (call("POST", f"{PAGE}/messages", recipient="{}", messaging_type="NOW"), "none of"),
        (call("POST", f"{PAGE}/subscribed_apps", subscribed_fields="feed,sky"), "none of"),
        (call("POST", "1_2", is_hidden="yes"), "no truth"),
        (call("POST", "1_2/private_replies", message="x"), "has no POST private_replies"),
        (call("GET", f"{PAGE}/feed", fields="id,mood"), "has no field mood"),
        (call("GET", "1_2", fields="id,comments.limit(5){id},height"), "has no field height"),
    ],
)
def test_a_request_that_meta_does_not_know_is_found(request_: Call, says: str) -> None:
    assert says in " ".join(schema.problems(request_, PAGE))


@needs_specs
def test_a_request_that_meta_knows_is_fine() -> None:
    fine = call("POST", f"{PAGE}/feed", message="x", attached_media='[{"media_fbid":"1"}]')
    assert list(schema.problems(fine, PAGE)) == []
