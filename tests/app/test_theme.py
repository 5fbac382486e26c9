"""The colours: measured contrast, and apart for every kind of colour vision."""

import re
from dataclasses import asdict
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QPalette

from app.theme import DARK, LIGHT, THEMES, Theme, contrast, palette_of, style_sheet_of

pytestmark = pytest.mark.gui

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)

# Linear RGB as seen without one kind of cone: Viénot, Brettel and Mollon 1999 for red and green,
# Machado, Oliveira and Fernandes 2009 (severity 1.0) for blue.
MISSING_CONES = {
    "protanopia": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
    "deuteranopia": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)

Colour = npt.NDArray[np.float64]


def linear(colour: str) -> Colour:
    srgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: Colour) -> Colour:
    xyz = TO_XYZ @ rgb.clip(0, 1) / (TO_XYZ @ np.ones(3))
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_black_on_white_has_the_highest_contrast_there_is() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


def test_contrast_does_not_ask_which_of_two_lies_above() -> None:
    assert contrast("#5db2f0", "#15171c") == contrast("#15171c", "#5db2f0")


@BOTH
def test_every_colour_is_written_in_full(theme: Theme) -> None:
    colours = {key: value for key, value in asdict(theme).items() if key != "name"}

    assert [key for key, value in colours.items() if not re.fullmatch("#[0-9a-f]{6}", value)] == []


@BOTH
@pytest.mark.parametrize("ground", ["window", "surface", "raised", "selection"])
@pytest.mark.parametrize("ink", ["text", "muted"])
def test_text_can_be_read_wherever_it_stands(theme: Theme, ink: str, ground: str) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, ground)) >= 4.5


@BOTH
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *((verdict, "surface") for verdict in ("present", "absent", "undecided")),
        *((verdict, "selection") for verdict in ("present", "absent", "undecided")),
        *(("danger", ground) for ground in ("window", "surface", "danger_surface")),
        ("caution", "caution_surface"),
        ("on_accent", "accent"),
    ],
)
def test_coloured_words_can_be_read(theme: Theme, ink: str, ground: str) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, ground)) >= 4.5


@BOTH
@pytest.mark.parametrize("ground", ["window", "surface"])
@pytest.mark.parametrize("mark", ["border", "accent", "raw", "disabled"])
def test_what_can_be_operated_stands_out_from_its_ground(
    theme: Theme, mark: str, ground: str
) -> None:
    assert contrast(getattr(theme, mark), getattr(theme, ground)) >= 3.0


@BOTH
@pytest.mark.parametrize("kind", MISSING_CONES)
def test_verdicts_stay_apart_for_every_kind_of_colour_vision(theme: Theme, kind: str) -> None:
    seen = [
        lab(np.array(MISSING_CONES[kind]) @ linear(colour))
        for colour in (theme.present, theme.absent, theme.undecided)
    ]

    nearest = min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2))

    # A difference of 2.3 can just be noticed side by side.
    assert nearest > 15


@BOTH
def test_no_colour_is_a_green_that_red_could_be_mistaken_for(theme: Theme) -> None:
    channels = {
        key: [int(value[at : at + 2], 16) for at in (1, 3, 5)]
        for key, value in asdict(theme).items()
        if key != "name"
    }

    greens = [key for key, (r, g, b) in channels.items() if g > 1.15 * r and g > 1.15 * b]

    assert greens == []


@BOTH
def test_the_palette_carries_the_colours_of_the_theme(theme: Theme) -> None:
    palette = palette_of(theme)

    roles = QPalette.ColorRole
    assert palette.color(roles.Window).name() == theme.window
    assert palette.color(roles.Text).name() == theme.text
    assert palette.color(QPalette.ColorGroup.Disabled, roles.Text).name() == theme.disabled


@BOTH
def test_the_style_sheet_leaves_no_colour_open(theme: Theme) -> None:
    sheet = style_sheet_of(theme)

    assert "$" not in sheet
    assert theme.caution_surface in sheet


def test_settings_find_each_theme_by_its_name() -> None:
    assert THEMES == {"dark": DARK, "light": LIGHT}
