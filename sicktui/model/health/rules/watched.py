"""A sensor that was watched: ``--watch``. What its looks add up to is in ``model/health/watching``."""

from typing import Final

from sicktui.model.health.facts import Facts
from sicktui.model.health.records import Weight
from sicktui.model.health.rules.rule import Rule
from sicktui.model.wording import count, duration


def _green(facts: Facts) -> str:
    seen = facts.readings.watch
    if seen is None or not seen.is_green:
        return ""
    return f"The sensor was well for {duration(seen.seconds)}, in {count(seen.looks, 'look')}."


def _not_green(facts: Facts) -> str:
    seen = facts.readings.watch
    if seen is None or not seen.troubles:
        return ""
    when = f"first after {duration(seen.first or 0)}, last after {duration(seen.last or 0)}"
    return f"The sensor was not well all the time ({when}): {' '.join(seen.words)}"


def _silent(facts: Facts) -> str:
    seen = facts.readings.watch
    if seen is None or not seen.silent:
        return ""
    return f"It did not answer {seen.silent} of {count(seen.looks, 'look')}."


def _restarted(facts: Facts) -> str:
    seen = facts.readings.watch
    if seen is None or seen.restarted is None:
        return ""
    return f"The sensor has restarted while it was watched, {duration(seen.restarted)} after the begin."


def _updated(facts: Facts) -> str:
    seen = facts.readings.watch
    if seen is None or len(seen.versions) <= 1:
        return ""
    return f"Its firmware was {seen.versions[0]} when the watch began, and then {seen.versions[-1]}."


WATCHED: Final = (
    Rule(
        code="watch_green",
        level=Weight.NOTE,
        when="every look of the watch was answered, and none has shown what `watch_not_green` names",
        worth="Ten minutes of it are SICK's own criterion for a good update (release notes, firmware 2.1.0).",
        check=_green,
        advice="Nothing needs to be done.",
    ),
    Rule(
        code="watch_not_green",
        level=Weight.WARNING,
        when="in a look of the watch a rule about its state was more than a note, a state could not be "
        "read, firmware was written, or another sensor answered",
        worth="It was so at that moment, also where all is well at the end.",
        check=_not_green,
        advice="After an update: update again. Else look at the messages on its web page.",
    ),
    Rule(
        code="watch_silent",
        level=Weight.WARNING,
        when="a look of the watch was not answered",
        worth="The network, a busy sensor or a restart: which of them is not known.",
        check=_silent,
        advice="Check the cable and its supply, and watch it again.",
    ),
    Rule(
        code="watch_restarted",
        level=Weight.ERROR,
        when="PowerOnCnt rose during the watch, or DailyOpHours fell",
        worth="An unexpected restart: the supply, a defect, or another program.",
        check=_restarted,
        advice="Check its supply. After an update: update again.",
    ),
    Rule(
        code="watch_updated",
        level=Weight.ERROR,
        when="its firmware was another one in a later look, or at the end",
        worth="An unexpected update or roll-back, whether or not a counter shows its restart.",
        check=_updated,
        advice="Find out who has updated it, or why it went back. Then watch it again.",
    ),
)
