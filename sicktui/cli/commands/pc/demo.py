"""``sicktui demo``."""

import click

from sicktui.cli import actions
from sicktui.cli.commands.pc.simulate import fleet_size
from sicktui.cli.options import Common, StartDashboard, command


def demo_command(dashboard: StartDashboard) -> click.Command:
    """The demo, which starts the dashboard."""

    @command("demo")
    @fleet_size
    def show(common: Common, number: int) -> int:
        r"""Try sicktui on simulated sensors, in a temporary folder.

        Starts the dashboard; without a terminal, performs an update in plain lines. One sensor is set
        up to fail and one is offline, to show failures.

        \b
        Example:
          sicktui demo --devices 20
        """
        return actions.demo.demo(common, number, dashboard)

    return show
