"""``sicktui fleet``."""

import click

from sicktui.cli import actions
from sicktui.cli.commands.updates.report_options import form_option, output_option
from sicktui.cli.options import CommandGroup, Common, with_common

rollout_argument = click.argument("rollout", metavar="ROLLOUT")
_devices = click.argument("devices", nargs=-1, required=True, metavar="DEVICE...")
_package = click.option(
    "--package",
    metavar="FILE",
    help="The package: a file, one of the shelf, or its SHA-256. PCs use their own copy.",
)
_canary = click.option(
    "--canary", metavar="N|models", help="Update the first N alone, or one per model (limits.canary)."
)
_only_backup = click.option("--only-backup", is_flag=True, help="Back up, and update nothing.")


@click.group(name="fleet", cls=CommandGroup)
def group() -> None:
    r"""Update sensors of many plant PCs in one rollout. Needs the extra 'fleet' and a PostgreSQL database.

    DEVICE is pc/device, pc/@tag, pc/all, @tag or all. Each PC runs 'fleet worker', which connects to the
    database only; 'fleet coordinator' runs once. ROLLOUT is an id, its beginning, or latest.

    \b
    Examples:
      sicktui fleet status
      sicktui fleet run @hall-3 --package fw.spk.signed --canary 1 --wave 20
      sicktui fleet attach latest
    """


@group.command("worker")
@with_common
def worker(common: Common) -> int:
    r"""Carry out the orders for this PC (fleet.pc), until Ctrl-C. Its runs continue without it.

    \b
    Example:
      sicktui fleet worker --set fleet.pc=hall-3
    """
    return actions.fleet_processes.worker(common)


@group.command("coordinator")
@with_common
def coordinator(common: Common) -> int:
    r"""Decide what each rollout does next, until Ctrl-C. Run one for each database.

    \b
    Example:
      sicktui fleet coordinator
    """
    return actions.fleet_processes.coordinator(common)


@group.command("plan")
@_devices
@_package
@_only_backup
@_canary
@click.option("--wave", metavar="N|tag|segment", help="Devices that start together (limits.wave).")
@with_common
def plan(
    common: Common,
    *,
    devices: tuple[str, ...],
    package: str | None,
    only_backup: bool,
    canary: str | None,
    wave: str | None,
) -> int:
    r"""Show what a rollout would do, by what the PCs have published. Reads no sensor.

    \b
    Example:
      sicktui fleet plan all --package picoScan150_2.3.0.0R.spk.signed
    """
    asked = actions.fleet_rollouts.Asked(devices=devices, package=package, only_backup=only_backup)
    return actions.fleet_rollouts.plan(common.overriding(limits__canary=canary, limits__wave=wave), asked)


@group.command("run")
@_devices
@_package
@_only_backup
@click.option("--expect-version", metavar="V", help="The version that must run afterwards.")
@_canary
@click.option(
    "--wave", metavar="N|tag|segment", help="Devices that start together, on all PCs (limits.wave)."
)
@click.option(
    "--soak", type=click.FloatRange(min=0), metavar="SECONDS", help="Wait between waves (limits.soak)."
)
@click.option("--approve", is_flag=True, help="Wait for 'sicktui fleet approve' after the first wave.")
@click.option(
    "--max-failures", metavar="N|P%", help="Failed or unknown on all PCs at which nothing new starts."
)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Sensors at once on each PC.")
@click.option(
    "--deadline",
    type=click.FloatRange(min=1),
    default=7200,
    show_default=True,
    metavar="SECONDS",
    help="An order without a result by then makes its devices unknown.",
)
@click.option("--no-backup", is_flag=True, help="Do not back up the parameters first.")
@click.option("--allow-downgrade", is_flag=True, help="Also update to an older version.")
@click.option("--force", is_flag=True, help="Also update to the same version.")
@click.option("--persist", is_flag=True, help="Save the parameters on the sensor first.")
@click.option("--detach", is_flag=True, help="Order it, and do not follow.")
@with_common
def run(
    common: Common,
    *,
    devices: tuple[str, ...],
    package: str | None,
    only_backup: bool,
    expect_version: str | None,
    canary: str | None,
    wave: str | None,
    soak: float | None,
    approve: bool,
    max_failures: str | None,
    jobs: int | None,
    deadline: float,
    no_backup: bool,
    allow_downgrade: bool,
    force: bool,
    persist: bool,
    detach: bool,
) -> int:
    r"""Order a rollout: the same update on many PCs, in waves, with one budget for all.

    Each PC must have the package on its shelf, approved; else its devices are refused there. Ctrl-C leaves
    the rollout, which goes on: 'sicktui fleet cancel' ends it.

    \b
    Example:
      sicktui fleet run all --package fw.swp --canary models --wave 20 --approve
    """
    asked = actions.fleet_rollouts.Asked(
        devices=devices,
        package=package,
        only_backup=only_backup,
        expect_version=expect_version,
        backup=not no_backup,
        allow_downgrade=allow_downgrade,
        force=force,
        persist=persist,
        jobs=jobs,
        deadline=deadline,
    )
    limited = common.overriding(
        limits__canary=canary,
        limits__wave=wave,
        limits__soak=soak,
        limits__max_failures=max_failures,
        limits__approve="true" if approve else None,
    )
    return actions.fleet_rollouts.run(limited, asked, detach=detach)


