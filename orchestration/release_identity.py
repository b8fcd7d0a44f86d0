"""Which release a database is, said inside it: the one row of `meta_release`.

Belongs here: writing that row into the copied database. Not here: release.json (`publish`), the terms as
files (`release_files`).

A file leaves its folder: whoever was sent only gongkai.duckdb must be able to say which release an answer
came from. In the warehouse the table is empty, since a release gets its id when it is made; so its row enters
no digest, and never makes a release.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import yaml

from orchestration.sql_words import quoted

IDENTITY = "meta_release"
_CITATION = Path(__file__).with_name("release_terms") / "CITATION.cff"


def write_identity(
    database: Path,
    release_id: str,
    built_at: datetime,
    versions: Mapping[str, str],
    content: str,
    previous: str | None,
) -> bool:
    """Write the row of `meta_release` into the database of a release that is being made.

    built_at: with its zone, written as UTC. versions: what `versions.code_versions` gives. content: the
    digest of the facts (`publish.digest_of`). previous: id of the release before, None for the first.

    Returns False, and writes nothing, where the warehouse has no such table: one built before it existed, or
    a part of one.
    """
    terms = yaml.safe_load(_CITATION.read_text("utf-8"))
    moment = built_at.astimezone(UTC)
    with duckdb.connect(str(database)) as connection:
        if not connection.execute(
            "select 1 from duckdb_tables() where schema_name = 'main' and table_name = ?", [IDENTITY]
        ).fetchone():
            return False
        row = {
            "release_id": release_id,
            "built_at": moment.replace(tzinfo=None),
            "previous_release_id": previous,
            "content_digest": content,
            "code_version": "; ".join(f"{name} {said}" for name, said in sorted(versions.items())),
            "written_by": f"DuckDB {duckdb.__version__}",
            "storage_version": _storage_of(connection),
            "licence": terms["license"],
            "how_to_cite": (
                f"{terms['authors'][0]['name']} ({moment:%Y}). {terms['title']}. "
                f"Release {release_id}. {terms['license']}."
            ),
        }
        columns, places = ", ".join(map(quoted, row)), ", ".join("?" * len(row))
        connection.execute(
            f"insert into {quoted(IDENTITY)} ({columns}) values ({places})", list(row.values())
        )
    return True


def _storage_of(connection: duckdb.DuckDBPyConnection) -> str:
    """The version of the file format, as the file itself says it (`v1.3.0+`: that version or a later one)."""
    found = connection.execute(
        "select tags['storage_version'] from duckdb_databases() where database_name = current_database()"
    ).fetchone()
    return str(found[0]) if found else ""
