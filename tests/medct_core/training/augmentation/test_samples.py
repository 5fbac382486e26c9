"""Samples show each change of a recipe alone, and the draws that training would see."""

from dataclasses import replace

import numpy as np

from medct_core.training.augmentation.augment import Look, Setup, augment
from medct_core.training.augmentation.draw import Draw, Key, Warp
from medct_core.training.augmentation.frame import Frame
from medct_core.training.augmentation.recipes import LATERALITY_SAFE, NONE, PAPER
from medct_core.training.augmentation.samples import in_words, sample_count, samples


def test_each_change_stands_alone_and_the_draws_follow(chance: Look, frame: Frame) -> None:
    made = list(samples(chance, Setup(PAPER, frame), seed=2, draws=2))

    assert [one.title for one in made] == [
        "as it is",
        "rotation",
        "scaling",
        "translation",
        "elastic",
        "flip left right",
        "flip front back",
        "blur",
        "noise",
        "gamma",
        "bias field",
        "draw 1",
        "draw 2",
    ]
    assert len(made) == sample_count(PAPER, 2)
    assert made[0].look is chance
    assert not any(np.array_equal(one.look.values, chance.values) for one in made[1:])
    assert [one.done.split()[0] for one in made[1:6]] == [
        "turned",
        "scaled",
        "moved",
        "bent",
        "left",
    ]


def test_draws_are_those_of_training(chance: Look, frame: Frame) -> None:
    setup = Setup(LATERALITY_SAFE, frame)
    chance = replace(chance, report="Mild cardiomegaly, left effusion.")

    *_, second = samples(chance, setup, seed=2, draws=2)

    expected = augment(chance, setup, Key(2, 0, 1))
    np.testing.assert_array_equal(second.look.values, expected.values)
    assert second.look.report == expected.report


def test_none_shows_the_scan_as_it_is(chance: Look, frame: Frame) -> None:
    made = list(samples(chance, Setup(NONE, frame), seed=0, draws=1))

    assert [(one.title, one.done) for one in made] == [("as it is", ""), ("draw 1", "")]


def test_what_was_drawn_is_said_with_its_numbers() -> None:
    warp = Warp((0.0, 3.0, 4.0), (1.0, 0.9, 1.1), (1.0, -2.0, 10.0), np.full((7, 7, 7, 3), -4.0))
    draw = Draw(
        warp=warp,
        flips_sides=True,
        flips_front=True,
        blur_voxels=(0.5, 1.0, 1.5),
        noise=0.1,
        gamma=0.8,
        bias_field=(0.1,) * 20,
    )

    assert in_words(draw) == (
        "turned 5 deg, scaled 1.00 0.90 1.10, moved 1 -2 10 mm, bent up to 4 mm, left and right "
        "swapped, front and back swapped, blur 0.5 1.0 1.5 voxels, noise 0.100, gamma 0.80, "
        "bias field"
    )
    assert in_words(Draw()) == ""
