"""Rows: what is written comes back, and tells of which model it is."""

import json
from dataclasses import fields

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.arrow_rows import (
    SCHEMA_VERSION,
    from_rows,
    schema_of,
    stamp_of,
    to_rows,
)
from medct_core.retrieval.library_case import KnownFinding, LibraryCase
from tests import library_samples
from tests.library_samples import OTHER_STAMP, STAMP

SCHEMA = schema_of(STAMP, 8)


@given(st.lists(library_samples.cases(), max_size=3))
def test_what_is_written_comes_back(cases: list[LibraryCase]) -> None:
    back = list(from_rows(to_rows(cases, SCHEMA), STAMP))

    assert len(back) == len(cases)
    for one, other in zip(cases, back, strict=True):
        library_samples.assert_same(one, other)


@pytest.mark.parametrize("stamp", [STAMP, OTHER_STAMP])
def test_a_table_says_of_which_stamp_its_rows_are(stamp: ModelStamp) -> None:
    assert stamp_of(schema_of(stamp, 4)) == stamp


def test_every_fact_of_a_case_has_its_column() -> None:
    names = {field.name for field in fields(LibraryCase)} - {"stamp", "thumbnails"}

    assert names <= set(SCHEMA.names)


def test_findings_can_be_filtered_by_name() -> None:
    findings = (
        KnownFinding("Effusion", is_present=True, is_verified=True, by="A"),
        KnownFinding("Nodule", is_present=True),
        KnownFinding("Emphysema", is_present=False),
        KnownFinding("Hernia", is_present=False, is_verified=True),
    )

    row = to_rows([library_samples.case(findings=findings)], SCHEMA).to_pylist()[0]

    assert row["present"] == ["Effusion", "Nodule"]
    assert row["absent"] == ["Emphysema", "Hernia"]
    assert row["verified_present"] == ["Effusion"]
    assert row["verified_absent"] == ["Hernia"]


def test_cases_of_two_models_never_stand_in_one_table() -> None:
    other = library_samples.case(stamp=OTHER_STAMP)

    with pytest.raises(ValueError, match="two models"):
        to_rows([other], SCHEMA)


def test_a_vector_of_another_length_is_refused() -> None:
    long = library_samples.case(vector=library_samples.unit_vector(0, 9))

    with pytest.raises(ValueError, match="two models"):
        to_rows([long], SCHEMA)


def test_a_table_of_a_newer_program_is_refused() -> None:
    newer = {"schema_version": SCHEMA_VERSION + 1, "stamp": {}}
    schema = SCHEMA.with_metadata({"medct": json.dumps(newer)})

    with pytest.raises(UsageError, match="newer program"):
        stamp_of(schema)


def test_a_foreign_table_is_refused() -> None:
    with pytest.raises(ValueError, match="table of cases"):
        stamp_of(pa.schema([("case_id", pa.string())]))


def test_a_damaged_picture_is_noticed() -> None:
    table = to_rows([library_samples.case()], SCHEMA)
    damaged = table.set_column(
        table.schema.get_field_index("coronal"), "coronal", pa.array([b"\x89PNG broken"])
    )

    with pytest.raises(ValueError, match="damaged"):
        list(from_rows(damaged, STAMP))


def test_a_vector_that_lost_its_length_is_noticed() -> None:
    table = to_rows([library_samples.case()], SCHEMA)
    zeros = pa.FixedSizeListArray.from_arrays(np.zeros(8, dtype=np.float32), 8)
    damaged = table.set_column(table.schema.get_field_index("vector"), "vector", zeros)

    with pytest.raises(ValueError, match="unit length"):
        list(from_rows(damaged, STAMP))
