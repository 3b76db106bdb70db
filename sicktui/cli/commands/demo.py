"""``sicktui demo``."""

import click

from sicktui.cli import actions
from sicktui.cli.commands.simulate import fleet_size
from sicktui.cli.options import Common, Dashboard, command


def demo_command(dashboard: Dashboard) -> click.Command:
    """The demo, which needs to know how to start the dashboard."""

    @command("demo")
    @fleet_size
    def show(common: Common, number: int) -> int:
        """Try sicktui on simulated sensors, in a throw-away home.

        On a terminal it is the dashboard; without one, it performs an update in plain lines. One
        sensor is made to fail, and one is offline: failures are part of the demo.
        """
        return actions.demo.demo(common, number, dashboard)

    return show
