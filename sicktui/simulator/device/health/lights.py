"""The two LEDs of a sensor (SICK's OpenAPI files, ``LEDState``). Which state has which colour was chosen."""

from typing import Final

GREEN: Final = 0
YELLOW: Final = 1
RED: Final = 2
_ON: Final = 0
_OFF: Final = 1
_BLINKS: Final = 2
_SIGNALS: Final = 5
_COLOURS: Final = {1: YELLOW, 2: YELLOW, 4: YELLOW, 5: YELLOW, 6: RED, 7: RED, 8: RED}
_STARTUP: Final = 1


def lights(
    *, status: int, warning: bool, error: bool, enabled: bool, blinking: bool
) -> list[dict[str, object]]:
    """``LEDState``: LED1 follows ``DeviceStatus``, LED2 contamination and temperature.

    Args:
        status: ``DeviceStatus``.
        warning: something needs attention.
        error: something keeps it from working.
        enabled: ``LEDEnable``; else they are dark.
        blinking: it is to be found on site.
    """
    first = _COLOURS.get(status, GREEN)
    second = RED if error else YELLOW if warning else GREEN
    function = _BLINKS if status == _STARTUP else _ON
    if blinking:
        function = _SIGNALS
    elif not enabled:
        function = _OFF
    return [
        {"Color": colour, "Function": function, "Id": name}
        for name, colour in (("LED1", first), ("LED2", second))
    ]
