"""What others do to a sensor while it is updated: at every step, on every generation."""

from collections.abc import Iterator
from typing import Final

from sicktui.model.words import Code, Step
from sicktui.simulator.spec import Fault, GenerationName
from tests.reliability.case import (
    CURRENT,
    GENERATIONS,
    NEW,
    SUCCEEDED,
    TOKENS,
    Case,
    Outcome,
    Planted,
    failed,
    unknown,
)

STEPS: Final = (
    Step.PREFLIGHT,
    Step.BACKUP,
    Step.AUTHENTICATE,
    Step.UPLOAD,
    Step.TRIGGER,
    Step.FLASH,
    Step.REBOOT,
    Step.VERIFY,
)


def people_cases():
    for generation in GENERATIONS:
        for step in STEPS:
            for name, opts in (("link_lost",{"seconds":4.0}),("link_lost",{"seconds":900.0}),("restarts",{}),("other_sensor",{}),("password_changed",{}),("rate_limit",{"seconds":6.0})):
                kw={} if name=="rate_limit" else {"at":"*"}
                yield Case(row=f"{name} {opts}", column=step.value, generation=generation, planted=(Planted(fault=Fault(name=name,**kw,**opts),step=step),), expected=())
            for at in ("GET UpdateState","*","PUT update","POST RunFirmwareUpdate"):
                for v in (NEW,"2.3.0.5R",None):
                    if at=="PUT update" and step is not Step.UPLOAD or at.startswith("POST") and step is not Step.TRIGGER: continue
                    if at=="GET UpdateState" and step not in (Step.PREFLIGHT,Step.UPLOAD,Step.TRIGGER): continue
                    when = "uploaded" if step in (Step.TRIGGER,) else "idle"
                    if step in (Step.FLASH,Step.REBOOT,Step.VERIFY): continue
                    yield Case(row=f"foreign to {v} {at}", column=step.value, generation=generation, planted=(Planted(fault=Fault(name="other_update_running",at=at,value=v,when=when),step=step),), expected=())
