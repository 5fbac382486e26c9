"""`--cluster`: options that belong together, samples from all over, and how fast it goes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.commands.library_cluster import ClusterRun, rate_of, samples_of
from medct_core.commands.main import run
from medct_core.errors import UsageError

pytest.importorskip("lancedb")
from medct_core.archive.embed_folder import WantedScan


@given(count=st.integers(1, 200))
def test_samples_are_few_and_from_all_over(count: int) -> None:
    scans = [WantedScan(Path(f"/archive/{number}.nii")) for number in range(count)]

    samples = samples_of(scans)

    numbers = [int(Path(sample).stem) for sample in samples]
    assert len(numbers) == len(set(numbers)) <= 16
    assert numbers[0] == 0
    assert numbers[-1] >= count // 2 - 1


@pytest.mark.parametrize(("workers", "is_retried"), [(2, False), (None, True)])
def test_what_belongs_to_a_cluster_asks_for_one(workers: int | None, is_retried: bool) -> None:
    with pytest.raises(UsageError, match="--cluster"):
        ClusterRun(None, workers, is_retried)


def test_the_rate_of_nothing_is_a_number() -> None:
    assert rate_of(0, 0.0) == "0.00 a second"
    assert rate_of(3, 2.0) == "1.50 a second"


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [("head:10001", 2, "no address of a cluster"), ("ray://127.0.0.1:1", 5, "No cluster answers")],
)
def test_a_cluster_that_cannot_be_used_is_said(
    address: str, code: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("ray")
    place, scan = str(tmp_path / "library"), tmp_path / "a.nii.gz"
    scan.write_bytes(b"")
    run(["library", "init", place])

    given = run(["library", "add", str(scan), "--library", place, "--cluster", address])

    assert given == code
    assert words in " ".join(capsys.readouterr().err.split())
