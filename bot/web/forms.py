"""Reading forms: what was typed becomes a checked model, or problems that people understand."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, get_origin

from litestar import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import InvalidInput
from bot.web.i18n import gettext as _

Model = TypeVar("Model", bound=BaseModel)

# A form, its files included, unless its handler declares `request_max_body_size`.
LARGEST = 1_000_000
CSRF_FIELD = "_csrf_token"


async def read_form(request: Request[Any, Any, Any], model: type[Model]) -> Model:
    """The form as ``model``; what was left blank counts as not given.

    Raises `InvalidInput`: ``fields`` holds a sentence for each field that is wrong.
    """
    return read_given(await typed(request), model)


def read_given(given: Mapping[str, Any], model: type[Model]) -> Model:
    """`read_form` for what `typed` gave."""
    values = {name: value for name, value in given.items() if value not in ("", [])}
    for name, field in model.model_fields.items():
        if _is_list(field.annotation) and name in values and not isinstance(values[name], list):
            values[name] = [values[name]]
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise as_ours(error.errors(include_url=False)) from None


async def typed(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """The form as it was typed, stripped; a field that came more than once is a list."""
    found: dict[str, Any] = {}
    form = await request.form()
    for name in form:
        values = [_as_written(one) if isinstance(one, str) else one for one in form.getall(name)]
        if name != CSRF_FIELD:
            found[name] = values if len(values) > 1 else values[0]
    return found


def _as_written(text: str) -> str:
    """Browsers send each new line as two characters, where people count one:
    https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data"""
    return text.replace("\r\n", "\n").strip()


def problems(error: InvalidInput) -> dict[str, list[str]]:
    """The problems as templates want them: by field, those of the whole form under ""."""
    found = {name: [text] for name, text in error.fields.items()}
    general = [text for text in error.problems if text not in error.fields.values()]
    return ({"": general} if general else {}) | found


def _is_list(annotation: Any) -> bool:
    kind = get_origin(annotation) or annotation
    return isinstance(kind, type) and issubclass(kind, list | tuple | set | frozenset)


def as_ours(errors: Iterable[Any]) -> InvalidInput:
    """Pydantic's errors (`ErrorDetails`) in words for people, each beside its field."""
    fields: dict[str, str] = {}
    general = []
    for one in errors:
        if one["loc"]:
            fields.setdefault(str(one["loc"][0]), _sentence(one))
        else:
            general.append(_sentence(one))
    return InvalidInput(*general, fields=fields)


Say = Callable[[Mapping[str, Any]], str]

# Pydantic's kinds of error that a form can cause, in words for people.
_WORDS: dict[str, Say] = {
    "missing": lambda c: _("Please fill this in."),
    "string_too_short": lambda c: _("Please write at least %d characters.") % c["min_length"],
    "string_too_long": lambda c: _("Please use at most %d characters.") % c["max_length"],
    "too_short": lambda c: _("Please choose at least %d.") % c["min_length"],
    "too_long": lambda c: _("Please choose at most %d.") % c["max_length"],
    "greater_than": lambda c: _("This must be more than %s.") % c["gt"],
    "greater_than_equal": lambda c: _("This must be at least %s.") % c["ge"],
    "less_than": lambda c: _("This must be less than %s.") % c["lt"],
    "less_than_equal": lambda c: _("This must be at most %s.") % c["le"],
    "string_pattern_mismatch": lambda c: _("This isn't written as expected."),
}
# The others by how their name begins.
_KINDS: dict[str, Say] = {
    "int": lambda c: _("Please write a whole number."),
    "float": lambda c: _("Please write a number."),
    "decimal": lambda c: _("Please write a number."),
    "datetime": lambda c: _("Please give a date and a time."),
    "date": lambda c: _("Please give a date."),
    "time": lambda c: _("Please give a time."),
    "uuid": lambda c: _("Please choose one of the list."),
    "enum": lambda c: _("Please choose one of the list."),
    "literal": lambda c: _("Please choose one of the list."),
    "bool": lambda c: _("Please choose yes or no."),
    "url": lambda c: _("Please give a full address, beginning with https://."),
}


def _sentence(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":  # raised by a validator of ours, in our words
        return str(context["error"])
    say = _WORDS.get(kind) or _KINDS.get(kind.split("_")[0])
    return say(context) if say else _("Please check this.")
