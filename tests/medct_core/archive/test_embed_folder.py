"""Scans into the library: each once, named after nobody, whatever interrupts the work."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from medct_core.archive.known_facts import KnownFacts
from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import OutOfDiskError
from medct_core.inference.engine import InferenceEngine
from medct_core.io.open import scans_in
from medct_core.retrieval.library_case import KnownFinding, LibraryCase
from medct_core.retrieval.patient_key import patient_key
from tests import small_chest, tiny_model
from tests.library_bytes import ROOT, files_holding
from tests.medct_core.io import making

pytest.importorskip("lancedb")
from medct_core.archive.embed_folder import Embedder, Outcome, State, WantedScan, add_scans
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_health import check_library


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> InferenceEngine:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    return InferenceEngine(tiny_model.loaded_model(folder, tiny_model.PAIR))


@pytest.fixture
def embedder(tmp_path: Path, engine: InferenceEngine) -> Embedder:
    return Embedder(CaseLibrary.create(str(tmp_path / "library")), engine)


def bring(embedder: Embedder, *paths: Path, facts: KnownFacts | None = None) -> list[Outcome]:
    wanted = [WantedScan(path, facts or KnownFacts()) for path in paths]
    return list(add_scans(embedder, wanted))


def states(outcomes: Sequence[Outcome]) -> list[State]:
    return [outcome.state for outcome in outcomes]


def only_case(embedder: Embedder) -> LibraryCase:
    (case,) = embedder.library.cases()
    return case


def dicom_chest(folder: Path) -> Path:
    def describe(_k: int, data: Dataset) -> None:
        data.ContrastBolusAgent, data.SliceThickness = "Iomeprol", "5"

    return making.write_series(folder, small_chest.volume(3), change=describe)


def test_a_scan_becomes_a_case(embedder: Embedder, tmp_path: Path) -> None:
    path = small_chest.write(tmp_path / "a.nii.gz")

    (outcome,) = bring(embedder, path)

    case = only_case(embedder)
    assert outcome == Outcome(path, State.ADDED, case.case_id)
    assert case.source == "a.nii.gz"
    assert case.scan_sha256 == small_chest.volume().content_sha256
    assert case.stamp == embedder.engine.stamp
    assert case.codes_shape == (4, 4, 4)
    assert case.slice_thickness_mm == pytest.approx(small_chest.SPACING_MM[2])
    assert (case.patient_key, case.study_key) == ("", "")
    assert case.thumbnails.axial.std() > 10


def test_what_is_there_is_not_embedded_again(
    embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small_chest.write(tmp_path / "a.nii.gz")
    copy = tmp_path / "copy.nii.gz"
    copy.write_bytes(path.read_bytes())
    bring(embedder, path)
    monkeypatch.delattr(InferenceEngine, "embed_volume")

    outcomes = bring(embedder, path, copy)

    assert states(outcomes) == [State.THERE] * 2
    assert only_case(embedder).source == "a.nii.gz"


def test_another_model_gives_a_case_of_its_own(
    embedder: Embedder, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = small_chest.write(tmp_path / "a.nii.gz")
    kind = replace(tiny_model.LOCAL, name="other", seed=6)
    folder = tmp_path_factory.mktemp("models") / "other"
    other = InferenceEngine(tiny_model.loaded_model(folder, kind))

    outcomes = bring(embedder, path) + bring(Embedder(embedder.library, other), path)

    assert states(outcomes) == [State.ADDED] * 2
    assert {case.stamp.model for case in embedder.library.cases()} == {"tiny", "other"}


def test_a_refused_scan_stops_no_other(embedder: Embedder, tmp_path: Path) -> None:
    paths = [
        small_chest.write(tmp_path / "head.nii.gz", lung_hu=50),
        tmp_path / "gone.nii.gz",
        small_chest.write(tmp_path / "a.nii.gz"),
    ]

    outcomes = bring(embedder, *paths)

    assert states(outcomes) == [State.REFUSED, State.REFUSED, State.ADDED]
    assert "cannot be added" in str(outcomes[0].error)
    assert "lungs" in str(outcomes[0].error)
    assert "gone.nii.gz" in str(outcomes[1].error)
    assert embedder.library.count() == 1


def test_force_takes_an_unsuitable_scan(embedder: Embedder, tmp_path: Path) -> None:
    path = small_chest.write(tmp_path / "head.nii.gz", lung_hu=50)

    outcomes = bring(replace(embedder, force=True), path)

    assert states(outcomes) == [State.ADDED]


def test_a_header_tells_what_is_known_and_nobody_is_named(
    embedder: Embedder, tmp_path: Path
) -> None:
    folder = dicom_chest(tmp_path / f"MUSTERFRAU_Erika_{making.PATIENT_ID}")

    bring(embedder, folder, facts=KnownFacts(report="Musterfrau: no effusion."))

    case = only_case(embedder)
    assert (case.age_band, case.sex, case.contrast) == ("70-79", "F", True)
    assert case.slice_thickness_mm == 5.0
    assert case.patient_key == patient_key(making.PATIENT_ID, embedder.library.salt)
    assert case.study_key
    assert case.report == "[removed]: no effusion."
    library = Path(embedder.library.address)
    for word in (b"usterfrau", b"USTERFRAU", b"Erika", making.PATIENT_ID.encode(), b"19500102"):
        assert files_holding(library, word) == []


def test_the_number_a_person_gives_counts_more_than_the_header(
    embedder: Embedder, tmp_path: Path
) -> None:
    folder = dicom_chest(tmp_path / "ct")

    bring(embedder, folder, facts=KnownFacts(patient="P-7"))

    assert only_case(embedder).patient_key == patient_key("P-7", embedder.library.salt)


def test_what_lies_beside_a_phantom_is_known(embedder: Embedder, tmp_path: Path) -> None:
    path = small_chest.write(tmp_path / "p.nii.gz")
    drawn = {"phantom_version": 2, "seed": 7, "findings": [{"name": "Emphysema"}]}
    (tmp_path / "p.findings.json").write_text(json.dumps(drawn), encoding="utf-8")

    bring(embedder, path)

    case = only_case(embedder)
    assert [one.name for one in case.findings if one.is_present] == ["Emphysema"]
    assert case.patient_key != ""
    assert case.source == "p.nii.gz"


def test_how_a_scan_was_made_reaches_a_case_of_an_older_program(
    embedder: Embedder, tmp_path: Path
) -> None:
    path = small_chest.write(tmp_path / "p.nii.gz")
    bring(embedder, path)
    drawn = {"phantom_version": 2, "seed": 7, "domain": "b", "findings": []}
    (tmp_path / "p.findings.json").write_text(json.dumps(drawn), encoding="utf-8")

    first, second = bring(embedder, path), bring(embedder, path)

    assert states(first + second) == [State.UPDATED, State.THERE]
    assert only_case(embedder).scanner == "phantom b"
    assert only_case(embedder).findings == ()


def test_new_facts_reach_a_case_that_is_there(embedder: Embedder, tmp_path: Path) -> None:
    folder = dicom_chest(tmp_path / "ct")
    said = KnownFacts(report="Erika: a nodule.", findings=(KnownFinding("Nodule", True),))
    bring(embedder, folder)
    before = only_case(embedder)

    first, second = bring(embedder, folder, facts=said), bring(embedder, folder, facts=said)

    case = only_case(embedder)
    assert states(first + second) == [State.UPDATED, State.THERE]
    assert (case.report, case.findings) == ("[removed]: a nodule.", said.findings)
    assert case.patient_key == before.patient_key
    assert case.added_at == before.added_at


def test_facts_of_one_scan_from_two_lines_are_joined(embedder: Embedder, tmp_path: Path) -> None:
    path = small_chest.write(tmp_path / "a.nii.gz")
    bring(embedder, path)
    wanted = [WantedScan(path, KnownFacts(tags=(tag,))) for tag in ("a", "b")]

    outcomes = list(add_scans(embedder, wanted))

    assert states(outcomes) == [State.UPDATED] * 2
    assert only_case(embedder).tags == ("a", "b")


def test_progress_never_goes_back_and_ends_at_one(embedder: Embedder, tmp_path: Path) -> None:
    paths = [small_chest.write(tmp_path / f"{n}.nii.gz", seed=n) for n in range(2)]
    told: list[float] = []
    wanted = [WantedScan(path) for path in (*paths, tmp_path / "gone.nii.gz", paths[0])]

    list(add_scans(embedder, wanted, on_progress=told.append))

    assert told == sorted(told)
    assert told[-1] == 1.0


def test_stopping_keeps_what_was_done(embedder: Embedder, tmp_path: Path) -> None:
    paths = [small_chest.write(tmp_path / f"{n}.nii.gz", seed=n) for n in range(3)]
    token = CancelToken()
    work = add_scans(embedder, [WantedScan(path) for path in paths], cancel=token)
    next(work)
    token.cancel()

    with pytest.raises(Cancelled):
        next(work)

    assert embedder.library.count() == 1
    assert states(bring(embedder, *paths)) == [State.THERE, State.ADDED, State.ADDED]


def test_a_full_disk_ends_the_work(
    embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_library: CaseLibrary, _cases: Sequence[LibraryCase]) -> int:
        raise OutOfDiskError("There is no room left.", remedy="Free some space.")

    monkeypatch.setattr(CaseLibrary, "add", full)

    with pytest.raises(OutOfDiskError):
        bring(embedder, small_chest.write(tmp_path / "a.nii.gz"))


_ADD_ALL = """
import sys
from pathlib import Path
from medct_core.archive.embed_folder import Embedder, WantedScan, add_scans
from medct_core.inference.engine import InferenceEngine
from medct_core.models.bundle import load_model
from medct_core.retrieval.library import CaseLibrary

