"""The tables of a fleet, beside those of DBOS, and who may do what with them.

``role``, ``client`` and the times are filled in by the database: those who write a row cannot choose them.
A PC belongs to the login that published it first, and only that login delivers its results: the policies.
"""

from typing import Final

from sicktui.fleet.tables.fence import fence_sql

SCHEMA_NUMBER: Final = 2

TABLES: Final = """
SET LOCAL check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS fleet;
CREATE TABLE IF NOT EXISTS fleet.about (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    schema_number integer NOT NULL,
    protocol text NOT NULL
);
CREATE TABLE IF NOT EXISTS fleet.pc (
    name text PRIMARY KEY,
    protocol text NOT NULL,
    version text NOT NULL,
    inventory jsonb NOT NULL,
    seen timestamptz NOT NULL DEFAULT clock_timestamp(),
    role text NOT NULL DEFAULT session_user
);
CREATE TABLE IF NOT EXISTS fleet.rollout (
    rollout text PRIMARY KEY,
    spec jsonb NOT NULL,
    created timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE IF NOT EXISTS fleet.progress (
    rollout text PRIMARY KEY REFERENCES fleet.rollout,
    progress jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE IF NOT EXISTS fleet.given (
    "order" text PRIMARY KEY,
    rollout text NOT NULL REFERENCES fleet.rollout,
    spec jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE IF NOT EXISTS fleet.act (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rollout text NOT NULL REFERENCES fleet.rollout,
    act text NOT NULL CHECK (act IN ('run', 'approve', 'cancel')),
    given_by text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    role text NOT NULL DEFAULT session_user,
    client inet DEFAULT inet_client_addr()
);
CREATE TABLE IF NOT EXISTS fleet.result (
    "order" text PRIMARY KEY REFERENCES fleet.given,
    rollout text NOT NULL REFERENCES fleet.rollout,
    result jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    role text NOT NULL DEFAULT session_user,
    client inet DEFAULT inet_client_addr()
);
CREATE TABLE IF NOT EXISTS fleet.event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rollout text NOT NULL REFERENCES fleet.rollout,
    "order" text NOT NULL REFERENCES fleet.given,
    first integer NOT NULL,
    lines jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE IF NOT EXISTS fleet.coordinator (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    held_by text NOT NULL CHECK (length(held_by) <= 200),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    role text NOT NULL DEFAULT session_user,
    client inet DEFAULT inet_client_addr()
) WITH (autovacuum_enabled = false);
CREATE INDEX IF NOT EXISTS event_of_rollout ON fleet.event (rollout, id);
CREATE UNIQUE INDEX IF NOT EXISTS pc_in_one_spelling ON fleet.pc (lower(name));
ALTER TABLE fleet.pc DROP CONSTRAINT IF EXISTS bounds, ADD CONSTRAINT bounds CHECK (
    name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$' AND length(protocol) <= 100 AND length(version) <= 100
    AND octet_length(inventory::text) <= 8388608);
ALTER TABLE fleet.rollout DROP CONSTRAINT IF EXISTS bounds, ADD CONSTRAINT bounds CHECK (
    length(rollout) <= 60 AND octet_length(spec::text) <= 33554432);
ALTER TABLE fleet.act DROP CONSTRAINT IF EXISTS bounds, ADD CONSTRAINT bounds CHECK (
    length(given_by) <= 200);
ALTER TABLE fleet.given DROP CONSTRAINT IF EXISTS bounds, ADD CONSTRAINT bounds CHECK (
    length("order") <= 128 AND octet_length(spec::text) <= 1048576);
ALTER TABLE fleet.result DROP CONSTRAINT IF EXISTS bounds, ADD CONSTRAINT bounds CHECK (
    octet_length(result::text) <= 8388608);
ALTER TABLE fleet.event DROP CONSTRAINT IF EXISTS bounds, ADD CONSTRAINT bounds CHECK (
    first >= 0 AND octet_length(lines::text) <= 1048576);
ALTER TABLE fleet.pc ENABLE ROW LEVEL SECURITY;
ALTER TABLE fleet.result ENABLE ROW LEVEL SECURITY;
ALTER TABLE fleet.event ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS anyone_reads ON fleet.pc;
DROP POLICY IF EXISTS anyone_reads ON fleet.result;
DROP POLICY IF EXISTS anyone_reads ON fleet.event;
DROP POLICY IF EXISTS own_pc ON fleet.pc;
DROP POLICY IF EXISTS own_pc_anew ON fleet.pc;
DROP POLICY IF EXISTS own_orders ON fleet.result;
DROP POLICY IF EXISTS own_orders ON fleet.event;
CREATE POLICY anyone_reads ON fleet.pc FOR SELECT USING (true);
CREATE POLICY anyone_reads ON fleet.result FOR SELECT USING (true);
CREATE POLICY anyone_reads ON fleet.event FOR SELECT USING (true);
CREATE POLICY own_pc ON fleet.pc FOR INSERT WITH CHECK (role = session_user);
CREATE POLICY own_pc_anew ON fleet.pc FOR UPDATE USING (role = session_user);
CREATE POLICY own_orders ON fleet.result FOR INSERT WITH CHECK (EXISTS (
    SELECT FROM fleet.given AS g JOIN fleet.pc AS p ON p.name = g.spec->>'pc'
    WHERE g."order" = result."order" AND g.rollout = result.rollout AND p.role = session_user));
CREATE POLICY own_orders ON fleet.event FOR INSERT WITH CHECK (EXISTS (
    SELECT FROM fleet.given AS g JOIN fleet.pc AS p ON p.name = g.spec->>'pc'
    WHERE g."order" = event."order" AND g.rollout = event.rollout AND p.role = session_user));
CREATE OR REPLACE FUNCTION fleet.has(role name) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM pg_roles AS r WHERE r.rolname = $1 AND pg_has_role(session_user, r.oid, 'member'))
$$;
CREATE OR REPLACE FUNCTION fleet.forget(days integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH old AS MATERIALIZED (
        SELECT rollout FROM fleet.progress WHERE progress->>'state' IN ('finished', 'cancelled')
            AND at < clock_timestamp() - greatest(days, 7) * interval '1 day'
    ), closed AS MATERIALIZED (
        SELECT r."order" FROM fleet.result AS r JOIN old USING (rollout)
            WHERE r.at < clock_timestamp() - greatest(days, 7) * interval '1 day'
    ), ended AS MATERIALIZED (
        SELECT workflow_uuid FROM dbos.workflow_status WHERE status NOT IN ('ENQUEUED', 'PENDING', 'DELAYED')
            AND (workflow_uuid IN (SELECT "order" FROM closed) OR workflow_uuid IN (SELECT rollout FROM old))
    ), events AS (
        DELETE FROM fleet.event WHERE "order" IN (SELECT "order" FROM closed)
    ), inputs AS (
        DELETE FROM dbos.workflow_input WHERE workflow_uuid IN (SELECT workflow_uuid FROM ended)
    ), outputs AS (
        DELETE FROM dbos.workflow_output WHERE workflow_uuid IN (SELECT workflow_uuid FROM ended)
    ), steps AS (
        DELETE FROM dbos.operation_outputs WHERE workflow_uuid IN (SELECT workflow_uuid FROM ended)
    ), messages AS (
        DELETE FROM dbos.notifications WHERE destination_uuid IN (SELECT workflow_uuid FROM ended)
    ), gone AS (
        DELETE FROM dbos.workflow_status WHERE workflow_uuid IN (SELECT workflow_uuid FROM ended) RETURNING 1
    )
    SELECT count(*) FROM gone
$$;
REVOKE EXECUTE ON FUNCTION fleet.forget FROM PUBLIC;
INSERT INTO fleet.about (schema_number, protocol) VALUES (:number, :protocol)
    ON CONFLICT (one) DO UPDATE SET schema_number = :number, protocol = :protocol;
"""

