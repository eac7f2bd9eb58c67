"""Clients that are not ours speak with our Graph API: it is not only our own idea of Facebook."""

from collections.abc import Iterator
from typing import Any

import pyfacebook
import pytest
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.api import FacebookAdsApi, FacebookSession
from facebook_business.exceptions import FacebookRequestError

from tests.stand_ins.facebook import Facebook
from tests.stand_ins.facebook.server import APP, SECRET, TOKEN

PAGE = Facebook.channel


@pytest.fixture
def metas(graph: Facebook, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(FacebookSession, "GRAPH", graph.base)
    yield FacebookAdsApi.init(APP, SECRET, TOKEN, api_version="v25.0", crash_log=False)
    FacebookAdsApi.set_default_api(None)


def test_metas_own_client_posts_comments_and_reads(graph: Facebook, metas: Any) -> None:
    page = Page(PAGE, api=metas)
    post = page.create_feed(fields=[], params={"message": "From Meta's client"})
    comment = PagePost(post["id"], api=metas).create_comment(
        fields=[], params={"message": "and a comment"}
    )
    assert [one.text for one in graph.shown()] == ["From Meta's client", "and a comment"]
    [read] = page.get_feed(fields=["id", "message", "created_time"])
    assert (read["id"], read["message"]) == (post["id"], "From Meta's client")
    [said] = PagePost(post["id"], api=metas).get_comments(fields=["id", "message", "from"])
    assert (said["id"], said["from"]["id"]) == (comment["id"], PAGE)


def test_metas_own_client_understands_its_errors(metas: Any) -> None:
    with pytest.raises(FacebookRequestError) as raised:
        Page(PAGE, api=metas).create_feed(fields=[], params={})
    assert raised.value.api_error_code() == 100


async def test_metas_own_client_reads_page_after_page(graph: Facebook, metas: Any) -> None:
    for number in range(7):
        await graph.say(f"post {number}")
    feed = Page(PAGE, api=metas).get_feed(fields=["message"], params={"limit": 100})
    assert sorted(one["message"] for one in feed) == [f"post {number}" for number in range(7)]


def test_another_client_reads_the_page_and_its_comments(graph: Facebook) -> None:
    api = pyfacebook.GraphAPI(access_token=TOKEN, version="v25.0", base_url=f"{graph.base}/")
    page = api.get_object(PAGE, fields="id,name")
    assert page == {"id": PAGE, "name": "Fern & Kettle"}
    post = api.post_object(PAGE, connection="feed", data={"message": "From another client"})
    found = api.get_connection(PAGE, connection="feed", fields="id,message", count=5)
    assert found["data"] == [{"id": post["id"], "message": "From another client"}]
    assert api.delete_object(post["id"]) == {"success": True}
    assert graph.shown() == []


def test_another_client_understands_its_errors(graph: Facebook) -> None:
    api = pyfacebook.GraphAPI(
        access_token="EAAG-of-nobody", version="v25.0", base_url=f"{graph.base}/"
    )
    with pytest.raises(pyfacebook.FacebookError) as raised:
        api.get_object(PAGE, fields="id")
    assert raised.value.code == 190
