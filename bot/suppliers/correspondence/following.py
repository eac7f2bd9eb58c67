"""What partners are told of a case after its letter: more people, their answers, and its end.

Looked at every minute from the rows as they are, so a process that dies between two looks loses
nothing, and each thing is told once: what was told is kept in the transaction that enqueues it.
"""

from datetime import timedelta

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.networks import Content
from bot.suppliers import acts, letters
from bot.suppliers.correspondence.facts import Facts, facts
from bot.suppliers.correspondence.models import Informed, Way
from bot.suppliers.correspondence.sending import Event, key_of, send, way_of
from bot.suppliers.models import Answer, Case, Supplier

# A person gets answers of one case together, at most so often; a program gets them as they come.
_APART = timedelta(hours=1)
_AT_ONCE = 200


def inform(session: Session) -> None:
    """Tell what is new to whom it concerns."""
    for case, supplier, channel in session.execute(_to_look_at(session)).all():
        known = facts(session, case, supplier)
        told = _told(session, case, supplier)
        if way_of(supplier, channel) is Way.CALL:
            _call(session, supplier, known, told)
        elif new := known.answered - told.answers:
            letter = letters.answers_letter(known, supplier=supplier.name, new=new)
            _say(session, supplier, letter, known, Event.ANSWERS, f"answers:{known.answered}")
            told.answers = known.answered
        told.at = session.now()


def _to_look_at(session: Session) -> sa.Select[Case, Supplier, Channel]:
    """Cases of programs until their end was told, those not looked at for longest first; others
    when people have answered since."""
    here = Case.workspace_id
    answers = sa.select(sa.func.count()).where(
        Answer.workspace_id == here, Answer.case_id == Case.id
    )
    untold = answers.scalar_subquery() > sa.func.coalesce(Informed.answers, 0)
    of_program = Channel.remote_id == sa.func.replace(sa.cast(Supplier.id, sa.Text), "-", "")
    is_time = sa.or_(Informed.at.is_(None), Informed.at <= session.now() - _APART)
    is_open = sa.or_(Informed.closed.is_(None), sa.not_(Informed.closed))
    theirs = sa.and_(
        Informed.workspace_id == here,
        Informed.case_id == Case.id,
        Informed.supplier_id == Case.supplier_id,
    )
    return (
        sa.select(Case, Supplier, Channel)
        .join(Supplier, sa.and_(Supplier.workspace_id == here, Supplier.id == Case.supplier_id))
        .join(Channel, sa.and_(Channel.workspace_id == here, Channel.id == Supplier.channel_id))
        .outerjoin(Informed, theirs)
        .where(
            sa.or_(
                sa.and_(of_program, is_open),
                sa.and_(sa.not_(of_program), is_time, untold),
            )
        )
        .order_by(Informed.at.nulls_first(), Case.id)
        .limit(_AT_ONCE)
    )


def _told(session: Session, case: Case, supplier: Supplier) -> Informed:
    """How far this partner has been told. The letter told of one person, or of more: that is told
    again rather than not at all."""
    told = session.scalar(sa.select(Informed).filter_by(case_id=case.id))
    if told is None:
        begun = {"people": 1, "answers": 0, "closed": False, "at": session.now()}
        return session.put(Informed(case_id=case.id, supplier_id=supplier.id, **begun))
    if told.supplier_id != supplier.id:
        told.supplier_id, told.people, told.answers, told.closed = supplier.id, 1, 0, False
    return told


def _call(session: Session, supplier: Supplier, known: Facts, told: Informed) -> None:
    nothing = Content(text="")  # a program gets facts in place of any letter
    if known.people > told.people:
        _say(session, supplier, nothing, known, Event.VOICES, f"voices:{known.people}")
    if known.answered > told.answers:
        _say(session, supplier, nothing, known, Event.ANSWERS, f"answers:{known.answered}")
    told.people, told.answers = max(known.people, told.people), known.answered
    if known.state in acts.ENDS:
        _say(session, supplier, nothing, known, Event.CLOSED, "closed")
        told.closed = True


def _say(
    session: Session, supplier: Supplier, letter: Content, known: Facts, what: Event, more: str
) -> None:
    key = key_of(known.case, known.version, more)
    send(session, supplier, letter, known.case, key=key, what=what)
