"""Passwords: argon2id through pwdlib."""

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError


class Argon2Passwords:
    """Hashes and checks passwords; a missing account costs the same time as a wrong password."""

    def __init__(self) -> None:
        self._hasher = PasswordHash.recommended()
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """The password's argon2id hash with its own salt."""
        return self._hasher.hash(password)

    def verify(self, password: str, hashed: str | None) -> bool:
        """Whether the password matches the hash."""
        try:
            matches = self._hasher.verify(password, hashed or self._nobody)
        except UnknownHashError:
            return False
        return matches and hashed is not None
