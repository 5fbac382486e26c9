"""A line of a header keeps its value to itself."""

from medct_core.io.tag_row import TagRow


def test_a_value_that_may_name_somebody_is_not_printed() -> None:
    row = TagRow("(0010,0010)", "PatientName", "Patient's Name", "PN", "Doe^Jane")

    assert "Doe" not in repr(row)
    assert (row.depth, row.is_identifying, row.is_private) == (0, False, False)
