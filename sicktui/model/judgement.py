"""A judgement: verdict, code and the words that a person reads."""

from typing import NamedTuple

from sicktui.model.enums import Code, Verdict


class Judgement(NamedTuple):
    """How an update or a restore ended."""

    verdict: Verdict
    code: Code | None
    message: str
    advice: str = ""
