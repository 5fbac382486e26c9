"""Masks are laid over the scan they belong to, and over no other."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.controllers.read_study import FoundStudy, find_study, read_scan
from app.controllers.show_masks import NO_SCAN, ShowMasks
from app.state.masks import MasksState
from app.state.session import OpenScan, SessionState
from app.state.view import Overlay, ViewState
from app.workers.loader_pool import LoaderPool
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError, UnsupportedImageError
from tests import mask_samples
from tests.app.stand_ins import PATIENCE_MS, FakeLoader

pytestmark = pytest.mark.gui


def opened(path: Path) -> OpenScan:
    """Read a scan as a window would."""
    found = find_study(path)
    assert isinstance(found, FoundStudy)
    return read_scan(found, None, CancelToken(), lambda _: None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a scan twice, a mask of it, and one that overlaps nothing."""
    folder = tmp_path_factory.mktemp("masks")
    rng = np.random.default_rng(0)
    values = rng.integers(-900, 900, mask_samples.SHAPE).astype(np.int16)
    mask_samples.write_nifti(folder / "scan.nii", values)
    mask_samples.write_nifti(folder / "other.nii", values)
    labels = mask_samples.stored_labels(mask_samples.two_blocks())
    mask_samples.write_nifti(folder / "mask.nii.gz", labels)
    data = mask_samples.segmentation(mask_samples.two_blocks())
    for item in data.PerFrameFunctionalGroupsSequence:
        position = item.PlanePositionSequence[0].ImagePositionPatient
        item.PlanePositionSequence[0].ImagePositionPatient = [*position[:2], position[2] + 900]
    mask_samples.save(data, folder / "far.dcm")
    return folder


class Window:
    """One window with a loader that answers when told."""

    def __init__(self, scan: OpenScan | None) -> None:
        self.session, self.masks, self.view = SessionState(), MasksState(), ViewState()
        self.loader = FakeLoader()
        loader = self.loader.as_loader()
        self.controller = ShowMasks(self.session, self.masks, self.view, loader)
        self.session.set_scan(scan)


@pytest.fixture
def window(qapp: object, folder: Path) -> Window:
    return Window(opened(folder / "scan.nii"))


def test_a_mask_is_read_measured_and_shown(window: Window, folder: Path) -> None:
    window.view.hide_overlay(Overlay.MASKS)

    window.controller.open_path(folder / "mask.nii.gz")
    assert window.masks.loading == "mask.nii.gz"
    window.loader.finish(1)

    (mask,) = window.masks.masks
    assert (mask.name, window.masks.loading) == ("mask.nii.gz", "")
    assert [one.label.value for one in mask.labels] == [1, 3]
    assert mask.labels[0].facts.volume_ml == pytest.approx(0.162)
    assert Overlay.MASKS in window.view.overlays


def test_without_a_scan_there_is_nothing_to_lay_it_over(qapp: object, folder: Path) -> None:
    window = Window(None)

    window.controller.open_path(folder / "mask.nii.gz")

    assert window.masks.problem == NO_SCAN
    assert window.loader.works == []


@pytest.mark.parametrize(
    ("name", "reason"), [("far.dcm", "does not overlap"), ("other.nii", "an image, not a mask")]
)
def test_what_is_no_mask_of_this_scan_is_refused_with_the_reason(
    window: Window, folder: Path, name: str, reason: str
) -> None:
    window.controller.open_path(folder / name)
    with pytest.raises(MedctError) as refused:
        window.loader.finish(1)
    window.loader.failed.emit(1, refused.value)

    assert window.masks.problem is not None
    assert reason in window.masks.problem.summary
    assert window.masks.masks == ()
    assert window.masks.loading == ""


def test_the_next_wish_takes_the_reason_away(window: Window, folder: Path) -> None:
    window.controller.open_path(folder / "far.dcm")
    window.loader.failed.emit(1, UnsupportedImageError("a", remedy="b"))

    window.controller.open_path(folder / "mask.nii.gz")

    assert window.masks.problem is None


def test_a_mask_of_the_scan_before_is_never_shown(window: Window, folder: Path) -> None:
    window.controller.open_path(folder / "mask.nii.gz")

    window.session.set_scan(opened(folder / "other.nii"))
    window.loader.finish(1)

    assert window.masks.masks == ()
    assert window.loader.stopped == [1]


def test_another_scan_takes_the_masks_away(window: Window, folder: Path) -> None:
    window.controller.open_path(folder / "mask.nii.gz")
    window.loader.finish(1)

    window.session.set_scan(None)

    assert window.masks.masks == ()


def test_a_structure_is_gone_to_and_shown(window: Window, folder: Path) -> None:
    window.controller.open_path(folder / "mask.nii.gz")
    window.loader.finish(1)
    (mask,) = window.masks.masks
    window.controller.show_labels(mask.identity, frozenset())
    window.view.hide_overlay(Overlay.MASKS)

    window.controller.go_to(mask.identity, 3)

    expected = mask_samples.geometry().to_patient([7, 4, 5])
    np.testing.assert_allclose(window.view.crosshair_mm, expected)
    assert window.masks.masks[0].shown == {3}
    assert Overlay.MASKS in window.view.overlays


def test_a_mask_gets_clearer_and_is_closed(window: Window, folder: Path) -> None:
    window.controller.open_path(folder / "mask.nii.gz")
    window.loader.finish(1)
    identity = window.masks.masks[0].identity

    window.controller.set_opacity(identity, 0.9)
    assert window.masks.masks[0].opacity == 0.9

    window.controller.close_mask(identity)
    assert window.masks.masks == ()


def test_what_was_cancelled_changes_nothing(window: Window, folder: Path) -> None:
    window.controller.open_path(folder / "mask.nii.gz")
    window.loader.cancelled.emit(1)
    window.loader.finish(1)

    assert window.masks.loading == ""
    assert window.masks.masks == ()


def test_a_real_thread_reads_it_too(qtbot: QtBot, folder: Path) -> None:
    session, masks, loader = SessionState(), MasksState(), LoaderPool()
    controller = ShowMasks(session, masks, ViewState(), loader)
    session.set_scan(opened(folder / "scan.nii"))

    with qtbot.waitSignal(masks.masks_changed, timeout=PATIENCE_MS):
        controller.open_path(folder / "mask.nii.gz")
    with qtbot.waitSignal(masks.problem_changed, timeout=PATIENCE_MS):
        controller.open_path(folder / "far.dcm")
    loader.stop()

    assert [mask.name for mask in masks.masks] == ["mask.nii.gz"]
    assert masks.problem is not None
