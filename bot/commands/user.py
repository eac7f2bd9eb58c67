"""`hubbub user`: who may come in as staff."""

from typing import Annotated

import sqlalchemy as sa
import typer
from rich.table import Table

from bot.accounts import second_factor, service
from bot.accounts.models import Role, SecondFactor, User
from bot.commands.terminal import Config, database_of, out, say, settings_from, writing
from bot.db import Session
from bot.errors import NotFound

app = typer.Typer(help="Staff: who may come in, and their one-time links.", no_args_is_help=True)


@app.command()
def invite(
    name: str,
    email: str,
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.MARKETER,
    config: Config = None,
) -> None:
    """Let somebody in: prints a link that works once, within 24 hours. Nothing is mailed.

    Somebody who is there already gets this name and role.
    """
    settings = settings_from(config)
    with writing(settings) as writer:
        token = writer.run_blocking(lambda session: service.invite(session, name, email, role))
    say(f"{settings.public_url}/enter/{token}")


@app.command()
def link(email: str, config: Config = None) -> None:
    """A new one-time link for somebody who is there already; older ones stop working."""
    settings = settings_from(config)

    def again(session: Session) -> str:
        user = _named(session, email)
        return service.invite(session, user.name, user.email, user.role)

    with writing(settings) as writer:
        token = writer.run_blocking(again)
    say(f"{settings.public_url}/enter/{token}")


def _named(session: Session, email: str) -> User:
    user = session.scalar(sa.select(User).where(User.email == email.strip().lower()))
    if user is None or user.disabled_at is not None:
        raise NotFound(f"Nobody with the address {email} may come in. See: hubbub user list")
    return user


@app.command()
def reset_second_factor(email: str, config: Config = None) -> None:
    """For a lost phone: take the second factor off somebody's account, and end their sessions.

    Make sure that it is really they who ask. They come in by a new link and set up another one.
    """

    def reset(session: Session) -> tuple[str, bool]:
        user = _named(session, email)
        return user.name, second_factor.reset(session, user)

    with writing(settings_from(config)) as writer:
        name, was_there = writer.run_blocking(reset)
    say(f"{name} has no second factor now." if was_there else f"{name} had no second factor.")
    say(f"Every browser of theirs is signed out. A new link: hubbub user link {email}")


@app.command("list")
def list_(config: Config = None) -> None:
    """Everybody who may come in, or once might."""
    with database_of(settings_from(config)) as database, database.reading() as session:
        people = session.scalars(sa.select(User).order_by(User.name)).all()
        protected = set(
            session.scalars(
                sa.select(SecondFactor.user_id).where(SecondFactor.confirmed_at.is_not(None))
            )
        )
    if not people:
        say("Nobody yet. The first owner's link comes with: hubbub run")
        return
    table = Table("Name", "E-mail", "Role", "Second factor", "Since", box=None, pad_edge=False)
    for user in people:
        role = "may not come in any more" if user.disabled_at else user.role.value
        factor = "yes" if user.id in protected else "no"
        table.add_row(user.name, user.email, role, factor, f"{user.created_at:%Y-%m-%d}")
    out.print(table)
