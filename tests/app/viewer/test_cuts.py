"""A cut is a box of six planes and one more, each with the kept side before it."""

import numpy as np

from app.viewer.cuts import NO_CUT, Cut, CutPlane


def test_nothing_is_cut_by_no_plane() -> None:
    assert NO_CUT.planes() == ()


def test_the_middle_of_a_box_lies_on_the_kept_side_of_all_its_faces() -> None:
    middle = np.array((5.0, 15.0, 25.0))

    faces = Cut((0.0, 10.0, 20.0), (10.0, 20.0, 30.0)).planes()

    assert len(faces) == 6
    for face in faces:
        assert (middle - np.array(face.point_mm)) @ np.array(face.normal) == 5.0


def test_a_plane_of_its_own_joins_the_box() -> None:
    plane = CutPlane((0.0, 0.0, 0.0), (0.0, 1.0, 1.0))

    assert Cut(lowest_mm=(0.0, 0.0, 0.0), plane=plane).planes()[0] is plane
    assert len(Cut(lowest_mm=(0.0, 0.0, 0.0), plane=plane).planes()) == 4
