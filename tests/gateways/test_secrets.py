"""Sealed secrets: only the right key and the right person open one, and no changed byte goes unnoticed."""

from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mentorship.gateways.ports import SecretUnreadable
from mentorship.gateways.secrets import SealedSecrets

KEY_IDS = st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True)
KEYS = st.dictionaries(KEY_IDS, st.binary(min_size=32, max_size=32), min_size=1, max_size=4)
SECRETS = st.text(max_size=300)


@given(KEYS, SECRETS, st.uuids())
def test_what_is_sealed_can_be_opened_and_does_not_show(keys: dict[str, bytes], secret: str, owner: UUID) -> None:
    vault = SealedSecrets(keys, purpose="google")
    sealed = vault.seal(secret, owner)
    assert vault.open(sealed, owner) == secret
    assert vault.is_current(sealed)
    assert sealed != vault.seal(secret, owner)
    assert len(secret) < 8 or secret.encode() not in sealed


@given(KEYS, SECRETS, st.uuids(), st.uuids())
def test_a_secret_copied_to_somebody_else_stays_closed(
    keys: dict[str, bytes], secret: str, owner: UUID, other: UUID
) -> None:
    assume(owner != other)
    vault = SealedSecrets(keys, purpose="google")
    with pytest.raises(SecretUnreadable):
        vault.open(vault.seal(secret, owner), other)
    with pytest.raises(SecretUnreadable):
        SealedSecrets(keys, purpose="else").open(vault.seal(secret, owner), owner)


@given(KEYS, SECRETS, st.uuids(), st.data())
def test_no_changed_missing_or_added_byte_goes_unnoticed(
    keys: dict[str, bytes], secret: str, owner: UUID, data: st.DataObject
) -> None:
    vault = SealedSecrets(keys, purpose="google")
    sealed = vault.seal(secret, owner)
    at = data.draw(st.integers(0, len(sealed) - 1))
    flipped = bytearray(sealed)
    flipped[at] ^= data.draw(st.integers(1, 255))
    for changed in (bytes(flipped), sealed[:at], sealed + b"\x00"):
        with pytest.raises(SecretUnreadable):
            vault.open(changed, owner)


@given(st.binary(max_size=200))
def test_rubbish_is_refused(rubbish: bytes) -> None:
    vault = SealedSecrets({"a": bytes(32)}, purpose="google")
    with pytest.raises(SecretUnreadable):
        vault.open(rubbish, uuid4())
    assert isinstance(vault.is_current(rubbish), bool)


def test_a_new_key_opens_the_old_ones_until_they_are_taken_away() -> None:
    owner, old, new = uuid4(), {"2026a": b"a" * 32}, {"2026b": b"b" * 32}
    sealed = SealedSecrets(old, purpose="google").seal("token", owner)
    both = SealedSecrets(new | old, purpose="google")
    assert both.open(sealed, owner) == "token"
    assert not both.is_current(sealed)
    again = both.seal(both.open(sealed, owner), owner)
    assert both.is_current(again)
    only_new = SealedSecrets(new, purpose="google")
    assert only_new.open(again, owner) == "token"
    with pytest.raises(SecretUnreadable):
        only_new.open(sealed, owner)


def test_the_same_id_with_another_key_opens_nothing() -> None:
    owner = uuid4()
    sealed = SealedSecrets({"a": b"a" * 32}, purpose="google").seal("token", owner)
    with pytest.raises(SecretUnreadable):
        SealedSecrets({"a": b"b" * 32}, purpose="google").open(sealed, owner)


def test_without_a_key_nothing_is_sealed() -> None:
    with pytest.raises(ValueError, match="key"):
        SealedSecrets({}, purpose="google")
