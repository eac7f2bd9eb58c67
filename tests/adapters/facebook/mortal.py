"""A process that delivers what is due on Facebook, until it is killed.

python -m tests.adapters.facebook.mortal DATABASE SETTINGS
"""

import asyncio
import json
import sys
from datetime import timedelta

from adapters.facebook import plugin
from bot.all_models import metadata
from bot.clock import SystemClock
from bot.db import Database, Writer
from bot.networks import Services
from bot.outbox import settling
from bot.outbox.claiming import Terms
from bot.outbox.postman import Postman


async def main(url: str, settings: str) -> None:
    assert metadata.tables  # every table, for what refers to another
    settling._FIRST_WAIT = timedelta(seconds=0.2)  # a test that mostly waits shows little
    clock = SystemClock()
    section = plugin.settings.model_validate(json.loads(settings))
    adapter = plugin.build(section, Services(clock=clock))
    with Writer(Database(url, clock=clock)) as writer:
        postman = Postman(
            writer=writer,
            adapters={(adapter.network, adapter.account): adapter},
            clock=clock,
            owner="mortal",
            finish=lambda _session, _delivery, content: content,
            terms=Terms(lease=timedelta(seconds=1.0)),
            send_timeout=0.9,
        )
        await postman.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
