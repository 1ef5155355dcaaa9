"""A purchase and a refund at the import of this module, so that what is made at first use is there before a fork.

Statements are compiled, fonts read and models built once, and not in each of hundreds of processes.
"""

import gc
import tempfile
from pathlib import Path

from support import dialects
from support.house import make_house

from mentorship.db import migrate
from mentorship.db.engine import Database
from mentorship.services.refund_requests import refund_order
from mentorship.services.sweeps import sweep


def _rehearse(folder: Path) -> None:
    database = Database(f"sqlite:///{folder / 'rehearsal.db'}")
    migrate.upgrade(database.url)
    house = make_house(database)
    mentor, student = house.mentor(), house.student()
    pack = house.buy_pack(student, mentor)
    house.book(student, mentor)
    refund_order(
        house.ctx(house.admin()),
        order_id=house.order_of(pack),
        reason="unused",
        note="The rest is not wanted",
        request_key="refunding-once",
    )
    house.drain()
    sweep(house.system())
    database.close()


dialects.register()
with tempfile.TemporaryDirectory() as _folder:
    _rehearse(Path(_folder))
# What is here stays: a collection in a fork would touch, and so copy, all of its memory.
gc.freeze()
