"""One run: what it is told, what it learns from, and what is kept of it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from medct_core.cancel import Cancelled, CancelToken
from medct_core.models.adapter_manifest import ADAPTER_WEIGHTS_FILE, read_adapter_manifest
from medct_core.training.adapt.progress import FitProgress
from medct_core.training.cohort import ScanViewer
from medct_core.training.reproduce.answers import READOUTS
from medct_core.training.reproduce.evidence import reached_share, trained_share
from medct_core.training.reproduce.plan import Method, Ranks, Run, planned_runs
from medct_core.training.reproduce.run import (
    ChosenScans,
    config_of,
    identities,
    perform,
    training_scans,
)
from medct_core.training.reproduce.work import EPOCHS, Work
from tests.reproduce_samples import NoisyScans, TinyMaterials

LORA = Run("M", Method.LORA, "paper", Ranks.PAPER, scans=1000)
PROMPT = replace(LORA, head="prompt")


def _ignore(_progress: FitProgress) -> None:
    return


@pytest.fixture
def materials(tmp_path: Path) -> TinyMaterials:
    return TinyMaterials(tmp_path / "bases")


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path / "work", epochs=1)


def test_the_main_runs_are_trained_as_the_paper_says() -> None:
    config = config_of(LORA, EPOCHS)

    assert (config.tune, config.head, config.preset, config.loss) == (
        "lora",
        "paper",
        "paper",
        "bce",
    )
    assert (config.epochs, config.rate, config.weight_decay) == (15, 5e-4, 0.01)
    assert (config.own_ranks, config.head_dropout) == (False, 0.3)


def test_small_ranks_keep_alpha_twice_the_rank() -> None:
    config = config_of(replace(LORA, ranks=Ranks.SMALL), EPOCHS)

    assert (config.vision_rank, config.vision_alpha) == (4, 8)
    assert (config.text_rank, config.text_alpha) == (2, 4)


@given(
    st.sampled_from(
        [run for run in planned_runs() if run.ranks or run.method in (Method.FULL, Method.HEAD)]
    )
)
def test_every_planned_run_has_settings_that_make_sense(run: Run) -> None:
    config = config_of(run, EPOCHS)

    assert (config.seed, config.towers) == (run.seed, run.towers)
    assert config.tune == run.method.value


def test_a_base_is_measured_without_learning(materials: TinyMaterials, work: Work) -> None:
    record, answers = perform(Run("M"), materials, work, cancel=CancelToken(), on_progress=_ignore)

    assert record.sizes["trained"] == 0
    assert record.data == identities(materials.tests)
    assert record.metrics["auroc"]["own"] == record.metrics["auroc"]["prompts"]
    assert answers.truth["B"].shape == (12, 18)


def test_lora_leaves_an_adapter_and_the_text_tower_as_it_was(
    materials: TinyMaterials, work: Work
) -> None:
    record, answers = perform(LORA, materials, work, cancel=CancelToken(), on_progress=_ignore)

    folder = work.of(LORA) / "adapter"
    manifest = read_adapter_manifest(folder)
    tensors = load_file(folder / ADAPTER_WEIGHTS_FILE)
    learned = {name for name, one in tensors.items() if "lora_B" in name and one.any()}
    assert learned
    assert not any("text_transformer" in name for name in learned)
    assert record.sizes["adapter_parameters"] == manifest.parameters
    reached = sum(
        one.numel() for name, one in tensors.items() if name.replace("lora_A", "lora_B") in learned
    )
    assert record.sizes["adapter_parameters_reached"] == reached
    assert manifest.head_sha256 is not None
    assert record.sizes["merged_difference"] < 1e-4
    assert record.config["training_sha256"] == materials.training.identity
    assert set(answers.thresholds) == set(READOUTS)


def test_a_run_with_prompts_answers_by_prompts(materials: TinyMaterials, work: Work) -> None:
    _, answers = perform(PROMPT, materials, work, cancel=CancelToken(), on_progress=_ignore)

    np.testing.assert_array_equal(answers.logits["own", "B"], answers.logits["prompts", "B"])


@pytest.mark.parametrize("method", [Method.FULL, Method.HEAD])
def test_other_ways_to_learn_leave_no_adapter(
    materials: TinyMaterials, work: Work, method: Method
) -> None:
    run = replace(LORA, method=method, ranks=None)

    record, _ = perform(run, materials, work, cancel=CancelToken(), on_progress=_ignore)

    assert "adapter_bytes" not in record.sizes
    assert record.sizes["trained"] > 0


def test_what_every_weight_may_learn_is_told_from_what_a_gradient_came_to(
    materials: TinyMaterials, work: Work
) -> None:
    run = replace(LORA, method=Method.FULL, ranks=None)

    record, _ = perform(run, materials, work, cancel=CancelToken(), on_progress=_ignore)

    text = sum(p.numel() for p in materials.base("M").network.text_transformer.parameters())
    changed = record.sizes["network_parameters_changed"]
    assert 0 < changed <= record.sizes["network_parameters"] - text
    assert 0 < (trained_share(record) or 0) <= 1
    assert reached_share(record) == changed / record.sizes["network_parameters"]


def test_a_head_alone_learns_and_the_network_does_not(materials: TinyMaterials, work: Work) -> None:
    run = replace(LORA, method=Method.HEAD, ranks=None)

    record, _ = perform(run, materials, work, cancel=CancelToken(), on_progress=_ignore)

    head = record.sizes["head_parameters"]
    assert record.sizes["trained"] == head
    assert trained_share(record) == head / record.sizes["network_parameters"]
    assert reached_share(record) is None


def test_the_same_run_gives_the_same_answers(materials: TinyMaterials, tmp_path: Path) -> None:
    both = [
        perform(
            LORA,
            materials,
            Work(tmp_path / name, epochs=1),
            cancel=CancelToken(),
            on_progress=_ignore,
        )[1].to_arrays()
        for name in ("one", "two")
    ]

    for name, values in both[0].items():
        np.testing.assert_array_equal(both[1][name], values)


def test_a_run_that_was_stopped_goes_on(materials: TinyMaterials, work: Work) -> None:
    token = CancelToken()

    def stop(progress: FitProgress) -> None:
        token.cancel()

    with pytest.raises(Cancelled):
        perform(LORA, materials, work, cancel=token, on_progress=stop)
    steps: list[int] = []

    def note(progress: FitProgress) -> None:
        steps.append(progress.step)

    perform(LORA, materials, work, cancel=CancelToken(), on_progress=note)

    assert steps == [2]


@given(st.permutations(range(16)), st.integers(1, 16))
def test_chosen_scans_look_as_they_do_among_all(order: Sequence[int], count: int) -> None:
    whole: ScanViewer = NoisyScans("train", 16)
    few = ChosenScans(whole, order[:count])

    shown = few.views(range(count), 3)

    np.testing.assert_array_equal(shown.values, whole.views(order[:count], 3).values)
    assert few.cohort.reports == shown.reports
    np.testing.assert_array_equal(few.cohort.labels, whole.cohort.labels[list(order[:count])])


def test_few_scans_differ_from_seed_to_seed_and_stay_for_one(materials: TinyMaterials) -> None:
    few = [replace(LORA, scans=5, seed=seed) for seed in (0, 0, 1)]

    chosen = [training_scans(run, TinyMaterials(Path(), "")) for run in few]

    assert [len(viewer.cohort) for viewer in chosen] == [5, 5, 5]
    assert chosen[0].identity == chosen[1].identity
    places = [[name.split()[1] for name in viewer.cohort.scans] for viewer in chosen]
    assert places[0] != places[2]


def test_all_scans_are_shown_as_they_come(materials: TinyMaterials) -> None:
    assert training_scans(LORA, materials).identity == materials.training.identity


@pytest.mark.parametrize("method", [Method.CLIP_ADAPTER, Method.TIP_ADAPTER, Method.TIP_ADAPTER_F])
def test_what_is_fitted_to_vectors_leaves_the_model_as_it_was(
    materials: TinyMaterials, work: Work, method: Method
) -> None:
    run = Run("M", method, scans=1000)

    record, answers = perform(run, materials, work, cancel=CancelToken(), on_progress=_ignore)

    _, base = perform(Run("M"), materials, work, cancel=CancelToken(), on_progress=_ignore)
    np.testing.assert_array_equal(answers.logits["prompts", "B"], base.logits["own", "B"])
    assert answers.logits["own", "B"].shape == base.logits["own", "B"].shape
    assert record.config["training_sha256"] == materials.training.identity
    assert record.seconds["training"] > 0
    assert (record.sizes["trained"] == 0) == (method is Method.TIP_ADAPTER)
