"""A row of the table of rules."""

from collections.abc import Callable

from msgspec import Struct

from sicktui.model.health.facts import Facts
from sicktui.model.health.records import Finding, Weight


class Rule(Struct, frozen=True, kw_only=True):
    """When something is found, what it is worth, and what to do."""

    code: str
    level: Weight
    when: str
    """The condition, for the page of the rules."""
    worth: str
    """What it proves, and what not; and where that is from."""
    check: Callable[[Facts], str]
    """The sentence for people; empty where the rule does not hold."""
    advice: str = ""

    def apply(self, facts: Facts) -> Finding | None:
        """What is found, if it holds."""
        message = self.check(facts)
        if not message:
            return None
        return Finding(code=self.code, level=self.level, message=message, advice=self.advice)
