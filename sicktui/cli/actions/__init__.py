"""What the commands do: a module for each command or group, named like the one that defines it.

``offers`` has ``firmware check`` and ``firmware fetch``; ``inventory`` has import, export and overview of
``devices``. ``follow`` and ``run_printer`` show a run on the
terminal, for every command that starts or follows one; ``login_shared`` is ``login`` for a group. The modules
are imported when they are first used, as ``actions.update.update(...)``: ``--help`` needs the definitions
only, and not the engine with httpx and SQLite.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sicktui.cli.actions import (
        address as address,
    )
    from sicktui.cli.actions import (
        backup as backup,
    )
    from sicktui.cli.actions import (
        backups as backups,
    )
    from sicktui.cli.actions import (
        commission as commission,
    )
    from sicktui.cli.actions import (
        demo as demo,
    )
    from sicktui.cli.actions import (
        devices as devices,
    )
    from sicktui.cli.actions import (
        diff as diff,
    )
    from sicktui.cli.actions import (
        discover as discover,
    )
    from sicktui.cli.actions import (
        doctor as doctor,
    )
    from sicktui.cli.actions import (
        dump as dump,
    )
    from sicktui.cli.actions import (
        firmware as firmware,
    )
    from sicktui.cli.actions import (
        inventory as inventory,
    )
    from sicktui.cli.actions import (
        login as login,
    )
    from sicktui.cli.actions import (
        login_shared as login_shared,
    )
    from sicktui.cli.actions import (
        offers as offers,
    )
    from sicktui.cli.actions import (
        parameters as parameters,
    )
    from sicktui.cli.actions import (
        passphrase as passphrase,
    )
    from sicktui.cli.actions import (
        passwd as passwd,
    )
    from sicktui.cli.actions import (
        plan as plan,
    )
    from sicktui.cli.actions import (
        restore as restore,
    )
    from sicktui.cli.actions import (
        runs as runs,
    )
    from sicktui.cli.actions import (
        simulate as simulate,
    )
    from sicktui.cli.actions import (
        sources as sources,
    )
    from sicktui.cli.actions import (
        status as status,
    )
    from sicktui.cli.actions import (
        update as update,
    )
    from sicktui.cli.actions import (
        vault as vault,
    )
else:
    import importlib

    def __getattr__(name: str) -> object:
        """The module ``name``, imported at its first use."""
        try:
            return importlib.import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{name}":
                raise  # a library that it needs
            raise AttributeError(name) from error
