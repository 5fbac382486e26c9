"""TaughtStore: the findings that were taught with cases of a library, kept beside these."""

from collections.abc import Collection, Sequence

import pyarrow as pa

from medct_core.errors import ResourceError, UsageError
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.library_store import LibraryStore, explained
from medct_core.retrieval.taught_finding import TaughtFinding, read_taught

TABLE = "taught"
"""Holds one row a finding and model. Few and small: every change writes all of them anew."""

_SCHEMA = pa.schema([("name", pa.string()), ("content", pa.string())])


class TaughtStore:
    """The taught findings of one library.

    A change is there whole or not at all, also after the process was killed. What was replaced
    or removed leaves no byte behind.
    """

    def __init__(self, store: LibraryStore) -> None:
        self._store = store

    def all(self) -> tuple[TaughtFinding, ...]:
        """Read all, by name and model.

        Raises
        ------
        ResourceError
            If one is damaged or of a newer program, or the library cannot be read.
        """
        if TABLE not in self._store.names():
            return ()
        with explained(self._store.address):
            texts = self._store.table(TABLE).to_arrow().column("content").to_pylist()
        try:
            found = [read_taught(text) for text in texts]
        except ValueError as error:
            raise ResourceError(
                f"A taught finding of the library {self._store.address!r} cannot be read: {error}.",
                remedy="Install the newest version of this program, or remove the finding.",
            ) from error
        return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.stamp.model)))

    def of(self, stamp: ModelStamp) -> tuple[TaughtFinding, ...]:
        """Read those of one model."""
        return tuple(one for one in self.all() if one.stamp == stamp)

    def keep(self, taught: TaughtFinding) -> None:
        """Keep a finding, in the place of one of the same name and model."""
        with self._store.writing():
            others = [one for one in self.all() if not _is_same(one, taught)]
            rows = [{"name": one.name, "content": one.to_json()} for one in (*others, taught)]
            self._overwrite(rows)
        self._store.purge(TABLE)

    def forget(self, name: str) -> int:
        """Remove a finding for all models.

        Returns
        -------
        For how many models it was taught.

        Raises
        ------
        UsageError
            If there is none of that name.
        """
        if TABLE not in self._store.names():
            raise _unknown(name, ())
        with self._store.writing():
            rows = self._rows()
            kept = [row for row in rows if row["name"].casefold() != name.casefold()]
            if len(kept) == len(rows):
                raise _unknown(name, sorted({row["name"] for row in rows}))
            self._overwrite(kept)
        self._store.purge(TABLE)
        return len(rows) - len(kept)

    def forget_cases(self, case_ids: Collection[str]) -> int:
        """Take what was learned from cases out of every finding they took part in.

        The figures of such a finding stay, and that it must be taught again.

        Returns
        -------
        How many findings these are.
        """
        if TABLE not in self._store.names():
            return 0
        with self._store.writing():
            before = self._rows()
            hit = [any(one in row["content"] for one in case_ids) for row in before]
            if any(hit):
                rows = zip(before, hit, strict=True)
                after = [_without_probe(row) if is_hit else row for row, is_hit in rows]
                self._overwrite([row for row in after if row is not None])
        # Also where nothing was found: an earlier removal may have been killed half way.
        self._store.purge(TABLE)
        return sum(hit)

    def _rows(self) -> list[dict[str, str]]:
        with explained(self._store.address):
            rows: list[dict[str, str]] = self._store.table(TABLE).to_arrow().to_pylist()
        return rows

    def _overwrite(self, rows: Sequence[dict[str, str]]) -> None:
        with explained(self._store.address):
            table = pa.Table.from_pylist(list(rows), schema=_SCHEMA)
            # Made first: replacing a table that is not there is warned of.
            self._store.made(TABLE, _SCHEMA)
            self._store.connection.create_table(TABLE, table, mode="overwrite")


def _without_probe(row: dict[str, str]) -> dict[str, str] | None:
    """Take out what came from single cases; what cannot be read goes as a whole."""
    try:
        stale = read_taught(row["content"]).without_probe()
    except ValueError:
        return None
    return {"name": row["name"], "content": stale.to_json()}


def _is_same(one: TaughtFinding, other: TaughtFinding) -> bool:
    return one.stamp == other.stamp and one.name.casefold() == other.name.casefold()


def _unknown(name: str, known: Sequence[str]) -> UsageError:
    named = f"it was taught {', '.join(map(repr, known))}" if known else "it was taught none yet"
    return UsageError(
        f"The library was not taught a finding called {name!r}; {named}.",
        remedy="Give a name as it was taught.",
    )
