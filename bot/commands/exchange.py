"""`hubbub import` and `hubbub export`: files in and out."""

from pathlib import Path
from typing import Annotated

import typer

from bot import exports, imports
from bot.commands.posts import bring, limits_of, look, show_progress
from bot.commands.terminal import Config, complain, database_of, say, settings_from, writing
from bot.db import Session
from bot.products.service import ImportPlan
from bot.suppliers import catalogue

importing = typer.Typer(
    help="Take a CSV file in: all of it, or nothing and every problem by row.",
    no_args_is_help=True,
)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")]

_BY = "command line"


@importing.command("products")
def import_products(file: File, dry_run: DryRun = False, config: Config = None) -> None:
    """Products: columns sku, name, brand; and aliases (with | between them) and supplier."""
    data = file.read_bytes()

    def take_in(session: Session) -> ImportPlan:
        plan = catalogue.plan_import(session, data)
        catalogue.apply(session, plan, by=_BY)
        return plan

    settings = settings_from(config)
    if dry_run:
        with database_of(settings) as database, database.reading() as session:
            plan = take_in(session)  # thrown away with the session
    else:
        with writing(settings) as writer:
            plan = writer.run_blocking(take_in)
    would = "would be " if dry_run else ""
    say(
        f"{len(plan.new)} {would}new, {len(plan.changed)} {would}changed, "
        f"{len(plan.unchanged)} as before."
    )


@importing.command("posts")
def import_posts(
    file: File,
    dry_run: DryRun = False,
    only_right: Annotated[
        bool, typer.Option("--only-right", help="Leave the rows with problems out.")
    ] = False,
    config: Config = None,
) -> None:
    """Posts from CSV, XLSX or a calendar (.ics); columns as `hubbub export posts` writes them.

    Broken off in the middle, the same command goes on where it stood; no post is made twice.
    """
    data, settings = file.read_bytes(), settings_from(config)
    limits = limits_of(settings)
    if dry_run:
        with database_of(settings) as database:
            seen = show_progress(lambda told: look(database, data, settings, limits, told))
    else:
        with writing(settings) as writer:
            seen = show_progress(
                lambda told: bring(
                    writer, file.name, data, settings, limits, told, only_right=only_right
                )
            )
    would = "would be " if dry_run else ""
    say(f"{seen.new} {would}new, {seen.same} in the calendar already, {seen.wrong} with problems.")
    if seen.problems:
        complain(*seen.problems)
        raise typer.Exit(2)


@importing.command("suppliers")
def import_suppliers(file: File, dry_run: DryRun = False, config: Config = None) -> None:
    """Partners: columns name, email; and role, zone, answer_within_hours, brands, products."""
    data = file.read_bytes()
    settings = settings_from(config)
    if dry_run:
        with database_of(settings) as database, database.reading() as session:
            done = imports.suppliers(session, data, by=_BY)  # thrown away with the session
    else:
        with writing(settings) as writer:
            done = writer.run_blocking(lambda session: imports.suppliers(session, data, by=_BY))
    would = "would be " if dry_run else ""
    say(f"{done.added} {would}added, {done.changed} {would}brought up to date.")


def export(
    what: exports.Kind,
    file: Annotated[
        Path | None, typer.Argument(help="Where to; the terminal when it is left away.")
    ] = None,
    format: Annotated[exports.Format, typer.Option(help="How.")] = exports.Format.CSV,
    config: Config = None,
) -> None:
    """Write products, suppliers, suggestions, messages, posts or publications to a file.

    Publications are the times at which posts go out, with what went out and what failed.

    In CSV, cells that a spreadsheet would run as a formula are made harmless with an apostrophe,
    which `hubbub import` takes off again.
    """
    with database_of(settings_from(config)) as database, database.reading() as session:
        lines = exports.lines(session, what, format)
        if file is None:
            for line in lines:
                typer.echo(line)
            return
        with file.open("w", encoding="utf-8", newline="") as out:
            count = sum(1 for line in lines if out.write(f"{line}\r\n"))
    rows = max(count - (format is exports.Format.CSV), 0)
    say(f"{rows} {what.value} written to {file}.")
