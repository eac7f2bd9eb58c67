"""Every text has a German one, and a request is answered in its reader's language throughout."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages import Catalog
from jinja2 import nodes
from litestar import get

from bot.accounts.models import Role
from bot.db import Writer
from bot.errors import Conflict
from bot.settings import Settings, Shop
from bot.web import i18n
from bot.web.access import Access
from bot.web.app import create_app
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.i18n import negotiate, retell
from bot.web.pages import Page, page
from bot.web.templating import make_engine, template_folders
from scripts import translate
from tests.web.doorway import Client, csrf, routes, sign_in, visiting

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GERMAN = {"accept-language": "de-AT, de;q=0.9, en;q=0.5"}

# What templates say in no language: classes, the beginning of an address, commands.
NO_TEXT = {
    "guest",
    "guest guest-wide",
    "https://…",
    "hubbub check",
    "hubbub db backup",
    "hubbub user invite",
    "hubbub user link",
    "hubbub user reset-second-factor",
    "hue-",
    "staff",
}
SPOKEN_ATTRIBUTES = {"alt", "aria-label", "placeholder", "title"}


@get("/in-a-thread", access=Access.PUBLIC, sync_to_thread=True)
def in_a_thread() -> Page:
    return page("public.html", title=_("Come in"))


@get("/too-late", access=Access.PUBLIC, sync_to_thread=True)
def too_late() -> Page:
    raise Conflict("Row 7: CUP-1 is already in row 3.")


@contextmanager
def shop_in(house: House, *languages: str) -> Iterator[Client]:
    shop = Shop.model_validate({"languages": languages})
    settings = Settings(data=house.settings.data, shop=shop)
    app = create_app([*routes, in_a_thread, too_late], replace(house, settings=settings))
    with visiting(app) as client:
        yield client


def test_every_text_is_translated_with_its_placeholders() -> None:
    assert list(translate.outdated()) == []


@pytest.mark.parametrize(
    ("text", "translation", "problem"),
    [
        ("Come in", "", "not translated"),
        ("Come in", "Hereinkommen", None),
        ("Saved. It is with %s now.", "Gespeichert.", "other placeholders"),
        ("%(who)s took it to %(to)s", "%(to)s hat es von %(who)s", None),
        ("%s is covered by %s.", "%s gehört %s.", None),
        ("%s %s it.", "%s%.0s tat es.", None),
        (("%d post", "%d posts"), ("%d Beitrag", ""), "not translated"),
        (("%d post", "%d posts"), ("%d Beitrag", "Beiträge"), "other placeholders"),
    ],
)
def test_what_a_reader_would_stumble_over_is_found(
    text: str | tuple[str, ...], translation: str | tuple[str, ...], problem: str | None
) -> None:
    catalog = Catalog(locale="de")
    catalog.add(text, translation)
    found = list(translate.problems(catalog))
    assert [each.partition(":")[0].removesuffix(" than") for each in found] == (
        [problem] if problem else []
    )


@pytest.mark.parametrize(
    ("accepted", "offered", "chosen"),
    [
        ("de", ("en", "de"), "de"),
        ("DE-ch", ("en", "de"), "de"),
        ("en;q=0.3, de;q=0.8", ("en", "de"), "de"),
        ("de;q=0, en", ("de", "en"), "en"),
        ("fr, es;q=0.5", ("en", "de"), "en"),
        ("fr", ("de", "en"), "de"),
        ("", ("de",), "de"),
        (";;q=,*;q=x,-", ("en", "de"), "en"),
        ("de;q=nan", ("en", "de"), "en"),
    ],
)
def test_the_best_language_of_the_shop_is_taken(
    accepted: str, offered: tuple[str, ...], chosen: str
) -> None:
    assert negotiate(accepted, offered) == chosen


@on_sqlite
@pytest.mark.parametrize(
    ("languages", "accepted", "cookie", "spoken"),
    [
        (("en", "de"), "de", "", "de"),
        (("en", "de"), "fr", "", "en"),
        (("de", "en"), "fr", "", "de"),
        (("en",), "de", "", "en"),
        (("de",), "en", "", "de"),
        (("en", "de"), "en", "de", "de"),
        (("en",), "en", "de", "en"),
    ],
)
def test_a_page_says_which_language_it_speaks(
    house: House, languages: tuple[str, ...], accepted: str, cookie: str, spoken: str
) -> None:
    with shop_in(house, *languages) as client:
        if cookie:
            client.cookies.set(i18n.COOKIE, cookie)
        text = client.get("/in-a-thread", headers={"accept-language": accepted}).text
    assert f'<html lang="{spoken}"' in text
    assert {"en": "Come in", "de": "Hereinkommen"}[spoken] in text
    assert {"en": "Answered with", "de": "Beantwortet mit"}[spoken] in text


@on_sqlite
def test_what_a_handler_says_for_the_next_page_is_german_too(house: House) -> None:
    with shop_in(house, "en", "de") as client:
        client.post("/leave", data=csrf(client), headers=GERMAN)
        text = client.get("/enter", headers=GERMAN).text
    assert "Sie sind abgemeldet. Bis bald." in text
    assert "Für alle, die hier arbeiten" in text


@on_sqlite
def test_the_rail_and_the_moments_are_german(house: House, writer: Writer) -> None:
    with shop_in(house, "en", "de") as client:
        sign_in(client, writer, Role.MARKETER)
        text = client.get("/calendar", headers=GERMAN).text
    for word in ("Kalender", "Eingang", "Kanäle", "Marketing", "Abmelden"):
        assert word in text
    for word in ("Calendar", "Inbox", "Channels", "Log out"):
        assert word not in text


@on_sqlite
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/nowhere", "Hier ist nichts"),
        ("/broken/gone", "Hier ist nichts"),
        ("/broken/down", "Gerade lässt sich nichts speichern."),
        ("/broken/bug", "Kennzeichen: "),
        ("/approvals", "Ihre Rolle erlaubt das nicht."),
        ("/too-late", "Zeile 7: CUP-1 steht schon in Zeile 3."),
    ],
)
def test_errors_are_told_in_german(house: House, writer: Writer, path: str, said: str) -> None:
    with shop_in(house, "en", "de") as client:
        sign_in(client, writer, Role.MARKETER)
        text = client.get(path, headers=GERMAN).text
    assert said in text
    assert '<html lang="de"' in text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("That time has passed. Choose a later one.", "Diese Zeit ist vorbei."),
        ("There is no product “a % b”. Choose one of the list.", "Ein Produkt „a % b“ gibt es"),
        ("A problem about Trail <b>Cup", "Ein Problem mit Trail <b>Cup"),
        ("50007: Cannot send messages to this user", "50007: Cannot send"),
        ("", ""),
    ],
)
def test_finished_sentences_of_ours_are_told_again(
    said: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = i18n._locale.set("de")
    try:
        assert retell(said).startswith(told)
    finally:
        i18n._locale.reset(token)


class Words(HTMLParser):
    """What a template says outside of its expressions."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {value for name, value in attrs if value and name in SPOKEN_ATTRIBUTES}

    def handle_data(self, data: str) -> None:
        self.found |= {line.strip() for line in data.splitlines()}


TEMPLATES = sorted(path for folder in template_folders() for path in folder.rglob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_says_nothing_that_can_t_be_translated(template: Path) -> None:
    environment, source = make_engine().engine, template.read_text(encoding="utf-8")
    words = Words()
    data = [text for _, kind, text in environment.lex(source) if kind == "data"]
    words.feed("".join(data))
    said = {word for word in words.found if sum(map(str.isalpha, word)) > 1 and "=" not in word}
    assert said - NO_TEXT == set()
    calls = environment.parse(source).find_all(nodes.Call)
    marked = [call for call in calls if isinstance(call.node, nodes.Name) and call.node.name == "_"]
    assert [call.lineno for call in marked if not isinstance(call.args[0], nodes.Const)] == []
