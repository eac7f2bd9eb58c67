"""`hubbub explain`: what happened to anything that has an id."""

import json
from collections.abc import Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.tree import Tree

from bot.commands.terminal import Config, complain, database_of, out, settings_from
from bot.watching.asking import explain as look_up
from bot.watching.explain_views import names
from bot.watching.finding import Found
from bot.watching.story import Step, Story

_COLOURS = {"green": "green", "red": "red", "amber": "yellow", "blue": "blue", "plum": "magenta"}


def explain(
    id: Annotated[str, typer.Argument(help="An id, its beginning, or the id a network gave.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    config: Config = None,
) -> None:
    """Say what happened to a message, event, delivery, post, case or suggestion, and why.

    When it came in and how it was understood, what it led to, each delivery with every try and the
    network's own words, and what is waited for. Changes nothing. Ends with 1 where nothing, or
    more than one thing, has this id.
    """
    settings = settings_from(config)
    with database_of(settings) as database, database.reading() as session:
        answer = look_up(session, id)
    if answer.story is None:
        _tell_apart(id, answer.several)
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps(answer.story.as_json(), ensure_ascii=False, indent=2))
    else:
        out.print(_tree(answer.story, ZoneInfo(settings.shop.zone)), soft_wrap=True)


def _tell_apart(id: str, several: Sequence[Found]) -> None:
    if not several:
        complain(
            f"Nothing has the id {id}: no message, event, post, delivery, suggestion or case, and "
            "no network gave it to anything that Hubbub knows. Copy it again, whole."
        )
        return
    complain(f"Several things begin with {id}. Give one of these whole:")
    for one in several:
        out.print(f"  {one.id}  {', '.join(names()[subject] for subject in one.subjects)}")


def _tree(story: Story, zone: ZoneInfo) -> Tree:
    what = ", ".join(names()[subject] for subject in story.subjects)
    tree = Tree(f"[bold]{escape(story.title)}[/]\n[dim]{what} · {story.id}[/]")
    for step in story.steps:
        _grow(tree, step, zone)
    return tree


def _grow(tree: Tree, step: Step, zone: ZoneInfo) -> None:
    at = f"[dim]{step.at.astimezone(zone):%Y-%m-%d %H:%M:%S}[/] " if step.at else ""
    colour = _COLOURS.get(step.tone)
    text = f"[{colour}]{escape(step.text)}[/]" if colour else escape(step.text)
    lines = [f"{at}{text}"]
    lines += [f"[italic]“{escape(step.quote)}”[/]"] if step.quote else []
    lines += [f"[dim]{escape(step.hint)}[/]"] if step.hint else []
    lines += [f"[cyan]{escape(step.href)}[/]"] if step.href.startswith("http") else []
    branch = tree.add("\n".join(lines))
    for inner in step.steps:
        _grow(branch, inner, zone)
