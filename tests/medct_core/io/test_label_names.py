"""Names and colours come from the mask or from a table beside it."""

from pathlib import Path

import pytest

from medct_core.io.files import ScanFile
from medct_core.io.label_map import Label, colour_of
from medct_core.io.label_names import (
    NamedLabel,
    labels_of,
    names_beside,
    names_in_caret,
    names_in_segments,
)

TABLES = {
    ".json": '{"1": "Left lung", "2": "Heart"}',
    ".tsv": "index\tname\tcolor\n1\tLeft lung\t#ff8000\n2\tHeart\t\n",
    ".txt": '# ITK-SNAP\n1 255 128 0 1 1 1 "Left lung"\n2 10 20 30 0.5 1 1 "Heart"\n',
    ".label": '1 255 128 0 1 1 1 "Left lung"\n2 1 2 3 1 1 1 "Heart"',
    ".ctbl": "# Color\n1 Left_lung 255 128 0 255\n2 Heart 1 2 3 255\n",
}


@pytest.mark.parametrize("ending", sorted(TABLES))
@pytest.mark.parametrize("mask", ["mask.nii.gz", "mask.nii", "mask.seg.nrrd", "mask.mha"])
def test_a_table_beside_the_mask_names_its_labels(tmp_path: Path, ending: str, mask: str) -> None:
    (tmp_path / f"mask{ending}").write_text(TABLES[ending], encoding="utf-8")

    names = names_beside(ScanFile(tmp_path / mask))

    assert (names[1].name, names[2].name) == ("Left lung", "Heart")
    assert names[1].colour == (None if ending == ".json" else (255, 128, 0))


def test_the_table_of_nnu_net_names_labels_the_other_way_round(tmp_path: Path) -> None:
    (tmp_path / "mask.json").write_text('{"labels": {"background": 0, "Heart": 2}}')

    assert names_beside(ScanFile(tmp_path / "mask.nii.gz"))[2] == NamedLabel("Heart")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mask.json", b"{ no json"),
        ("mask.json", b"[1, 2]"),
        ("mask.json", b'{"1": {"deep": 1}}'),
        ("mask.tsv", b"number\tword\n1\tHeart"),
        ("mask.txt", b"words about the mask"),
        ("mask.txt", b"\xff\xfe\x00"),
        ("mask.tsv", b""),
    ],
)
def test_a_file_that_is_no_table_gives_no_names(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)

    assert names_beside(ScanFile(tmp_path / "mask.nii.gz")) == {}


def test_names_stand_in_the_extension_of_a_nifti() -> None:
    text = (
        "<CaretExtension><LabelTable>"
        '<Label Key="5" Red="1.0" Green="0.5" Blue="0" Alpha="1"><![CDATA[Liver & bile]]></Label>'
        '<Label Key="7" Red="" Green="" Blue=""><![CDATA[Heart]]></Label>'
        "</LabelTable></CaretExtension>"
    )

    names = names_in_caret(text)

    assert names == {5: NamedLabel("Liver & bile", (255, 128, 0)), 7: NamedLabel("Heart")}


def test_names_stand_in_the_header_of_a_slicer_segmentation() -> None:
    header = (
        "NRRD0004\nSegment0_LabelValue:=4\nSegment0_Name:=Aorta\nSegment0_Color:=1 0 0.5\n"
        "Segment1_Name:=Without a number\n"
    )

    assert names_in_segments(header) == {4: NamedLabel("Aorta", (255, 0, 128))}


def test_a_label_without_a_name_is_called_by_its_number() -> None:
    (label,) = labels_of((3,), {1: NamedLabel("Heart")})

    assert label == Label(3, "Label 3", colour_of(3))
