"""One case, four routes: from those who spoke to the partner, and back to those who spoke."""

from pathlib import Path

from bot.suppliers.correspondence.models import Standing
from bot.suppliers.models import CaseState
from tests.adapters.ear import wait_for
from tests.flows.partner_world import ADDRESS, WISH, living
from tests.stand_ins.mail import MailProvider


async def test_a_partner_who_has_nothing_but_mail_answers_by_mail(tmp_path: Path) -> None:
    provider = MailProvider()
    async with provider.open(), living(tmp_path, {"email": provider.settings()}) as world:
        await world.says("ada", WISH)
        await world.says("ben", f"Yes, {WISH}!")
        await world.hears("Brook & Daughters has it now", times=1)
        await wait_for(lambda: len(provider.letters(ADDRESS)) == 1)
        [letter] = provider.letters(ADDRESS)
        assert WISH in letter.get_content() and "decline: and your reason" in letter.get_content()

        provider.inbox.before_marking = 1  # it dies between storing and marking, and reads it twice
        await provider.answer(letter, "Accept: we like it.\n\nBest regards\nTom")
        told = await world.hears("has accepted", times=2)
        assert all("we like it." in one.content["text"] for one in told)
        await wait_for(lambda: not provider.inbox.unread)
        await wait_for(lambda: len(provider.letters(ADDRESS)) == 2)
        confirmed = provider.letters(ADDRESS)[1]
        assert "you accept it. 2 people will hear it." in confirmed.get_content()
        assert (
            confirmed["In-Reply-To"]
            == provider.inbox.mails[0].raw.decode().partition("Message-ID: ")[2].split()[0]
        )

        await provider.answer(letter, "done")  # to the first letter: that is how it was, not is
        await wait_for(lambda: len(provider.letters(ADDRESS)) == 3)
        refused = provider.letters(ADDRESS)[2]
        assert "Nothing was decided by it: This was changed a moment ago." in refused.get_content()

        await provider.answer(refused, "zusagen 1.3.2099")
        await world.hears("promises", times=2)
        await wait_for(lambda: len(provider.letters(ADDRESS)) == 4)
        await provider.answer(provider.letters(ADDRESS)[3], "Erledigt")
        await world.hears("has delivered", times=2)
        assert world.case().state is CaseState.DELIVERED
        assert [one.standing for one in world.replies()] == [
            Standing.DONE,
            Standing.REFUSED,
            Standing.DONE,
            Standing.DONE,
        ]
        await wait_for(lambda: len(provider.letters(ADDRESS)) == 5)
        assert "This is closed now." in provider.letters(ADDRESS)[4].get_content()
