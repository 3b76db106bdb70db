"""The login dialog counts refused logins, and makes the last one before a lock only on purpose."""

import pytest

from sicktui.model.device import Target
from sicktui.model.passwords.login import LOCK_AFTER
from sicktui.model.settings import Timing
from sicktui.tui.appearance import Appearance
from sicktui.tui.dialogs.fields import FormValues
from sicktui.tui.screens.passwords.login import Login, is_last_try, lock_warning

GATE = Target(device="gate-1", address="a", user="Service", auth="auto", scheme="http", timing=Timing())


def typed(*, test: bool = True, risk: bool = False) -> FormValues:
    return FormValues({"password": "a guess"}, {"test": test, "risk": risk})


@pytest.mark.parametrize(("refused", "asked"), [(0, False), (3, False), (4, True), (5, False)])
def test_only_the_login_that_may_lock_is_asked_for(refused: int, asked: bool) -> None:
    form = Login(Appearance(), [GATE], refused=refused)
    assert bool(form.check(typed())) is asked
    assert is_last_try(refused) is asked
    assert form.check(typed(risk=True)) == ""
    assert form.check(typed(test=False)) == "", "it is stored and not sent"


def test_how_near_the_lock_is_said() -> None:
    assert lock_warning("gate-1", 0) == ""
    assert lock_warning("gate-1", 1) == "gate-1 has refused 1 login; 5 in a row lock it for 30 s."
    assert lock_warning("gate-1", 2) == "gate-1 has refused 2 logins in a row; 5 lock it for 30 s."
    assert "one more locks it" in lock_warning("gate-1", LOCK_AFTER - 1)
    assert "accepts none for 30 s" in lock_warning("gate-1", LOCK_AFTER)
