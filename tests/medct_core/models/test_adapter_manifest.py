"""What an adapter says of itself: whether it is whole, and whether anyone should choose it."""

import json
import math
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import ModelUnavailableError
from medct_core.models.adapter_manifest import (
    ADAPTER_FILE,
    HEAD_FILE,
    LEARNED_FROM_FILE,
    AdapterManifest,
    HeldOut,
    read_adapter_manifest,
    read_learned_from,
    verify_adapter,
    write_learned_from,
)
from tests.adapter_samples import BETTER, WORSE, write_adapter

_SHARES = st.floats(0, 1)


def _manifest(metrics: dict[str, float]) -> AdapterManifest:
    return AdapterManifest("site", "tiny", "a" * 64, "r", "b" * 64, "c" * 64, metrics=metrics)


@given(_SHARES, _SHARES, st.integers(1, 1000))
def test_only_what_beats_its_base_is_offered(auroc: float, base: float, patients: int) -> None:
    manifest = _manifest(
        {
            "held_out_mean_auroc": auroc,
            "held_out_base_mean_auroc": base,
            "held_out_patients": patients,
        }
    )

    assert manifest.held_out == HeldOut(auroc, base, patients)
    assert (manifest.why_not_offered == "") == (auroc > base)


def test_why_it_is_not_offered_is_said_with_the_numbers() -> None:
    why = _manifest(dict(WORSE)).why_not_offered

    assert why == (
        "with the adapter the mean AUROC is 0.650, with tiny alone 0.700, on 41 held-out patients"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"held_out_mean_auroc": math.nan},
        {"held_out_base_mean_auroc": math.inf},
        {"held_out_patients": 0},
    ],
)
def test_what_was_not_measured_is_not_offered(change: dict[str, float]) -> None:
    assert "never compared" in _manifest({**BETTER, **change}).why_not_offered
    assert "never compared" in _manifest({}).why_not_offered


def test_the_number_of_a_head_alone_offers_nobody() -> None:
    by_head = replace(_manifest(dict(BETTER)), head_sha256="d" * 64)
    by_both = replace(by_head, metrics={**BETTER, "held_out_head_mean_auroc": 0.9})

    assert "never compared" in by_head.why_not_offered
    assert by_both.why_not_offered == ""


@given(st.dictionaries(st.text(max_size=8), st.floats(allow_nan=False), max_size=4))
def test_a_manifest_comes_back_as_it_was(metrics: dict[str, float]) -> None:
    manifest = _manifest(metrics)

    assert AdapterManifest.from_json(manifest.to_json()) == manifest


def test_metrics_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    content = json.loads(_manifest({}).to_json()) | {"metrics": {"held_out_patients": "many"}}
    (tmp_path / ADAPTER_FILE).write_text(json.dumps(content))

    with pytest.raises(ModelUnavailableError, match="cannot be used"):
        read_adapter_manifest(tmp_path)


@given(st.frozensets(st.text("0123456789abcdef", min_size=64, max_size=64), max_size=5))
def test_scans_learned_from_come_back(keys: frozenset[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sha256 = write_learned_from(keys, Path(folder))

        manifest = replace(_manifest({}), learned_from_sha256=sha256)

        assert read_learned_from(Path(folder), manifest) == keys
        assert (LEARNED_FROM_FILE in manifest.files) == bool(keys)


def test_a_damaged_list_of_scans_is_refused(tmp_path: Path) -> None:
    sha256 = write_learned_from(["a" * 64], tmp_path)
    (tmp_path / LEARNED_FROM_FILE).write_text("no list", encoding="utf-8")

    with pytest.raises(ModelUnavailableError, match="cannot be read"):
        read_learned_from(tmp_path, replace(_manifest({}), learned_from_sha256=sha256))


@pytest.mark.parametrize("is_missing", [False, True])
def test_every_file_is_hashed(
    tiny_folder: Path, tmp_path: Path, spoil: Callable[[Path], None], is_missing: bool
) -> None:
    folder = write_adapter(tiny_folder, tmp_path / "site", has_head=True)
    manifest = read_adapter_manifest(folder)
    verify_adapter(folder, manifest)
    if is_missing:
        (folder / HEAD_FILE).unlink()
    else:
        spoil(folder / HEAD_FILE)

    with pytest.raises(ModelUnavailableError, match=r"head\.safetensors of the adapter 'site' is"):
        verify_adapter(folder, manifest)


def test_a_folder_that_is_not_there_is_called_that(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match=r"There is no folder .*gone"):
        read_adapter_manifest(tmp_path / "gone")


def test_a_manifest_without_an_entry_is_told_which(tmp_path: Path) -> None:
    (tmp_path / "adapter.json").write_text("{}")

    with pytest.raises(ModelUnavailableError, match=r"cannot be used \(it lacks '\w+'\)"):
        read_adapter_manifest(tmp_path)
