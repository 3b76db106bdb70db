"""Which rows of DBOS' own tables a login may touch: a PC those of its orders, an operator those of rollouts.

DBOS recovers from these rows. Without the fence the login of a PC could delay or end the orders of others,
and write steps of a rollout that a coordinator believes in when it starts again. The policies
narrow the grants of ``schema``, hold for every login but the owner's, and need no role to exist yet.
"""

from typing import Final

_COORDINATOR: Final = "(SELECT fleet.has('sicktui_coordinator'))"
_OPERATOR: Final = "(SELECT fleet.has('sicktui_operator'))"
_OWN: Final = "queue_name IN (SELECT 'pc:' || name FROM fleet.pc WHERE role = session_user)"
_OF_ROLLOUT: Final = f"{_OPERATOR} AND queue_name = 'coordinator'"
_WORKFLOWS: Final = "workflow_uuid IN (SELECT workflow_uuid FROM dbos.workflow_status WHERE "
_OWN_ORDER: Final = f"{_WORKFLOWS}{_OWN})"
_WAKES: Final = """topic = 'wake' AND destination_uuid IN (
    SELECT g.rollout FROM fleet.given AS g JOIN fleet.pc AS p ON p.name = g.spec->>'pc'
    WHERE p.role = session_user)"""
"""A PC wakes the rollouts that have given it an order: they look again, and read what it has delivered."""
_FREE_QUEUE: Final = """name LIKE 'pc:%' AND NOT EXISTS (
    SELECT FROM fleet.pc AS p WHERE 'pc:' || p.name = queues.name AND p.role <> session_user)"""
_OUR_VERSION: Final = "version_name = (SELECT protocol FROM fleet.about)"

_POLICIES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "workflow_status": {
        "SELECT": (_COORDINATOR, _OPERATOR, _OWN),
        "INSERT": (_COORDINATOR, _OF_ROLLOUT),
        "UPDATE": (_COORDINATOR, _OF_ROLLOUT, _OWN),
    },
    "workflow_input": {
        "SELECT": (_COORDINATOR, _OPERATOR, _OWN_ORDER),
        "INSERT": (_COORDINATOR, f"{_WORKFLOWS}{_OF_ROLLOUT})"),
    },
    "workflow_output": dict.fromkeys(("SELECT", "INSERT", "UPDATE"), (_COORDINATOR, _OWN_ORDER)),
    "operation_outputs": dict.fromkeys(("SELECT", "INSERT", "UPDATE"), (_COORDINATOR, _OWN_ORDER)),
    "notifications": {
        "SELECT": (_COORDINATOR, _OPERATOR, _WAKES),
        "INSERT": (_COORDINATOR, f"{_OPERATOR} AND topic = 'wake'", _WAKES),
        "UPDATE": (_COORDINATOR,),
    },
    "queues": {
        "SELECT": ("true",),
        "INSERT": (_COORDINATOR, _FREE_QUEUE),
        "UPDATE": (_COORDINATOR, _FREE_QUEUE),
    },
    "application_versions": {
        "SELECT": ("true",),
        "INSERT": (_COORDINATOR, _OUR_VERSION),
        "UPDATE": (_COORDINATOR, _OUR_VERSION),
    },
    "workflow_events": {},
    "workflow_events_history": {},
    "streams": {},
    "workflow_schedules": {},
}
"""By table and command, who may: any of the conditions. Without a condition only the owner may."""


_COMMANDS: Final = ("select", "insert", "update")


def fence_sql() -> list[str]:
    """The statements that put up the fence; they are repeatable."""
    made = []
    for table, commands in _POLICIES.items():
        made.append(f"ALTER TABLE dbos.{table} ENABLE ROW LEVEL SECURITY")
        made += [f"DROP POLICY IF EXISTS sicktui_{each} ON dbos.{table}" for each in _COMMANDS]
        for command, conditions in commands.items():
            clause = "WITH CHECK" if command == "INSERT" else "USING"
            either = " OR ".join(f"({condition})" for condition in conditions)
            policy = f"sicktui_{command.lower()} ON dbos.{table} FOR {command}"
            made.append(f"CREATE POLICY {policy} {clause} ({either})")
    return made
