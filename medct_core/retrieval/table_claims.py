"""Who of several writers makes a table that is not there yet, on a store without locks.

LanceDB makes a table without asking whether somebody else made it a moment ago: the later one
takes its place, and what was written into the earlier one is gone. Rows added to a table that is
there, however, never replace each other and have one order for everybody. So whoever wants to make
a table first adds a row here, and the first row decides.
"""

import time
import uuid
from collections.abc import Callable

import lancedb
import pyarrow as pa
from lancedb.table import Table

CLAIMS = "claims"

_SCHEMA = pa.schema([("table", pa.string()), ("by", pa.string())])
_PAUSE_S = 0.1
_LONGEST_MAKING_S = 30.0


def make_claims(connection: lancedb.DBConnection) -> Table:
    """Make the table of claims, or open it."""
    return connection.create_table(CLAIMS, schema=_SCHEMA, exist_ok=True)


def wait_for_turn(
    claims: Table,
    name: str,
    is_there: Callable[[], bool],
    *,
    patience_s: float = _LONGEST_MAKING_S,
) -> None:
    """Return when the caller may make or open the table of a name.

    Parameters
    ----------
    claims
        From `make_claims`.
    name
        Of the table.
    is_there
        Whether the table was made meanwhile.
    patience_s
        A claim that is older and has made nothing is that of a program that was killed.
    """
    mine = uuid.uuid4().hex
    claims.add([{"table": name, "by": mine}])
    seen, since = "", time.monotonic()
    while not is_there():
        first = _first(claims, name)
        if first == mine:
            return
        if first != seen:
            seen, since = first, time.monotonic()
        if time.monotonic() - since > patience_s:
            claims.delete(f"by = '{first}'")
        time.sleep(_PAUSE_S)


def _first(claims: Table, name: str) -> str:
    """Say whose claim became permanent first: later ones lie in files of higher numbers."""
    rows = claims.search().where(f"\"table\" = '{name}'").with_row_id(True).to_arrow()
    return str(rows.sort_by("_rowid").column("by")[0].as_py())