FENCE: Final = fence_sql()
"""The statements that keep the logins apart in the tables of DBOS, which are made after those here."""

_READ: Final = """REVOKE ALL ON ALL TABLES IN SCHEMA fleet, dbos FROM {role};
GRANT USAGE ON SCHEMA fleet TO {role};
GRANT SELECT ON ALL TABLES IN SCHEMA fleet TO {role};"""
_ENGINE: Final = """GRANT USAGE ON SCHEMA dbos TO {role};
GRANT SELECT ON ALL TABLES IN SCHEMA dbos TO {role};
GRANT INSERT ON dbos.workflow_output, dbos.operation_outputs, dbos.notifications, dbos.queues,
  dbos.application_versions TO {role};
GRANT UPDATE ON dbos.queues TO {role};
GRANT UPDATE (output, error) ON dbos.workflow_output TO {role};
GRANT UPDATE (completed_at_epoch_ms) ON dbos.operation_outputs TO {role};
GRANT UPDATE (application_name) ON dbos.application_versions TO {role};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA dbos TO {role};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA dbos TO {role};"""

ROLES: Final[dict[str, str]] = {
    "sicktui_worker": f"""{_READ}
{_ENGINE}
GRANT UPDATE (status, owner_xid, application_version, executor_id, application_name, started_at_epoch_ms,
  rate_limited, recovery_attempts, updated_at, workflow_deadline_epoch_ms, queue_name, deduplication_id,
  completed_at) ON dbos.workflow_status TO {{role}};
GRANT INSERT (name, protocol, version, inventory), UPDATE (protocol, version, inventory, seen)
  ON fleet.pc TO {{role}};
GRANT INSERT ("order", rollout, result) ON fleet.result TO {{role}};
GRANT INSERT ("order", rollout, first, lines) ON fleet.event TO {{role}};""",
    "sicktui_coordinator": f"""{_READ}
{_ENGINE}
GRANT INSERT ON dbos.workflow_status, dbos.workflow_input TO {{role}};
GRANT UPDATE ON dbos.workflow_status, dbos.notifications TO {{role}};
GRANT INSERT, UPDATE ON fleet.progress, fleet.coordinator TO {{role}};
GRANT INSERT ("order", rollout, spec) ON fleet.given TO {{role}};
GRANT EXECUTE ON FUNCTION fleet.forget TO {{role}};""",
    "sicktui_operator": f"""{_READ}
GRANT USAGE ON SCHEMA dbos TO {{role}};
GRANT SELECT ON dbos.workflow_status, dbos.workflow_input, dbos.notifications, dbos.application_versions,
  dbos.queues, dbos.dbos_migrations TO {{role}};
GRANT INSERT ON dbos.workflow_status, dbos.workflow_input, dbos.notifications TO {{role}};
GRANT UPDATE (creator_xid) ON dbos.workflow_status TO {{role}};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA dbos TO {{role}};
GRANT INSERT (rollout, spec) ON fleet.rollout TO {{role}};
GRANT INSERT (rollout, act, given_by) ON fleet.act TO {{role}};""",
    "sicktui_auditor": _READ,
}
"""What each role is granted, by its name. None may delete anything, or change what was recorded."""


def roles_sql() -> str:
    """The statements that make the roles; they are repeatable but for CREATE ROLE."""
    made = []
    for role, grants in ROLES.items():
        made.append(f"CREATE ROLE {role};")
        made.append(grants.format(role=role))
    return "\n".join(made)
