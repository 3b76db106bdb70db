"""``sicktui passwd``."""

import click

from sicktui.cli import actions
from sicktui.cli.options import Common, command, devices_argument


@command("passwd")
@devices_argument(required=True)
@click.option("--generate", is_flag=True, help="Generate another new password for each sensor.")
def passwd(common: Common, devices: tuple[str, ...], *, generate: bool) -> int:
    r"""Change the password of sensors, one after the other.

    Asks for the new one twice. It is stored before it is sent, and a login confirms it. If that cannot be
    done, both passwords stay stored, and the next login of any command finds out which one holds. Printable
    ASCII characters only. A sensor that shares a password gets its own entry.

    \b
    Examples:
      sicktui passwd gate-1
      sicktui passwd @hall-3 --generate
    """
    return actions.passwd.passwd(common, devices, generate=generate)
