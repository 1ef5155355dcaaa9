"""Secrets at rest: AES-GCM, bound to the person they belong to, under keys that can be rotated."""

import secrets
from collections.abc import Mapping
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mentorship.gateways.ports import SecretUnreadable

_VERSION = 1
_NONCE = 12


class SealedSecrets:
    """Seals under the first of its keys and opens what was sealed under any of them.

    A sealed secret is: version, length of the key's id, the id, a nonce, the ciphertext. Everything before the nonce,
    the purpose and the owner's id are authenticated with it.
    """

    def __init__(self, keys: Mapping[str, bytes], *, purpose: str) -> None:
        if not keys:
            raise ValueError("there must be a key to seal under")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._newest = next(iter(keys))
        self._purpose = purpose

    def seal(self, secret: str, owner: UUID) -> bytes:
        """The secret, readable only with the key and for this owner."""
        header, nonce = _header(self._newest), secrets.token_bytes(_NONCE)
        sealed = self._ciphers[self._newest].encrypt(nonce, secret.encode(), self._bound(header, owner))
        return header + nonce + sealed

    def open(self, sealed: bytes, owner: UUID) -> str:
        """The secret.

        Raises:
            SecretUnreadable: it belongs to somebody else, was changed, or its key is not among ours any more.
        """
        key_id, header, rest = _parts(sealed)
        cipher = self._ciphers.get(key_id)
        if cipher is None or len(rest) < _NONCE:
            raise SecretUnreadable("no key of ours opens this")
        try:
            return cipher.decrypt(rest[:_NONCE], rest[_NONCE:], self._bound(header, owner)).decode()
        except InvalidTag as error:
            raise SecretUnreadable("it was sealed for somebody else, or changed") from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether it is sealed under the newest key."""
        return _parts(sealed)[0] == self._newest

    def _bound(self, header: bytes, owner: UUID) -> bytes:
        return header + f"{self._purpose}:{owner}".encode()


def _header(key_id: str) -> bytes:
    name = key_id.encode()
    return bytes((_VERSION, len(name))) + name


def _parts(sealed: bytes) -> tuple[str, bytes, bytes]:
    end = 2 + sealed[1] if len(sealed) > 1 and sealed[0] == _VERSION else 0
    return sealed[2:end].decode(errors="replace"), sealed[:end], sealed[end:]
