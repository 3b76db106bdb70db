"""How sure the age of a backup file is: the rule, exhaustively."""

from itertools import product

import pytest
from msgspec import structs

from sicktui.model.backup.age import Decision, Seen, decide


def test_every_combination_of_what_may_be_seen() -> None:
    for same, triggers, differing, checksum, agrees, compared in product(
        (True, False),
        (1, 2),
        ((), ("LEDEnable: true is now false",)),
        (None, True, False),
        (True, False),
        (0, 5),
    ):
        seen = Seen(
            same_bytes=same,
            triggers=triggers,
            differing=differing,
            same_checksum=checksum,
            agrees=agrees,
            compared=compared,
        )
        decision = decide(seen)
        evidence = bool(differing)
        assert (decision is Decision.WRITTEN) == (not same)
        assert (decision is Decision.OLD) == (same and evidence and triggers == 2), "refused on evidence only"
        assert decision is not Decision.AGAIN or triggers == 1, "it comes to an end"
        if decision is Decision.COMPARED:
            assert not evidence
            assert checksum is not False, "something was saved since"
            assert agrees or compared, "MD5Parameters covers only what is saved"
            assert agrees or triggers == 2, "another file may come"
        if decision is Decision.ASSUMED:
            assert not evidence
            assert triggers == 2, "another file may come"
            assert checksum is False or not (agrees or compared)


@pytest.mark.parametrize("agrees", [True, False])
@pytest.mark.parametrize("compared", [0, 5])
@pytest.mark.parametrize("triggers", [1, 2])
def test_an_equal_checksum_counts_no_more_than_none(triggers: int, compared: int, *, agrees: bool) -> None:
    """MD5Parameters covers what is saved: it stays where a parameter was changed and not saved."""
    seen = Seen(same_bytes=True, triggers=triggers, agrees=agrees, compared=compared)
    assert decide(structs.replace(seen, same_checksum=True)) is decide(seen)
