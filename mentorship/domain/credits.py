"""Credits: the ledger's entries, what each moves, and the states of a pack.

A balance is the sum of immutable ledger rows: ``granted = available + reserved + consumed + expired + refunded +
frozen``, every part at least zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Part(StrEnum):
    AVAILABLE = "available"
    RESERVED = "reserved"
    CONSUMED = "consumed"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    FROZEN = "frozen"


class Entry(StrEnum):
    GRANT = "grant"
    RESERVE = "reserve"
    RETURN = "return"
    CONSUME = "consume"
    RESTORE = "restore"
    EXPIRE = "expire"
    REFUND = "refund"
    FREEZE = "freeze"
    THAW = "thaw"


MOVES: dict[Entry, tuple[Part | None, Part]] = {
    Entry.GRANT: (None, Part.AVAILABLE),
    Entry.RESERVE: (Part.AVAILABLE, Part.RESERVED),
    Entry.RETURN: (Part.RESERVED, Part.AVAILABLE),
    Entry.CONSUME: (Part.RESERVED, Part.CONSUMED),
    Entry.RESTORE: (Part.CONSUMED, Part.AVAILABLE),
    Entry.EXPIRE: (Part.AVAILABLE, Part.EXPIRED),
    Entry.REFUND: (Part.AVAILABLE, Part.REFUNDED),
    Entry.FREEZE: (Part.AVAILABLE, Part.FROZEN),
    Entry.THAW: (Part.FROZEN, Part.AVAILABLE),
}


@dataclass(frozen=True, slots=True)
class Balance:
    """The parts of one pack."""

    available: int = 0
    reserved: int = 0
    consumed: int = 0
    expired: int = 0
    refunded: int = 0
    frozen: int = 0

    @property
    def granted(self) -> int:
        return self.available + self.reserved + self.consumed + self.expired + self.refunded + self.frozen

    @property
    def left_to_complete(self) -> int:
        """Sessions that may still take place."""
        return self.available + self.reserved

    @property
    def open(self) -> int:
        """Credits about which nothing is final: while there is one, the seat is kept."""
        return self.available + self.reserved + self.frozen

    def after(self, entry: Entry, credits: int = 1) -> "Balance":
        """The balance after one ledger row.

        Raises:
            ValueError: the row would take more than there is.
        """
        source, target = MOVES[entry]
        if credits < 1:
            raise ValueError("a ledger row moves at least one credit")
        parts = {target.value: getattr(self, target) + credits}
        if source is not None:
            rest = getattr(self, source) - credits
            if rest < 0:
                raise ValueError(f"{entry} of {credits} needs {-rest} more in {source}")
            parts[source.value] = rest
        return replace(self, **parts)


def balance_of(rows: Iterable[tuple[Entry, int]]) -> Balance:
    """The sum of ledger rows, oldest first."""
    balance = Balance()
    for entry, credits in rows:
        balance = balance.after(entry, credits)
    return balance


class PackStatus(StrEnum):
    ACTIVE = "active"
    DEPLETED = "depleted"
    EXPIRED = "expired"
    REFUNDED = "refunded"


def pack_status(balance: Balance, expires_at: datetime | None, now: datetime) -> PackStatus:
    """The state that a pack's balance and validity amount to at ``now``."""
    if balance.refunded and not balance.left_to_complete and not balance.frozen:
        return PackStatus.REFUNDED
    if balance.consumed == balance.granted:
        return PackStatus.DEPLETED
    if expires_at is not None and expires_at <= now:
        return PackStatus.EXPIRED
    return PackStatus.ACTIVE
