"""A passphrase is recognised without being kept."""

import pytest

from sicktui.stores.backups.fingerprint import fingerprint, is_passphrase


def test_only_the_right_passphrase_is_recognised() -> None:
    known = fingerprint("corréct horse")
    assert "horse" not in known
    assert is_passphrase("corréct horse", known)
    assert not is_passphrase("correct horse", known)
    assert fingerprint("corréct horse") != known


@pytest.mark.parametrize("known", ["", "x", "md5:00:00", "scrypt-14:zz:00", "scrypt-14:00"])
def test_what_is_no_fingerprint(known: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        is_passphrase("x", known)
