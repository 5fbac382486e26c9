"""What was shown is shown again, or refused whole; never the patient's name."""

import math
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.case_values import NewerVersionError
from app.state.view import Layout, Overlay, PlaneKind, Slab, SlabMode, ViewState, standard_plane
from app.state.view_values import (
    ShownPart,
    ShownViews,
    show_views,
    views_from_values,
    views_of,
    views_to_values,
)
from medct_core.measurement.fields import JsonValue, format_json, parse_json
from medct_core.volume.window import LUNG, Window

_MM = st.floats(-500, 500).map(lambda one: one + 0.0)
POINTS = st.tuples(_MM, _MM, _MM)


@st.composite
def shown(draw: st.DrawFn) -> ShownViews:
    """Give anything a window may show."""
    crosshair = draw(POINTS)
    turn = draw(st.floats(-math.pi, math.pi))
    planes = {
        kind: standard_plane(kind, crosshair).turned((0.0, 0.0, 1.0), turn) for kind in PlaneKind
    }
    return ShownViews(
        crosshair_mm=crosshair,
        planes=planes,
        window=Window(draw(st.floats(-1000, 1000)), draw(st.floats(2, 4000))),
        layout=draw(st.sampled_from(Layout)),
        inverted=draw(st.booleans()),
        slab=Slab(draw(st.sampled_from(SlabMode)), draw(st.floats(0, 50))),
        overlays=draw(st.frozensets(st.sampled_from(Overlay))),
        heatmap_opacity=draw(st.floats(0, 1)),
        smooth=draw(st.booleans()),
        parts=draw(
            st.dictionaries(
                st.sampled_from(PlaneKind), st.builds(ShownPart, POINTS, st.floats(1, 900))
            )
        ),
    )


VALUES = views_to_values(views_of(ViewState(), {PlaneKind.AXIAL: ShownPart((1.0, 2.0, 3.0), 90.0)}))


def through_a_file(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    read = parse_json(format_json(values))
    assert isinstance(read, dict)
    return read


@given(views=shown())
def test_what_is_shown_comes_back_equal_from_a_file(views: ShownViews) -> None:
    assert views_from_values(through_a_file(views_to_values(views))) == views


@given(views=shown())
def test_a_window_that_shows_the_same_again_says_the_same(views: ShownViews) -> None:
    state = ViewState()

    show_views(views, state)

    assert views_of(state, views.parts) == views


@pytest.mark.parametrize("is_shown", [True, False])
def test_the_patients_name_is_neither_saved_nor_shown_by_a_session(is_shown: bool) -> None:
    with_name, other = ViewState(), ViewState()
    with_name.show_overlay(Overlay.PATIENT_TEXT)
    if is_shown:
        other.show_overlay(Overlay.PATIENT_TEXT)

    views = views_of(with_name, {})
    show_views(views, other)

    assert Overlay.PATIENT_TEXT not in views.overlays
    assert (Overlay.PATIENT_TEXT in other.overlays) == is_shown


def test_planes_pass_through_the_crosshair_again() -> None:
    state, other = ViewState(), ViewState()
    state.set_crosshair((10.0, -20.0, 30.0))
    state.set_window(LUNG)

    show_views(views_from_values(through_a_file(views_to_values(views_of(state, {})))), other)

    assert other.plane(PlaneKind.CORONAL) == state.plane(PlaneKind.CORONAL)
    assert other.window == LUNG


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", 0),
        ("crosshair_mm", [1.0, 2.0]),
        ("planes", {}),
        ("planes", {kind.value: {"right": [1, 0, 0], "down": [1, 0, 0]} for kind in PlaneKind}),
        ("window_width_hu", 0),
        ("layout", "sideways"),
        ("inverted", "no"),
        ("slab_thickness_mm", -1),
        ("overlays", ["ghosts"]),
        ("heatmap_opacity", 2),
        ("parts", {"axial": {"middle_mm": [0, 0, 0], "width_mm": 0}}),
    ],
)
def test_a_wrong_value_is_refused(key: str, value: JsonValue) -> None:
    with pytest.raises(ValueError, match=r".+"):
        views_from_values({**VALUES, key: value})


def test_views_of_the_future_are_told_from_damaged_ones() -> None:
    with pytest.raises(NewerVersionError):
        views_from_values({"version": 2})
    with pytest.raises(ValueError, match="has no version"):
        views_from_values({})
