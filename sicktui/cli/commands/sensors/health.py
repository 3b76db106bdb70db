"""``sicktui health``."""

from datetime import timedelta

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, SpanType, command, devices_argument


@command("health")
@devices_argument(required=False)
@click.option(
    "--accept-calibration",
    is_flag=True,
    help="Remember the calibration of now as the right one, after SICK has calibrated the sensor.",
)
@click.option(
    "--measuring",
    is_flag=True,
    help="Find out whether they measure, too: listens for their scan data where this PC is the receiver.",
)
@click.option(
    "--watch",
    type=SpanType(),
    metavar="DURATION",
    help="Watch them for this long first, e.g. 10m: state, LEDs, restarts.",
)
@click.option(
    "--history",
    is_flag=True,
    help="Show what was kept of earlier readings instead; no sensor is asked.",
)
@click.option(
    "--since",
    metavar="AGE",
    type=SpanType(),
    help="How far back the history is shown, e.g. 12h, 30d.  [default: 30d]",
)
def health(
    common: Common,
    devices: tuple[str, ...],
    *,
    accept_calibration: bool,
    measuring: bool,
    watch: timedelta | None,
    history: bool,
    since: timedelta | None,
) -> int:
    r"""Show what sensors report of themselves, what is wrong, and the remedy.

    Reads only, and tries no login. Without DEVICE, shows the whole device list. Notes are printed where one
    device is named; of several they are counted, but for those that an option asks for. The rules are on the
    page of health.

    With --measuring, this PC listens for each sensor for four seconds at most. No sensor is set to send
    anywhere else, and a port that another program has is left to it.

    With --watch, all of them are looked at every ten seconds, and what was not well for a moment is named.
    Ten green minutes are SICK's own criterion for a good update.

    Each reading is kept for a year, hour by hour: a value's lowest, highest and last, and since when each
    finding holds. A scheduler that runs this command every hour fills the history, as the dashboard does.

    Exit code 0 if nothing is wrong, 1 if a sensor has an error or a warning, 3 if none has, but something
    could not be read.

    \b
    Examples:
      sicktui health
      sicktui health @hall-3 192.168.0.50
      sicktui health all --measuring
      sicktui health @hall-3 --watch 10m
      sicktui health gate-1 --history --since 7d
      sicktui health --json | jq 'select(.state != "ok")'
    """
    if since is not None and not history:
        raise click.UsageError("--since goes with --history.")
    if history:
        if accept_calibration or measuring or watch is not None:
            raise click.UsageError("--history asks no sensor: it goes with --since only.")
        return actions.health_history.health_history(common, devices, since or timedelta(days=30))
    return actions.health.health(
        common,
        devices,
        actions.health.HealthOptions(
            accept_calibration=accept_calibration,
            measuring=measuring,
            watch=None if watch is None else watch.total_seconds(),
        ),
    )
