"""Whose the log is: a role that nobody logs in as, so that CKAN's own only appends.

An owner can switch a table's triggers off, and the owner of a database can drop any
table in its schema `public`. So both go to a role of their own. Only PostgreSQL's
superuser can do that: the SQL is printed by `ckan sonla audit set-permissions`, as CKAN
prints that of the DataStore, and `make run` runs it itself.
"""

from __future__ import annotations

import sqlalchemy as sa

from ckan import model

ROLE = "sonla_log"
_FUNCTIONS = ("sonla_event_refuse()", "sonla_event_follows()")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def script(database: str, ckan_role: str) -> str:
    """Return the SQL that a superuser runs in CKAN's database, any number of times.

    Args:
        database: the name of CKAN's database.
        ckan_role: the role that CKAN connects as.
    """
    ckan, name = _quoted(ckan_role), _quoted(database)
    # Only quoted identifiers come in.
    return f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        CREATE ROLE {ROLE} NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
ALTER DATABASE {name} OWNER TO {ROLE};
GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {name} TO {ckan};
GRANT USAGE, CREATE ON SCHEMA public TO {ckan};
CREATE OR REPLACE FUNCTION public.sonla_log_take() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_regclass('public.sonla_event') IS NOT NULL THEN
        ALTER TABLE public.sonla_event OWNER TO {ROLE};
        ALTER FUNCTION public.{_FUNCTIONS[0]} OWNER TO {ROLE};
        ALTER FUNCTION public.{_FUNCTIONS[1]} OWNER TO {ROLE};
        REVOKE ALL ON public.sonla_event FROM PUBLIC, {ckan};
        GRANT SELECT, INSERT ON public.sonla_event TO {ckan};
    END IF;
END $$;
REVOKE ALL ON FUNCTION public.sonla_log_take() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.sonla_log_take() TO {ckan};
SELECT public.sonla_log_take();
"""  # noqa: S608 - an administrator reads it before running it


def giving_back(ckan_role: str) -> str:
    """Return the SQL that a superuser runs before the log's migrations go down."""
    ckan = _quoted(ckan_role)
    return f"""
ALTER TABLE public.sonla_event OWNER TO {ckan};
ALTER FUNCTION public.{_FUNCTIONS[0]} OWNER TO {ckan};
ALTER FUNCTION public.{_FUNCTIONS[1]} OWNER TO {ckan};
"""


def warnings() -> list[str]:
    """Return `problems`, each with what to do; for whoever watches the portal."""
    return [f"{text}: run `ckan sonla audit set-permissions`" for text in problems()]


def problems() -> list[str]:
    """Return why CKAN's own role could do more than append; nothing is as it should."""
    found = model.Session.execute(
        sa.text(
            """
            SELECT pg_has_role(current_user, c.relowner, 'MEMBER') AS owns_table,
                   pg_has_role(current_user, d.datdba, 'MEMBER') AS owns_database,
                   has_table_privilege(current_user, c.oid, 'UPDATE')
                   OR has_table_privilege(current_user, c.oid, 'DELETE')
                   OR has_table_privilege(current_user, c.oid, 'TRUNCATE')
                   OR has_table_privilege(current_user, c.oid, 'TRIGGER') AS writes,
                   EXISTS (SELECT FROM pg_proc AS p WHERE p.proname IN
                           ('sonla_event_refuse', 'sonla_event_follows')
                           AND pg_has_role(current_user, p.proowner, 'MEMBER'))
                   AS owns_functions
            FROM pg_class AS c, pg_database AS d
            WHERE c.oid = 'sonla_event'::regclass AND d.datname = current_database()
            """
        )
    ).one()
    sentences = {
        "owns_table": "CKAN's role owns the log and could switch its triggers off",
        "owns_functions": "CKAN's role owns the log's triggers and could rewrite them",
        "owns_database": "CKAN's role owns the database and could drop the log",
        "writes": "CKAN's role has more than SELECT and INSERT on the log",
    }
    return [text for name, text in sentences.items() if found._mapping[name]]
