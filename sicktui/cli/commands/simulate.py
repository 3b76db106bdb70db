"""``sicktui simulate`` and ``sicktui demo``."""

from typing import TYPE_CHECKING

import click

from sicktui.cli.lazy import deferred
from sicktui.cli.options import Common, Dashboard, command

if TYPE_CHECKING:
    from sicktui.cli.actions import demo as demo_work
    from sicktui.cli.actions import simulate as simulating
else:
    demo_work = deferred("sicktui.cli.actions.demo")
    simulating = deferred("sicktui.cli.actions.simulate")

_devices = click.option(
    "--devices",
    "number",
    type=click.IntRange(1, 1000),
    default=6,
    show_default=True,
    metavar="N",
    help="How many.",
)


@command("simulate")
@_devices
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="P",
    help="The first port; the others follow it. Without it, free ones.",
)
@click.option("--scenario", metavar="FILE.toml", help="Devices and faults from a file instead.")
@click.option(
    "--time-scale",
    type=click.FloatRange(min=0.01),
    default=1.0,
    metavar="X",
    help="X times as fast as real sensors.",
)
@click.option("--demo", is_flag=True, hidden=True)
@click.option("--until-stdin-ends", is_flag=True, hidden=True)
def simulate(
    common: Common,
    number: int,
    port: int,
    scenario: str | None,
    time_scale: float,
    *,
    demo: bool,
    until_stdin_ends: bool,
) -> int:
    r"""Serve simulated sensors on this PC, until Ctrl-C.

    Prints one JSON object a line for each, with its address. The password is 'servicelevel'.

    \b
    Examples:
      sicktui simulate --devices 3 --port 8100
      sicktui status 127.0.0.1:8100
    """
    wish = simulating.FleetWish(number=number, port=port, scenario=scenario, time_scale=time_scale, demo=demo)
    return simulating.simulate(common, wish, until_stdin_ends=until_stdin_ends)


def demo_command(dashboard: Dashboard) -> click.Command:
    """The demo, which needs to know how to start the dashboard."""

    @command("demo")
    @_devices
    def show(common: Common, number: int) -> int:
        """Try sicktui on simulated sensors, in a throw-away home.

        On a terminal it is the dashboard; without one, it performs an update in plain lines. One
        sensor is made to fail, and one is offline: failures are part of the demo.
        """
        return demo_work.demo(common, number, dashboard)

    return show
