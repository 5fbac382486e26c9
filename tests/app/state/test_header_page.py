"""A page of a header does not say in a log what stands on it."""

from app.state.header_page import HeaderPage
from medct_core.io.tag_row import TagRow


def test_a_page_in_a_log_names_nobody() -> None:
    row = TagRow("(0010,0010)", "PatientName", "Patient's Name", "PN", "Musterfrau")

    assert "Musterfrau" not in repr(HeaderPage("Thorax", 1, 3, (row,)))
