"""A table as PostgreSQL's catalogue describes it: all that a reader can depend on."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

# Each gives lines of text; `%(name)s` is the table's name.
QUESTIONS = {
    "owner": "SELECT tableowner FROM pg_tables WHERE tablename = :name",
    "columns": """
        SELECT attname, format_type(atttypid, atttypmod), attnotnull,
               pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)
        FROM pg_attribute
             LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = to_regclass(format('%I', :name))
          AND attnum > 0 AND NOT attisdropped ORDER BY attnum
    """,
    "indexes": "SELECT indexdef FROM pg_indexes WHERE tablename = :name ORDER BY 1",
    "constraints": """
        SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid = to_regclass(format('%I', :name)) ORDER BY 1
    """,
    "sequence": "SELECT pg_get_serial_sequence(format('%I', :name), '_id')",
    "triggers": """
        SELECT pg_get_triggerdef(oid) FROM pg_trigger
        WHERE tgrelid = to_regclass(format('%I', :name)) AND NOT tgisinternal
        ORDER BY 1
    """,
    "grants": """
        SELECT coalesce(rolname, 'public'), privilege_type, is_grantable
        FROM pg_class CROSS JOIN aclexplode(relacl)
             LEFT JOIN pg_roles ON pg_roles.oid = grantee
        WHERE pg_class.oid = to_regclass(format('%I', :name)) ORDER BY 1, 2
    """,
    "aliases": """
        SELECT view.relname, pg_get_viewdef(view.oid), pg_get_userbyid(view.relowner),
               (SELECT string_agg(pg_get_userbyid(grantee) || privilege_type, ' '
                                  ORDER BY grantee, privilege_type)
                FROM aclexplode(view.relacl))
        FROM pg_class view JOIN "_table_metadata" m ON m.name = view.relname
        WHERE m.alias_of = :name ORDER BY 1
    """,
    "total": "SELECT stats FROM _table_stats WHERE resource_id = :name",
    "analysed": """
        SELECT attname, null_frac >= 0 FROM pg_stats
        WHERE schemaname = 'public' AND tablename = :name
          AND attname <> '_full_text' ORDER BY 1
    """,
    "estimate": """
        SELECT reltuples FROM pg_class WHERE oid = to_regclass(format('%I', :name))
    """,
}


def described(engine: sa.Engine, name: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the catalogue says of a public table of the DataStore."""
    with engine.connect() as connection:
        return {
            question: [
                tuple(row) for row in connection.execute(sa.text(sql), {"name": name})
            ]
            for question, sql in QUESTIONS.items()
        }
