"""Sizes of the released checkpoint: the paper's totals, counted."""

from medct_core.training.reproduce.released import ReleasedSizes


def test_the_adapter_is_the_papers_and_much_smaller_than_it_says() -> None:
    sizes = ReleasedSizes.counted()

    assert (sizes.adapter.layers, sizes.adapter.parameters) == (97, 1_667_072)
    assert round(sizes.checkpoint_bytes / 1e9, 2) == 1.77
    assert round(sizes.adapter_bytes / 1e6, 1) == 6.7
    assert 264 < sizes.ratio < 266
