"""What is held about a person as a file: JSON for programs, a page for people, in one archive."""

import io
import json
import zipfile
from typing import Any

from markupsafe import Markup, escape

from bot.web.i18n import gettext as _

_PAGE = Markup(
    '<!doctype html><html lang="{language}"><meta charset=utf-8>'
    '<meta name=viewport content="width=device-width"><title>{title}</title>'
    "<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem;color-scheme:light dark}}table{{border-collapse:collapse}}"
    "th,td{{text-align:start;vertical-align:top;padding:.3rem .8rem .3rem 0;"
    "border-bottom:1px solid #8884}}td{{overflow-wrap:anywhere;white-space:pre-wrap}}</style>"
    "<h1>{title}</h1>{body}</html>"
)


def archive(held: dict[str, Any], language: str) -> bytes:
    """``mydata.json`` and ``mydata.html``, which say the same."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mydata.json", json.dumps(held, ensure_ascii=False, indent=1))
        file.writestr("mydata.html", as_page(held, language))
    return kept.getvalue()


def as_page(held: dict[str, Any], language: str) -> str:
    """Everything in it, whatever it is called; no word of anybody's shapes the page."""
    body = Markup("").join(
        Markup("<h2>{}: {}</h2>{}").format(one["network"], one["name"], _section(one, 3))
        for one in held["identities"]
    )
    if beside := held["held_beside"]:
        body += Markup("<h2>{}</h2>{}").format(_("Beside these"), _section(beside, 3))
    return str(_PAGE.format(language=language, title=_("What we keep about you"), body=body))


def _section(values: dict[str, Any], level: int) -> Markup:
    plain = {name: one for name, one in values.items() if not isinstance(one, list | dict)}
    parts = [_table([[name, one] for name, one in plain.items()], [])] if plain else []
    for name, inner in values.items():
        if isinstance(inner, dict):
            rows = [[key, one] for key, one in inner.items()]
            parts.append(_headed(name, level, _table(rows, [])))
        elif isinstance(inner, list):
            parts.append(_headed(name, level, _listed(inner)))
    return Markup("").join(parts)


def _headed(name: str, level: int, inside: Markup) -> Markup:
    heading = name.replace("_", " ").capitalize()
    return Markup("<h{0}>{1}</h{0}>{2}").format(level, heading, inside)


def _listed(rows: list[Any]) -> Markup:
    if not rows:
        return Markup("<p>{}</p>").format(_("None."))
    if not isinstance(rows[0], dict):
        return Markup("<p>{}</p>").format(", ".join(map(str, rows)))
    names = list(dict.fromkeys(name for row in rows for name in row))
    return _table([[row.get(name) for name in names] for row in rows], names)


def _table(rows: list[list[Any]], names: list[str]) -> Markup:
    head = Markup("").join(Markup("<th scope=col>{}").format(n.replace("_", " ")) for n in names)
    body = Markup("").join(
        Markup("<tr>{}").format(Markup("").join(Markup("<td>") + _cell(one) for one in row))
        for row in rows
    )
    return Markup("<table>{}{}</table>").format(head and Markup("<tr>") + head, body)


def _cell(value: Any) -> Markup:
    if isinstance(value, list | dict):
        return escape(json.dumps(value, ensure_ascii=False))
    return escape("" if value is None else value)
