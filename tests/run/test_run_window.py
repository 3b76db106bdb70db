"""The window of a run, on the local clock: over midnight, and where the clock is set."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sicktui.model.settings import Settings
from sicktui.model.spread.window import opening_of
from sicktui.stores.config.schema import KeyProblem, to_record

BERLIN = ZoneInfo("Europe/Berlin")


def occurrence(window: str, after: str, zone: tzinfo = BERLIN) -> tuple[str, str]:
    """When it opens and closes, in UTC, for a run of that local time."""
    local = datetime.fromisoformat(after).replace(tzinfo=zone)
    opening = opening_of(window, local.timestamp(), zone)
    assert opening is not None
    begin, end = (
        datetime.fromtimestamp(moment, UTC).strftime("%d %H:%M") for moment in (opening.opens, opening.closes)
    )
    return begin, end


@pytest.mark.parametrize(
    ("window", "after", "expected"),
    [
        ("22:00-05:00", "2026-11-20T12:00", ("20 21:00", "21 04:00")),
        ("22:00-05:00", "2026-11-20T23:30", ("20 21:00", "21 04:00")),
        ("22:00-05:00", "2026-11-21T04:59", ("20 21:00", "21 04:00")),
        ("22:00-05:00", "2026-11-21T05:00", ("21 21:00", "22 04:00")),
        ("12:00-13:00", "2026-11-20T12:30", ("20 11:00", "20 12:00")),
        ("12:00-13:00", "2026-11-20T13:00", ("21 11:00", "21 12:00")),
        ("23:59-00:00", "2026-12-31T10:00", ("31 22:59", "31 23:00")),
        # 29 March 2026, 02:00 -> 03:00: what is skipped is the moment of the skip.
        ("02:30-04:00", "2026-03-28T12:00", ("29 01:00", "29 02:00")),
        ("01:00-02:30", "2026-03-28T12:00", ("29 00:00", "29 01:00")),
        ("22:00-05:00", "2026-03-28T12:00", ("28 21:00", "29 03:00")),
        # It is missing altogether on that day.
        ("02:10-02:50", "2026-03-28T12:00", ("30 00:10", "30 00:50")),
        # 25 October 2026, 03:00 -> 02:00: what is shown twice is the first.
        ("02:30-04:00", "2026-10-24T12:00", ("25 00:30", "25 03:00")),
        ("01:00-02:30", "2026-10-24T12:00", ("24 23:00", "25 00:30")),
        ("22:00-05:00", "2026-10-24T12:00", ("24 20:00", "25 04:00")),
    ],
)
def test_the_window_of_a_run(window: str, after: str, expected: tuple[str, str]) -> None:
    assert occurrence(window, after) == expected


def test_without_a_window_there_is_none() -> None:
    assert opening_of("", 0.0) is None


TIMES = st.times().map(lambda time: f"{time:%H:%M}")


@given(
    TIMES,
    TIMES,
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001  it is made local below
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]),
)
def test_any_window_is_over_after_the_run_was_made_and_within_days(
    opens: str, closes: str, made: datetime, zone: str
) -> None:
    if opens == closes:
        return
    after = made.replace(tzinfo=ZoneInfo(zone)).timestamp()
    opening = opening_of(f"{opens}-{closes}", after, ZoneInfo(zone))
    assert opening is not None
    assert after < opening.closes
    assert 0 < opening.closes - opening.opens <= timedelta(hours=25).total_seconds()
    assert opening.opens - after <= timedelta(hours=49).total_seconds()


@pytest.mark.parametrize(
    "window", ["22:00", "22:00-22:00", "24:00-05:00", "9:00-10:00", "22:00-05:00\n", "a"]
)
def test_what_is_no_window_is_refused(window: str) -> None:
    with pytest.raises(KeyProblem, match=r"limits\.window"):
        to_record({"limits": {"window": window}}, Settings)
    with pytest.raises(ValueError, match="not a window"):
        opening_of(window, 0.0)