engine = InferenceEngine(load_model(Path(sys.argv[2])))
embedder = Embedder(CaseLibrary.open(sys.argv[1]), engine)
for outcome in add_scans(embedder, [WantedScan(Path(path)) for path in sys.argv[3:]]):
    print(outcome.case_id, flush=True)
"""


@pytest.mark.slow
def test_work_that_was_killed_is_taken_up_without_loss_or_double(
    embedder: Embedder, tmp_path: Path
) -> None:
    paths = [small_chest.write(tmp_path / f"{n}.nii.gz", seed=n) for n in range(24)]
    model = tiny_model.write_model(tmp_path / "model", tiny_model.PAIR)
    command = [
        sys.executable,
        "-c",
        _ADD_ALL,
        embedder.library.address,
        str(model),
        *map(str, paths),
    ]
    drawn = np.random.default_rng(2)
    told: set[str] = set()

    for _ in range(3):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _, line in zip(range(int(drawn.integers(2, 20))), process.stdout, strict=False):
            told.add(line.strip())
        process.kill()
        process.communicate()
    kept = {case.case_id for case in embedder.library.cases()}
    outcomes = bring(embedder, *paths)

    health = check_library(embedder.library)
    assert told <= kept
    assert len(kept) < len(paths)
    assert states(outcomes).count(State.ADDED) == len(paths) - len(kept)
    assert health.is_whole
    assert [one.count for one in health.stamps] == [len(paths)]


@pytest.mark.shared_data
@pytest.mark.slow
def test_real_scans_are_added_or_refused_with_a_reason(
    embedder: Embedder, shared_dir: Path
) -> None:
    paths = (
        scans_in(shared_dir / "data" / "ct_chest")[:3] + scans_in(shared_dir / "data" / "mri")[:1]
    )

    outcomes = bring(embedder, *paths)

    assert states(outcomes)[-1] is State.REFUSED
    assert State.ADDED in states(outcomes)
    assert all(outcome.error for outcome in outcomes if outcome.state is State.REFUSED)
