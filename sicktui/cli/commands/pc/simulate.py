"""``sicktui simulate``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command

fleet_size = click.option(
    "--devices",
    "number",
    type=click.IntRange(1, 1000),
    default=6,
    show_default=True,
    metavar="N",
    help="Number of sensors.",
)


@command("simulate")
@fleet_size
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="P",
    help="First port; the others follow it. Default: free ports.",
)
@click.option(
    "--autoip-port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="P",
    help="UDP port on which all sensors answer AutoIP. Default: a free port each.",
)
@click.option("--scenario", metavar="FILE.toml", help="Take devices and faults from a file.")
@click.option(
    "--time-scale",
    type=click.FloatRange(min=0.01),
    default=1,
    metavar="X",
    help="Run X times as fast as real sensors.",
)
@click.option("--demo", is_flag=True, hidden=True)
@click.option("--until-stdin-ends", is_flag=True, hidden=True)
def simulate(
    common: Common,
    *,
    number: int,
    port: int,
    autoip_port: int,
    scenario: str | None,
    time_scale: float,
    demo: bool,
    until_stdin_ends: bool,
) -> int:
    r"""Serve simulated sensors on this PC until Ctrl-C.

    Prints one JSON line for each sensor, with its address. The password is 'servicelevel'.

    \b
    Examples:
      sicktui simulate --devices 3 --port 8100
      sicktui status 127.0.0.1:8100
    """
    fleet = actions.simulate.FleetRequest(
        number=number,
        port=port,
        autoip_port=autoip_port,
        scenario=scenario,
        time_scale=time_scale,
        demo=demo,
    )
    return actions.simulate.simulate(common, fleet, until_stdin_ends=until_stdin_ends)
