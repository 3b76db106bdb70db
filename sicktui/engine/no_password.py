"""The refusal of a device whose password nobody has told."""

import asyncio

from sicktui.engine.context import Context
from sicktui.engine.update.rules import Refusal
from sicktui.model.device import Target
from sicktui.model.enums import Action, Code


async def no_password(context: Context, target: Target) -> Refusal:
    """Say why there is no password (nobody stored one; the vault that has it is locked), and what to do."""
    # In a thread: a keyring may take seconds to say that it does not work.
    why, advice = await asyncio.to_thread(context.credentials.why_unknown, target.device, target.user)
    return Refusal(Action.REFUSE, Code.ACCESS_DENIED, why, advice)
