"""Collect the interface's texts and compile their translations (`make translations`).

With --check: see whether every text is translated, with the same placeholders, and compiled.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "bot" / "web" / "locale"
ROOMS = ("bot", "adapters", "content_calendar")
# What is said only in a terminal, a log or to one who writes code stays English; so do the letters
# and the bot, which have their own words for each language.
ELSEWHERE = re.compile(
    r"bot/(bench|checkup|cli|commands|db|demo|exports|imports|main|measures|migrations|networks/registry"
    r"|processes/(?:parts|service|sole)|replay|sample|settings|supervisor|tally|understanding"
    r"|products/questions|web/(?:server|system|api|description)|engagement/(?:phrases|replies|commands|preferences|desk|persons/(?:words|desk)))\b"
    r"|adapters/sandbox/(__init__|book|ledger|translate)|content_calendar/(recurrence/checks|api)"
)
JINJA = {"extensions": "jinja2.ext.do,jinja2.ext.loopcontrols", "silent": "false"}
KEYWORDS = {"_": None, **{name: DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext")}}
ERRORS = {"HubbubError", "Conflict", "InvalidInput", "NotAllowed", "NotFound"}
SENTENCE = re.compile(r"(?:[A-Z“]|%s ).* .*[.?]", re.DOTALL)
NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # a date of today would make every day's file another
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd%]")

Texts = Iterator[tuple[int, str | tuple[str, ...]]]


def collect() -> Catalog:
    """Every text that people may read, in the order of files and lines."""
    catalog = Catalog(project="Hubbub", charset="utf-8", fuzzy=False)
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix in {".py", ".html"} and not ELSEWHERE.match(name):
                for _, text in _texts_in(path):
                    catalog.add(text, locations=[(name, 0)])
    return catalog


def _texts_in(path: Path) -> Texts:
    is_python = path.suffix == ".py"
    method, options = ("python", {}) if is_python else ("jinja2", JINJA)
    source = path.read_bytes()
    for line, text, _, _ in extract(method, io.BytesIO(source), KEYWORDS, options=options):
        yield line, text
    if is_python:
        yield from _said_in(ast.parse(source))


def _said_in(tree: ast.AST) -> Texts:
    """What code says that knows no reader (`i18n.retell` translates it): its sentences, the names
    of sections, and what an error says by itself."""
    inner = {id(part) for node in ast.walk(tree) for part in _not_said(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "label":
            text = _text_of(node.value)
        elif isinstance(node, ast.ClassDef) and any(_is_error(base) for base in node.bases):
            text = (ast.get_docstring(node) or "").partition("\n")[0]
        else:
            text = "" if id(node) in inner else _text_of(node)
            text = text if SENTENCE.fullmatch(text) else ""
        if text:
            yield getattr(node, "lineno", 0), text


def _not_said(node: ast.AST) -> list[ast.AST]:
    """Docstrings, what is marked already, and the pieces of an f-string: it is read whole."""
    if isinstance(node, ast.Expr):
        return [node.value]
    is_marked = isinstance(node, ast.Call) and getattr(node.func, "id", "") in KEYWORDS
    return list(ast.walk(node))[1:] if is_marked or isinstance(node, ast.JoinedStr) else []


def _text_of(node: ast.AST) -> str:
    """A text as its msgid: what an f-string fills in is a %s."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text_of(part) or "%s" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_error(base: ast.AST) -> bool:
    return getattr(base, "id", "") in ERRORS


def translated(path: Path) -> Catalog:
    """What a .po file holds, brought up to date with the texts of today."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parent.parent.name)
    catalog.update(collect(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def problems(catalog: Catalog) -> Iterator[str]:
    """What a reader would stumble over: a text without words, or with other placeholders."""
    for message in catalog:
        if message.id and not _is_whole(message):
            yield f"not translated: {_first(message.id)!r}"
        elif message.id and not _keeps_placeholders(message):
            yield f"other placeholders than: {_first(message.id)!r}"


def _is_whole(message: Message) -> bool:
    return not message.fuzzy and all(_forms(message.string))


def _keeps_placeholders(message: Message) -> bool:
    return _placeholders(message.string) == _placeholders(message.id)


def _placeholders(text: str | Sequence[str] | None) -> list[list[str]]:
    """Those of each form: named ones in any order, others in theirs; "%.0s" leaves a word out."""
    found = [PLACEHOLDER.findall(form.replace("%.0s", "%s")) for form in _forms(text)]
    return [sorted(each) if "(" in "".join(each) else each for each in found]


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def _first(text: str | Sequence[str]) -> str:
    return _forms(text)[0]


def _as_po(catalog: Catalog) -> bytes:
    """Without dates and line numbers, so that it changes only where a text does."""
    file = io.BytesIO()
    write_po(file, catalog, omit_header=True, include_lineno=False, sort_by_file=True, width=100)
    return HEADER.format(language=catalog.locale, plurals=catalog.plural_forms).encode() + (
        file.getvalue()
    )


HEADER = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"

"""


def _as_mo(catalog: Catalog) -> bytes:
    catalog.creation_date = catalog.revision_date = NO_DAY
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def files() -> Iterator[tuple[Catalog, dict[Path, bytes]]]:
    """Each language's catalogue of today, and what its two files should hold."""
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/hubbub.po")):
        catalog = translated(path)
        yield catalog, {path: _as_po(catalog), path.with_suffix(".mo"): _as_mo(catalog)}


def outdated() -> Iterator[str]:
    """A line for everything that is not as it should be."""
    for catalog, wanted in files():
        for path, content in wanted.items():
            if not path.exists() or path.read_bytes() != content:
                yield f"{path.relative_to(ROOT)} is stale. Run `make translations`"
        yield from (f"{catalog.locale}: {problem}" for problem in problems(catalog))


def main() -> int:
    """Write the catalogues, or with --check compare; 1 and a line per problem."""
    if "--check" not in sys.argv[1:]:
        for _, wanted in files():
            for path, content in wanted.items():
                path.write_bytes(content)
    found = list(outdated())
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
