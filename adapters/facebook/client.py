"""The Graph API through facebook-sdk 3.1, put right where the years have gone past it.

The library dates from 2018. What is corrected here, and nowhere else: it refuses every version of
the API after 3.1; sends nested values as ``str()`` of them; puts tokens into addresses; knows no
``appsecret_proof``; loses the number of an error that comes as a page of HTML.
"""

import asyncio
import hashlib
import hmac
import json
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Thread
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.utils import get_environ_proxies

from adapters.facebook.answers import Answer, Lost, NotReached, Refused, Usage, usage_in

with warnings.catch_warnings():  # its regular expressions are of another time
    warnings.simplefilter("ignore")
    import facebook

_HOME = facebook.FACEBOOK_GRAPH_URL
_AT_ONCE = 8
_CONNECT_SECONDS = 5.0

# What the library, and what it is built on, raise over an answer that is none.
_UNREADABLE = (
    requests.RequestException,
    facebook.GraphAPIError,
    ValueError,
    LookupError,
    RecursionError,
)

Files = Mapping[str, tuple[str, bytes, str]]  # by field: name, bytes, type


class GraphClient:
    """Calls the Graph API with one token. Every call raises `NotReached` (nothing was sent),
    `Lost` (no answer) or `Refused` (what Facebook said), and gives the answer's JSON object.

    ``heard`` is told how much of the allowance is used up, after each answer that says so.
    """

    def __init__(
        self,
        *,
        base: str,
        version: str,
        secret: str,
        timeout: float,
        heard: Callable[[Usage], None],
    ) -> None:
        self._heard, self._secret, self._version = heard, secret, f"v{version}"
        self._timeout = (min(_CONNECT_SECONDS, timeout), timeout)
        self._session = requests.Session()
        if base.rstrip("/") + "/" != _HOME:
            self._session.mount(_HOME, _Elsewhere(base.rstrip("/") + "/"))
        self._session.hooks["response"].append(self._look)
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def call(
        self,
        method: str,
        path: str,
        token: str,
        fields: Mapping[str, Any],
        files: Files | None = None,
    ) -> Answer:
        def asked() -> Answer:
            return self._asked(method, path, token, fields, files)

        async with self._room:
            return await _aside(asked)

    def close(self) -> None:
        self._session.close()

    def _asked(
        self,
        method: str,
        path: str,
        token: str,
        fields: Mapping[str, Any],
        files: Files | None,
    ) -> Answer:
        sent = {name: _encoded(value) for name, value in fields.items() if value is not None}
        if self._secret and token:
            sent["appsecret_proof"] = proof(self._secret, token)
        try:
            return self._request(method, path, token, sent, files)
        except requests.ConnectTimeout as error:
            raise NotReached(_why(error)) from error
        except requests.Timeout as error:
            raise Lost("Facebook did not answer in time.") from error
        except requests.ConnectionError as error:
            raise (NotReached if _never_left(error) else Lost)(_why(error)) from error
        except _UNREADABLE as error:
            raise Lost(f"Facebook's answer can't be read: {_why(error)}") from error

    def _request(
        self,
        method: str,
        path: str,
        token: str,
        sent: dict[str, Any],
        files: Files | None,
    ) -> Answer:
        graph = facebook.GraphAPI(session=_Bearing(self._session, token), timeout=self._timeout)
        graph.version = self._version  # the constructor refuses every version after 3.1
        answer = graph.request(
            f"{self._version}/{path}",
            args=sent if method != "POST" else None,
            post_args=sent if method == "POST" else None,
            files=files,
            method=method,
        )
        if not isinstance(answer, dict):
            raise Lost(f"Facebook's answer is no object but {type(answer).__name__}.")
        return answer

    def _look(self, response: requests.Response, **_: Any) -> None:
        """Sees each answer before the library does."""
        usage = usage_in(response.headers)
        if usage is not None:
            self._heard(usage)
        failed = response.status_code >= 400
        if not failed and b'"error"' not in response.content[:200]:
            return  # some errors come with 200
        try:
            error = response.json()["error"]
        except (ValueError, KeyError, TypeError, RecursionError):
            error = None
        if failed or isinstance(error, dict):
            told = error if isinstance(error, dict) else {}
            raise Refused.of(response.status_code, told, usage, response.headers)


def proof(secret: str, token: str) -> str:
    """https://developers.facebook.com/docs/graph-api/guides/secure-requests"""
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


async def _aside(asked: Callable[[], Answer]) -> Answer:
    """In a thread of its own. Those of `asyncio.to_thread` are waited for when a process ends, and
    others wait for them: a Facebook that hangs must hold up neither."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Answer] = loop.create_future()

    def settle(answer: Answer | None, error: Exception | None) -> None:
        if done.done():
            return  # nobody waits any more
        if error is not None:
            done.set_exception(error)
        elif answer is not None:
            done.set_result(answer)

    def run() -> None:
        answer: Answer | None = None
        error: Exception | None = None
        try:
            answer = asked()
        except Exception as raised:
            error = raised
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, answer, error)

    Thread(target=run, name="graph", daemon=True).start()
    return await done


class _Bearing:
    """A session that sends one token along, in a header: addresses end up in logs."""

    def __init__(self, session: requests.Session, token: str) -> None:
        self._session, self._auth = session, _Token(token)

    def request(self, method: str, url: str, **what: Any) -> requests.Response:
        return self._session.request(method, url, auth=self._auth, **what)


class _Token(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Elsewhere(HTTPAdapter):
    """Sends what is meant for graph.facebook.com to another server."""

    def __init__(self, base: str) -> None:
        self._base = base
        super().__init__()

    def send(self, request: requests.PreparedRequest, **what: Any) -> requests.Response:  # type: ignore[override]  # every keyword is passed on as it came
        request.url = self._base + (request.url or "").removeprefix(_HOME)
        what["proxies"] = get_environ_proxies(request.url)
        return super().send(request, **what)


def _encoded(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Mapping() | list() | tuple():
            return json.dumps(value, separators=(",", ":"))
    return str(value)


def _never_left(error: requests.ConnectionError) -> bool:
    """No connection came about, so nothing can have arrived. urllib3 hides that two levels deep."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError"} or isinstance(
        error, requests.exceptions.SSLError | requests.exceptions.ProxyError
    )


def _why(error: Exception) -> str:
    return f"Facebook can't be reached: {type(error).__name__}."
