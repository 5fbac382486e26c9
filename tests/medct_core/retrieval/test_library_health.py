"""LibraryHealth: what is damaged is found and named."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from medct_core.errors import ResourceError
from medct_core.retrieval.arrow_rows import schema_of, to_rows
from tests import library_samples, taught_samples
from tests.library_samples import OTHER_STAMP, STAMP

pytest.importorskip("lancedb")
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_health import check_library


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    made = CaseLibrary.create(str(tmp_path))
    made.add(library_samples.case(n, patient_key="a" * 32 if n % 2 else "") for n in range(40))
    made.add([library_samples.case(1, stamp=OTHER_STAMP)])
    return made


def put_column(library: CaseLibrary, number: int, name: str, values: pa.Array) -> None:
    """Write one case past all checks, with another value in a column."""
    rows = to_rows([library_samples.case(number)], schema_of(STAMP, 8))
    place = rows.schema.get_field_index(name)
    library.table(STAMP).add(rows.set_column(place, rows.schema.field(name), values))


def test_a_whole_library_is_whole(library: CaseLibrary) -> None:
    told: list[float] = []

    health = check_library(library, told.append)

    one, other = sorted(health.stamps, key=lambda stamp: -stamp.count)
    assert health.is_whole
    assert health.size_bytes == library.size_bytes
    assert (one.stamp, one.count, one.unknown_patients) == (STAMP, 40, 20)
    assert (other.stamp, other.count, other.effective_rank) == (OTHER_STAMP, 1, None)
    assert one.effective_rank is not None
    assert 1 <= one.effective_rank <= 8
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_an_empty_library_is_whole(tmp_path: Path) -> None:
    health = check_library(CaseLibrary.create(str(tmp_path / "empty")))

    assert health.is_whole
    assert health.stamps == ()


def test_a_damaged_picture_is_named_by_its_case(library: CaseLibrary) -> None:
    put_column(library, 77, "axial", pa.array([b"no picture"]))

    health = check_library(library)

    assert not health.is_whole
    assert sum((one.damaged for one in health.stamps), ()) == (library_samples.case(77).case_id,)


def test_a_vector_that_lost_its_length_is_named_by_its_case(library: CaseLibrary) -> None:
    broken = pa.FixedSizeListArray.from_arrays(np.zeros(8, dtype=np.float32), 8)
    put_column(library, 77, "vector", broken)

    health = check_library(library)

    assert sum((one.damaged for one in health.stamps), ()) == (library_samples.case(77).case_id,)


def test_a_case_that_is_there_twice_is_named(library: CaseLibrary) -> None:
    rows = to_rows([library_samples.case(5)], schema_of(STAMP, 8))
    library.table(STAMP).add(rows)

    health = check_library(library)

    assert not health.is_whole
    assert sum((one.doubled for one in health.stamps), ()) == (library_samples.case(5).case_id,)


def test_a_file_that_is_gone_is_an_error_in_words(library: CaseLibrary) -> None:
    for path in Path(library.address).glob("cases_*/data/*"):
        path.unlink()

    with pytest.raises(ResourceError, match="cannot be read"):
        check_library(CaseLibrary.open(library.address))


def test_taught_findings_are_read_too(tmp_path: Path) -> None:
    library = CaseLibrary.create(str(tmp_path / "taught"))
    library.add([library_samples.case(1), library_samples.case(2)])
    library.keep_taught(taught_samples.taught("Swan sign", 1, 2))
    before = check_library(library)

    library.connection.open_table("taught").add([{"name": "x", "content": "damaged"}])
    after = check_library(library)

    assert (before.taught, before.is_whole) == (1, True)
    assert (after.taught, after.is_whole) == (None, False)
