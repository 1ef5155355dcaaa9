"""Rows inserted past the ORM: together, each once, and children only with what is new."""

from uuid import UUID

import pytest
from sqlalchemy import func, select
from support import rows
from support.rows import NOW

from mentorship.db.engine import Database
from mentorship.db.inserts import Batch, Row, insert_all, row
from mentorship.db.models import AuditRow, Delivery, Notification, Table


def _notice(user_id: UUID, key: str) -> tuple[Row, Row]:
    notice = row(Notification, user_id=user_id, kind="purchase", key=key, data={"n": [1, "ü"]}, created_at=NOW)
    return notice, row(Delivery, notification_id=notice["id"], channel="mail", due_at=NOW)


def _audit(n: int) -> Row:
    return row(
        AuditRow, at=NOW, actor_role="system", action="done", subject_type="n", subject_id=str(n), before={}, after={}
    )


def _count(database: Database, table: type[Table]) -> int:
    with database.session(read_only=True) as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("many", [1, 3, 700])
def test_deliveries_are_stored_with_new_notices_only(database: Database, many: int) -> None:
    with database.session() as db:
        user_id = rows.user(db).id
    for first in (0, many // 2):
        pairs = [_notice(user_id, f"key-{n}") for n in range(first, first + many)]
        with database.session() as db:
            insert_all(
                db,
                Batch(AuditRow, [_audit(n) for n in range(many)]),
                Batch(Notification, [notice for notice, _ in pairs], once=True),
                Batch(Delivery, [delivery for _, delivery in pairs], child="notification_id"),
            )
    assert _count(database, AuditRow) == 2 * many
    assert _count(database, Notification) == _count(database, Delivery) == many + many // 2
    with database.session(read_only=True) as db:
        assert db.scalars(select(Notification.data)).first() == {"n": [1, "ü"]}
        stored = db.scalars(select(Delivery)).first()
    assert stored is not None
    assert (stored.due_at, stored.tries, stored.sent_at) == (NOW, 0, None)


def test_one_key_twice_in_one_statement_is_stored_once(database: Database) -> None:
    with database.session() as db:
        user_id = rows.user(db).id
    pairs = [_notice(user_id, "key"), _notice(user_id, "key")]
    with database.session() as db:
        insert_all(
            db,
            Batch(Notification, [notice for notice, _ in pairs], once=True),
            Batch(Delivery, [delivery for _, delivery in pairs], child="notification_id"),
        )
    assert _count(database, Notification) == _count(database, Delivery) == 1


def test_nothing_is_sent_for_nothing(database: Database) -> None:
    with database.session() as db:
        insert_all(db, Batch(AuditRow, []), Batch(Notification, [], once=True))
    assert _count(database, AuditRow) == 0
