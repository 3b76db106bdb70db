"""The table of rules: ``RULES``, by topic. ``rule`` is what each row has.

``condition`` is the state that the sensor reports; ``surroundings`` temperature and contamination;
``clock`` its time; ``integrity`` checksums, HTTPS and what could not be read; ``output`` where scan data
goes; ``measuring`` whether it measures; ``watched`` what was seen in some minutes; ``protection`` is SICK's
list of hardening.
"""

from typing import Final

from sicktui.model.health.rules.clock import CLOCK
from sicktui.model.health.rules.condition import CONDITION
from sicktui.model.health.rules.integrity import INTEGRITY
from sicktui.model.health.rules.measuring import MEASURING
from sicktui.model.health.rules.output import OUTPUT
from sicktui.model.health.rules.protection import PROTECTION
from sicktui.model.health.rules.rule import Rule
from sicktui.model.health.rules.surroundings import SURROUNDINGS
from sicktui.model.health.rules.watched import WATCHED

TOPICS: Final[dict[str, tuple[Rule, ...]]] = {
    "State": CONDITION,
    "Temperature and contamination": SURROUNDINGS,
    "Clock": CLOCK,
    "Scan data": OUTPUT,
    "Measuring": MEASURING,
    "Watched for a while": WATCHED,
    "Checksums, certificate, readability": INTEGRITY,
    "Hardening": PROTECTION,
}
RULES: Final = tuple(rule for rules in TOPICS.values() for rule in rules)
