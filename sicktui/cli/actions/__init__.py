"""What the commands do: a module for each command or group, in the folder of its topic.

It has the name of the module in ``sicktui.cli.commands`` that defines the command. The modules are imported
when they are first used, as ``actions.update.update(...)``: ``--help`` needs the definitions only, and not
the engine with httpx and SQLite.

``retry`` is ``runs retry``, which plans an update, a backup or a restore anew.
``updates``, ``backups``, ``packages``, ``sensors``, ``network`` and ``passwords`` are for sensors, ``pc``
for this PC, ``fleet`` for many PCs.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # isort: off
    from sicktui.cli.actions import retry as retry
    from sicktui.cli.actions.backups import (
        backup as backup,
        diff as diff,
        restore as restore,
        stored as stored,
    )
    from sicktui.cli.actions.fleet import (
        fleet_demo as fleet_demo,
        fleet_processes as fleet_processes,
        fleet_report as fleet_report,
        fleet_rollouts as fleet_rollouts,
        fleet_watch as fleet_watch,
    )
    from sicktui.cli.actions.network import address as address, commission as commission, discover as discover
    from sicktui.cli.actions.packages import firmware as firmware, offers as offers, sources as sources
    from sicktui.cli.actions.passwords import (
        login as login,
        logout as logout,
        login_shared as login_shared,
        passphrase as passphrase,
        passwd as passwd,
        vault as vault,
    )
    from sicktui.cli.actions.pc import (
        completion as completion,
        config as config,
        demo as demo,
        doctor as doctor,
        manual as manual,
        serve as serve,
        simulate as simulate,
    )
    from sicktui.cli.actions.sensors import (
        devices as devices,
        dump as dump,
        health as health,
        health_history as health_history,
        inventory as inventory,
        parameters as parameters,
        status as status,
    )
    from sicktui.cli.actions.updates import (
        approval as approval,
        plan as plan,
        prune as prune,
        report as report,
        resume as resume,
        runs as runs,
        update as update,
        verify as verify,
    )
    # isort: on
else:
    import importlib

    _TOPICS = {
        "": "retry",
        ".sensors": "devices inventory status health health_history parameters dump",
        ".network": "address commission discover",
        ".passwords": "login logout passwd passphrase vault login_shared",
        ".updates": "plan update runs approval resume report verify prune",
        ".backups": "backup stored restore diff",
        ".fleet": "fleet_demo fleet_processes fleet_report fleet_rollouts fleet_watch",
        ".packages": "firmware offers sources",
        ".pc": "completion config doctor demo manual serve simulate",
    }

    def __getattr__(name: str) -> object:
        """The module ``name``, imported at its first use."""
        for topic, modules in _TOPICS.items():
            if name in modules.split():
                return importlib.import_module(f"{__name__}{topic}.{name}")
        raise AttributeError(name)
