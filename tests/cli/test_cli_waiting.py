"""The line that is shown while sensors are read."""

from typing import Any, cast

from sicktui.cli.waiting import ReadCounter


class _Line:
    def __init__(self) -> None:
        self.shown: list[str] = []

    def overwrite(self, text: str) -> None:
        self.shown.append(text)


def test_one_sensor_is_counted_value_by_value_and_several_are_not() -> None:
    for total, words in ((1, "Reading: 0 of 1 sensor (3 of 38 values)"), (2, "Reading: 0 of 2 sensors")):
        line = _Line()
        reading = ReadCounter(cast("Any", line), total)
        reading.show()
        reading.step(3, 38)
        assert line.shown[-1] == words
        for _ in range(total):
            reading.done()
        assert line.shown[-1] == ""
