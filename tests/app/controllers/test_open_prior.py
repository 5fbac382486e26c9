"""A prior is opened beside the scan, and closed with its study."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.controllers.open_prior import NO_SCAN, OpenPrior, comparison_notices
from app.controllers.read_study import find_study, read_scan
from app.state.session import OpenScan, SessionState
from medct_core.cancel import CancelToken
from medct_core.io.study import PatientText
from medct_core.volume.volume import Unit, Volume
from tests import small_chest
from tests.app.stand_ins import FakeLoader

pytestmark = pytest.mark.gui

ERIKA = PatientText("Musterfrau, Erika", "4711", date(1950, 1, 2), "F")


def opened(path: Path) -> OpenScan:
    return read_scan(find_study(path), None, CancelToken(), lambda _: None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write two chests."""
    folder = tmp_path_factory.mktemp("priors")
    for seed, name in enumerate(("now.nii.gz", "then.nii.gz")):
        small_chest.write(folder / name, seed)
    return folder


class Comparing:
    """One window with a loader that answers when told."""

    def __init__(self) -> None:
        self.session, self.prior, self.loader = SessionState(), SessionState(), FakeLoader()
        loader = self.loader.as_loader()
        self.controller = OpenPrior(self.session, self.prior, loader)
        self.told: list[object] = []
        self.controller.notices_changed.connect(self.told.append)

    def open_whole(self, path: Path) -> None:
        """Open a prior from the first header to the last voxel."""
        done = len(self.loader.works)
        self.controller.open_path(path)
        while done < len(self.loader.works):
            done += 1
            self.loader.finish(done)


@pytest.fixture
def comparing(qapp: object, folder: Path) -> Comparing:
    window = Comparing()
    window.session.set_scan(opened(folder / "now.nii.gz"))
    return window


def test_a_prior_is_read_beside_the_scan(comparing: Comparing, folder: Path) -> None:
    current = comparing.session.scan

    comparing.open_whole(folder / "then.nii.gz")

    assert comparing.prior.volume is not None
    assert comparing.prior.volume.source == "then.nii.gz"
    assert comparing.session.scan is current
    assert comparing.controller.notices == ()


def test_without_a_scan_there_is_nothing_to_compare_with(qapp: object, folder: Path) -> None:
    window = Comparing()

    window.controller.open_path(folder / "then.nii.gz")

    assert window.prior.problem == NO_SCAN
    assert window.loader.works == []


def test_another_study_closes_the_prior(comparing: Comparing, folder: Path) -> None:
    comparing.open_whole(folder / "then.nii.gz")

    comparing.session.set_scan(opened(folder / "then.nii.gz"))

    assert comparing.prior.scan is None
    assert comparing.told[-1] == ()


def test_another_series_of_the_study_keeps_it(comparing: Comparing, folder: Path) -> None:
    comparing.open_whole(folder / "then.nii.gz")
    prior, scan = comparing.prior.scan, comparing.session.scan
    assert scan is not None

    comparing.session.set_scan(replace(scan, notices=()))

    assert comparing.prior.scan is prior


def test_a_prior_on_its_way_is_not_shown_beside_another_study(
    comparing: Comparing, folder: Path
) -> None:
    comparing.controller.open_path(folder / "then.nii.gz")

    comparing.session.set_scan(opened(folder / "then.nii.gz"))
    comparing.loader.finish(1)

    assert comparing.prior.scan is None
    assert len(comparing.loader.works) == 1


def test_it_is_closed_when_asked(comparing: Comparing, folder: Path) -> None:
    comparing.open_whole(folder / "then.nii.gz")

    comparing.controller.close_prior()

    assert comparing.prior.scan is None


def test_stopping_leaves_the_open_prior(comparing: Comparing, folder: Path) -> None:
    comparing.open_whole(folder / "then.nii.gz")
    prior = comparing.prior.scan

    comparing.controller.open_path(folder / "now.nii.gz")
    comparing.controller.cancel()
    comparing.loader.finish(len(comparing.loader.works))

    assert comparing.prior.scan is prior
    assert comparing.prior.loading is None


def test_the_series_of_the_prior_can_be_changed(comparing: Comparing, folder: Path) -> None:
    comparing.open_whole(folder / "then.nii.gz")
    before = len(comparing.loader.works)
    assert comparing.prior.series is not None

    comparing.controller.opening.choose_series(comparing.prior.series)

    assert len(comparing.loader.works) > before


def test_the_same_scan_is_told(comparing: Comparing, folder: Path) -> None:
    comparing.open_whole(folder / "now.nii.gz")

    assert [notice.code for notice in comparing.controller.notices] == ["prior-same-scan"]
    assert comparing.told[-1] == comparing.controller.notices


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (replace(ERIKA, name="Other, Ann"), "name"),
        (replace(ERIKA, patient_id="4712", sex="M"), "number and sex"),
        (replace(ERIKA, birth_date=date(1950, 1, 3)), "birth date"),
    ],
)
def test_another_patient_is_told_without_a_name(
    folder: Path, other: PatientText, words: str
) -> None:
    now = replace(opened(folder / "now.nii.gz"), patient=ERIKA)
    then = replace(opened(folder / "then.nii.gz"), patient=other)

    (notice,) = comparison_notices(now, then)

    assert notice.text == f"The prior may be of another patient: not the same {words}."


def test_what_one_header_leaves_out_does_not_count(folder: Path) -> None:
    now = replace(opened(folder / "now.nii.gz"), patient=ERIKA)
    then = opened(folder / "then.nii.gz")

    assert comparison_notices(now, then) == ()
    assert (
        comparison_notices(now, replace(then, patient=replace(ERIKA, name="MUSTERFRAU, ERIKA")))
        == ()
    )


def test_a_prior_that_is_later_and_one_in_other_units_are_told(folder: Path) -> None:
    now, then = opened(folder / "now.nii.gz"), opened(folder / "then.nii.gz")
    volume = then.volume
    then = replace(
        then,
        study=replace(then.study, date=date(2026, 5, 1)),
        volume=Volume(volume.values, Unit.ARBITRARY, volume.geometry, volume.source),
    )
    now = replace(now, study=replace(now.study, date=date(2025, 5, 1)))

    codes = [notice.code for notice in comparison_notices(now, then)]

    assert codes == ["prior-is-later", "prior-not-hu"]
