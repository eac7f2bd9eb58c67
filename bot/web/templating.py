"""The template engine: every room's templates, our texts, our static files."""

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from litestar.plugins.jinja import JinjaTemplateEngine

from bot.web import i18n, words
from bot.web.visible import as_typed, telling, visible

STATIC = Path(__file__).parent / "static"
ROOMS = ("bot", "adapters", "content_calendar")


def template_folders() -> list[Path]:
    """The ``templates`` folder of the shell first, then of every room that has one."""
    shell = Path(__file__).parent / "templates"
    specs = [spec for name in ROOMS if (spec := find_spec(name))]
    roots = [Path(root) for spec in specs for root in spec.submodule_search_locations or ()]
    found = {path for root in roots for path in root.glob("**/templates") if path.is_dir()}
    return [shell, *sorted(found - {shell})]


@cache
def static(name: str) -> str:
    """The address of a static file with its content's hash: it may be kept forever."""
    content = (STATIC / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def make_engine() -> JinjaTemplateEngine:
    environment = Environment(
        loader=FileSystemLoader(template_folders()),
        autoescape=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
        trim_blocks=False,
        finalize=visible,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        i18n.gettext, i18n.ngettext, newstyle=True
    )
    for name in ("gettext", "ngettext", "_"):
        environment.globals[name] = telling(environment.globals[name])
    environment.filters["translated"] = i18n.retell
    environment.filters["as_typed"] = as_typed
    environment.globals.update(
        static=static,
        hue=words.hue,
        hue_of_degrees=words.hue_of_degrees,
        initials=words.initials,
        say_when=words.when,
        say_exact=words.exact,
        say_clock=words.clock,
    )
    return JinjaTemplateEngine.from_environment(environment)
