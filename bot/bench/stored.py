"""Databases in which much has been said already, filled by the database itself."""

from bot.bench.place import Place, writing
from bot.channels.service import ensure
from bot.db import Database, Session
from bot.members.service import meet
from bot.networks import Author

# How each engine counts, and writes ids and instants; `{i}` is the number of the row.
_DIALECT = {
    "sqlite": {
        "numbers": "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
        "i < {count}) SELECT i FROM n)",
        "id": "printf('%032x', {i})",
        "at": "strftime('%Y-%m-%d %H:%M:%f000', 1600000000 + 60 * i, 'unixepoch')",
        "raw": "CAST('{said}' AS BLOB)",
        "false": "0",
    },
    "postgresql": {
        "numbers": "(SELECT i FROM generate_series(1, {count}) AS i)",
        "id": "CAST(lpad(to_hex({i}), 32, '0') AS uuid)",
        "at": "to_timestamp(1600000000 + 60 * i)",
        "raw": "CAST('{said}' AS bytea)",
        "false": "false",
    },
}
_SAID = "Please make the lid of the kettle dishwasher-safe, it would help us a lot. Number "
_DETAILS = '{"channel":"-1001234567890","message":"1","reply_to":null,"thread":null,"text":"…"}'
_FILL = (
    "INSERT INTO event (workspace_id, id, network, account, dedupe_key, kind, conversation, "
    "received_at, occurred_at, raw, details, state, tries, problem) "
    "SELECT 1, {id}, 'telegram', '1', 'old ' || i, 'message', 'telegram:1:' || (i / 20), "
    "{at}, {at}, {raw}, '{details}', 'done', 0, '' FROM {numbers} AS n",
    "INSERT INTO message (workspace_id, id, channel_id, member_id, remote_id, conversation, "
    "thread, text, private, said_at, wants_person) "
    "SELECT 1, {id}, '{channel}', '{member}', 'old ' || i, 'telegram:1:' || (i / 20), "
    "'old ' || (i / 20), '{said}' || i, {false}, {at}, {false} FROM {numbers} AS n",
    "INSERT INTO delivery (workspace_id, id, key, channel_id, action, content, conversation, "
    "thread, about, created_at, due_at, turn_at, state, attempt, sent_at, remote_id, permalink, "
    "note) SELECT 1, {id}, 'old ' || i, '{channel}', 'reply', '{{\"text\":\"Thank you!\"}}', "
    "'old ' || i, 'old ' || i, 'acknowledgement', {at}, {at}, {at}, 'sent', 1, {at}, "
    "'answer ' || i, '', '' FROM {numbers} AS n WHERE i % 4 = 0",
)


def stored(place: Place, engine: str, messages: int) -> Database:
    """A database with so many messages that were read, and an answer to each fourth."""
    database = place.database(engine)
    with writing(database) as writer:
        channel, member = writer.run_blocking(_somebody)
    known = {"count": messages, "said": _SAID, "details": _DETAILS, "i": "i"}
    values = {name: text.format(**known) for name, text in _DIALECT[engine].items()}
    # Drivers read a lone % or : as a mark of theirs.
    with database.writers.begin() as connection:
        for statement in _FILL:
            filled = statement.format(**known, **values, channel=channel, member=member)
            connection.exec_driver_sql(filled if engine == "sqlite" else filled.replace("%", "%%"))
    with database.writers.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return database


def _somebody(session: Session) -> tuple[str, str]:
    channel = ensure(session, network="telegram", account="1", remote_id="-1001234567890")
    member = meet(session, network="telegram", account="1", author=Author(id="1", name="Ada"))
    return channel.id.hex, member.id.hex