@group.command("approve")
@rollout_argument
@with_common
def approve_rollout(common: Common, rollout: str) -> int:
    r"""Let a rollout go on that waits for approval. Who, when and from where is recorded.

    \b
    Example:
      sicktui fleet approve latest
    """
    return actions.fleet_rollouts.approve(common, rollout)


@group.command("attach")
@rollout_argument
@with_common
def attach(common: Common, rollout: str) -> int:
    r"""Follow a rollout, and exit with its exit code.

    \b
    Example:
      sicktui fleet attach latest
    """
    return actions.fleet_watch.attach(common, rollout)


@group.command("cancel")
@rollout_argument
@with_common
def cancel(common: Common, rollout: str) -> int:
    r"""Cancel a rollout on all PCs. What has begun on a sensor is finished.

    \b
    Example:
      sicktui fleet cancel latest
    """
    return actions.fleet_rollouts.cancel(common, rollout)


@group.command("status")
@click.argument("rollout", metavar="[ROLLOUT]", required=False)
@with_common
def status(common: Common, rollout: str | None) -> int:
    r"""Show the PCs, which are silent, and which need another sicktui; or everything about one rollout.

    \b
    Examples:
      sicktui fleet status
      sicktui fleet status latest
    """
    return actions.fleet_watch.status(common, rollout)


@group.command("list")
@with_common
def list_rollouts(common: Common) -> int:
    r"""List the rollouts, the newest first.

    \b
    Example:
      sicktui fleet list
    """
    return actions.fleet_watch.list_rollouts(common)


@group.command("report")
@rollout_argument
@form_option
@output_option
@with_common
def report(common: Common, rollout: str, *, form: str | None, output: str | None) -> int:
    r"""Make the report of a rollout: what each sensor of all PCs ran before and runs now, with proof.

    Its forms are those of 'runs report'. It also holds who ordered, approved and cancelled it, from where,
    and the head of each run's chain, which 'runs verify' shows on the PC of that run.

    \b
    Examples:
      sicktui fleet report latest
      sicktui fleet report latest --output plant.html
    """
    return actions.fleet_report.report(common, rollout, form=form, output=output)


@group.command("setup")
@click.option("--roles", is_flag=True, help="Print the SQL of the database's roles instead.")
@with_common
def setup(common: Common, *, roles: bool) -> int:
    r"""Make the tables of a fleet in its database, as the database's owner.

    \b
    Examples:
      sicktui fleet setup
      sicktui fleet setup --roles | psql sicktui
    """
    return actions.fleet_processes.setup(common, roles=roles)


@group.command("demo")
@click.option(
    "--devices",
    "number",
    type=click.IntRange(1, 50),
    default=3,
    show_default=True,
    metavar="N",
    help="Sensors of each PC.",
)
@with_common
def demo(common: Common, *, number: int) -> int:
    r"""Show a rollout over two simulated PCs, with a database, all on this PC, until Ctrl-C.

    Needs the programs of PostgreSQL: apt-get install postgresql.

    \b
    Example:
      sicktui fleet demo
    """
    return actions.fleet_demo.demo(common, number)


@group.command("login")
@with_common
def login(common: Common) -> int:
    r"""Store the password of the fleet's database, in this PC's keyring or in the vault.

    \b
    Example:
      sicktui fleet login
    """
    return actions.fleet_processes.login(common)
