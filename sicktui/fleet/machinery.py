"""DBOS as this program uses it: quiet, without a service of others, and with JSON as its only format.

Its own format for what it stores is ``pickle``, and reading a pickle runs code. Anyone who may write to the
database, so every plant PC, could run programs on every other one. Here nothing is ever unpickled.
"""

import logging
import os
import time
from collections.abc import Sequence
from typing import Any, Final, NoReturn

for _name in [name for name in os.environ if name.startswith("DBOS__")]:
    del os.environ[_name]  # they would connect it to a cloud, or rename this process

from dbos import (  # noqa: E402
    DBOS,
    DBOSClient,
    DBOSConfig,
    EnqueueOptions,
    _scheduler,
    _workflow_commands,
)
from dbos._dbos import _get_dbos_instance  # noqa: E402
from dbos._serialization import DBOSPortableJSON, DefaultSerializer  # noqa: E402
from dbos._utils import INTERNAL_QUEUE_NAME  # noqa: E402
from sqlalchemy import Connection, Engine  # noqa: E402

from sicktui.fleet.records import COORDINATOR, PROTOCOL, OrderSpec, RolloutSpec, queue_of  # noqa: E402

APPLICATION: Final = "sicktui"
ROLLOUT: Final = "rollout"
ORDER: Final = "order"
WAKE: Final = "wake"
"""The topic of messages that only say: look again."""
RARELY: Final = 60.0


def _refuse(*_: object) -> NoReturn:
    raise TypeError("A pickle in the database of a fleet is not read: it could run any program.")


DefaultSerializer.serialize = _refuse  # type: ignore[assignment,method-assign]
DefaultSerializer.deserialize = _refuse  # type: ignore[assignment,method-assign]


def prepare(engine: Engine, executor: str) -> None:
    """Configure DBOS in this process. Workflows are registered after it, and ``launch`` follows.

    Args:
        engine: the connections.
        executor: who this process is. Only a process of that name takes up what it left.
    """
    logging.getLogger("dbos").setLevel(logging.ERROR)
    config: DBOSConfig = {
        "name": APPLICATION,
        "system_database_url": "postgresql://the/engine/below",
        "system_database_engine": engine,
        "application_version": PROTOCOL,
        "executor_id": executor,
        "run_migrations": False,
        "log_level": "ERROR",
        "enable_otlp": False,
        "serializer": DBOSPortableJSON,
        "max_executor_threads": 64,
        "scheduler_polling_interval_sec": 3600.0,
    }
    made = DBOS(config=config)
    # Nothing of ours is delayed, has a time limit, or goes through its own queue. Each of these costs one to
    # three transactions a second on each PC.
    _workflow_commands._BACKGROUND_JOBS_INTERVAL_SEC = RARELY  # noqa: SLF001
    _scheduler._STARTUP_FAST_POLL_DURATION_SEC = 0.0  # noqa: SLF001
    made._registry._register_internal_queue(INTERNAL_QUEUE_NAME, polling_interval_sec=RARELY)  # noqa: SLF001


def launch(queues: Sequence[str], *, at_once: int | None, poll: float) -> None:
    """Listen to these queues, and take up what an earlier process of the same name left.

    Args:
        queues: their names.
        at_once: workflows of a queue at once in this process.
        poll: seconds between two looks at a queue.
    """
    DBOS.listen_queues(queues)
    DBOS.launch()
    for queue in queues:
        DBOS.register_queue(
            queue, worker_concurrency=at_once, polling_interval_sec=poll, on_conflict="always_update"
        )
    _list_queues_rarely(set(queues))


def _list_queues_rarely(ours: set[str]) -> None:
    """Ask for the list of queues once a minute: it holds ours by now, and DBOS asks every second."""
    database = _get_dbos_instance()._sys_db  # noqa: SLF001
    ask, known, due = database.list_queues, [], 0.0

    def list_queues(**words: Any) -> Any:  # noqa: ANN401  of DBOS
        nonlocal known, due
        if time.monotonic() >= due:
            known = ask(**words)
            due = time.monotonic() + (RARELY if ours <= {queue.name for queue in known} else 0.0)
        return known

    database.list_queues = list_queues  # type: ignore[method-assign]


def migrate(engine: Engine) -> None:
    """Make or renew the tables of DBOS, as a role that may."""
    from dbos._migration import ensure_dbos_schema, run_dbos_migrations  # noqa: PLC0415

    ensure_dbos_schema(engine, "dbos")
    run_dbos_migrations(engine, "dbos", True)  # noqa: FBT003  as it is defined


def order_options(order: OrderSpec) -> EnqueueOptions:
    """How an order is put into the queue of its PC."""
    return {
        "workflow_name": ORDER,
        "queue_name": queue_of(order.pc),
        "workflow_id": order.order,
        "app_version": PROTOCOL,
    }


class Client:
    """Gives orders from a terminal; runs nothing.

    Args:
        engine: the connections.
    """

    def __init__(self, engine: Engine) -> None:
        self._client = DBOSClient(
            system_database_engine=engine, serializer=DBOSPortableJSON, application_name=APPLICATION
        )

    def begin(self, connection: Connection, spec: RolloutSpec) -> None:
        """Enqueue a rollout by its name alone, in a transaction of ours.

        It is never started directly: any process could then take it up.
        """
        options: EnqueueOptions = {
            "workflow_name": ROLLOUT,
            "queue_name": COORDINATOR,
            "workflow_id": spec.rollout,
            "app_version": PROTOCOL,
        }
        self._client.enqueue_in_transaction(connection, options)

    def wake(self, rollout: str) -> None:
        """Have a rollout look again."""
        self._client.send(rollout, "look", WAKE)

    def close(self) -> None:
        """Let go of what it uses."""
        self._client.destroy()


__all__ = ["DBOS", "Client", "launch", "migrate", "order_options", "prepare"]
