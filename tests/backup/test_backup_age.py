"""How sure the age of a backup file is: the rule, exhaustively."""

from itertools import product

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
        evidence = bool(differing) or checksum is False
        assert (decision is Decision.WRITTEN) == (not same)
        assert (decision is Decision.OLD) == (same and evidence and triggers == 2), "refused on evidence only"
        assert decision is not Decision.AGAIN or triggers == 1, "it comes to an end"
        if decision is Decision.COMPARED:
            assert not evidence
            assert checksum or agrees or compared
        if decision is Decision.ASSUMED:
            assert not evidence
            assert not checksum
            assert not agrees
            assert not compared
