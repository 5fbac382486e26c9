"""Installing ends with a whole model or with words, and goes on where it stopped."""

import io
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
import torch

from medct_core.errors import ModelUnavailableError, OutOfDiskError, UsageError
from medct_core.models.bundle import load_model
from medct_core.models.catalogue import CT_CLIP, FOLDER_VARIABLE, find_model
from medct_core.models.config import JointConfig
from medct_core.models.convert import Target
from medct_core.models.hub import find_file, partial_path
from medct_core.models.install import (
    HubOptions,
    install_from_hub,
    install_from_path,
    require_space,
)
from medct_core.models.joint import JointModel
from tests.fake_hub import COMMIT, FakeHub, running

WEIGHTS = "datasets/ibrahimhamamci/CT-RATE/models/CT-CLIP-Related/CT-CLIP_v2.pt"
TOKENIZER = "microsoft/BiomedVLP-CXR-BERT-specialized"


class Usage(NamedTuple):
    """What the system says about a disk, in bytes."""

    total: float
    used: float
    free: float


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_config: JointConfig) -> Path:
    """Install into a folder of the test, with a network a thousand times smaller."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "installed"))
    monkeypatch.setattr("medct_core.models.install.Target", partial(Target, config=tiny_config))
    return tmp_path / "installed"


@pytest.fixture
def checkpoint(tmp_path: Path, tiny_network: JointModel) -> Path:
    """Save the tiny network as the released checkpoint is."""
    path = tmp_path / "download" / "CT-CLIP_v2.pt"
    path.parent.mkdir()
    state = dict(tiny_network.state_dict()) | {"to_text_latent_extra.weight": torch.zeros(2)}
    torch.save(state, path)
    return path


@pytest.fixture
def hub(
    checkpoint: Path, tokenizer_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeHub]:
    """Serve the checkpoint and its vocabulary under their real names."""
    files = {
        WEIGHTS: checkpoint.read_bytes(),
        f"{TOKENIZER}/vocab.txt": (tokenizer_dir / "vocab.txt").read_bytes(),
    }
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with running(FakeHub(files=files)) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


def test_a_model_from_the_hub_can_be_loaded(
    hub: FakeHub, models: Path, tiny_network: JointModel
) -> None:
    done = install_from_hub("ct-clip")

    loaded = load_model(find_model("ct-clip").folder)
    state = loaded.network.state_dict()
    assert all(torch.equal(state[k], v) for k, v in tiny_network.state_dict().items())
    assert COMMIT in loaded.manifest.source
    assert done.dropped == ("to_text_latent_extra.weight",)
    assert sorted(path.name for path in models.iterdir()) == [".downloads", "ct-clip"]
    assert list((models / ".downloads").iterdir()) == []


def test_progress_never_goes_back_and_ends_at_one(hub: FakeHub) -> None:
    fractions: list[float] = []

    install_from_hub("ct-clip", on_progress=fractions.append)

    assert fractions == sorted(fractions)
    assert 0.0 < fractions[0] < fractions[-1]
    assert fractions[-1] == 1.0


def test_a_file_that_is_not_the_known_one_is_noticed(hub: FakeHub) -> None:
    done = install_from_hub("ct-clip")

    assert len(done.notices) == 1
    assert "CT-CLIP_v2.pt is not the file known" in done.notices[0]


def test_an_installation_that_stopped_goes_on(hub: FakeHub, models: Path) -> None:
    assert CT_CLIP.hub is not None
    file = find_file(CT_CLIP.hub.weights, CT_CLIP.hub.checkpoint)
    downloads = models / ".downloads" / "ct-clip"
    downloads.mkdir(parents=True)
    partial_path(file, downloads).write_bytes(hub.files[WEIGHTS][:5000])

    install_from_hub("ct-clip")

    assert hub.ranges == ["bytes=5000-"]
    assert load_model(models / "ct-clip").manifest.name == "ct-clip"


def test_a_download_that_cannot_be_converted_leaves_no_model(hub: FakeHub, models: Path) -> None:
    content = io.BytesIO()
    torch.save({"temperature": torch.tensor(1.0)}, content)
    hub.files[WEIGHTS] = content.getvalue()

    with pytest.raises(ModelUnavailableError, match="not a complete checkpoint"):
        install_from_hub("ct-clip")

    assert not (models / "ct-clip").exists()


def test_a_token_and_a_revision_reach_the_hub(hub: FakeHub) -> None:
    hub.gated.add("datasets/ibrahimhamamci/CT-RATE")
    hub.tokens.add("hf_x")
    hub.members.add("hf_x")

    install_from_hub("ct-clip", HubOptions(token="hf_x", revision="v9"))

    assert any("/CT-RATE/resolve/v9/" in request for request in hub.requests)


def test_a_gated_repository_is_asked_before_anything_is_written(hub: FakeHub, models: Path) -> None:
    hub.gated.add("datasets/ibrahimhamamci/CT-RATE")

    with pytest.raises(ModelUnavailableError, match="logged in and accepted"):
        install_from_hub("ct-clip")

    assert not models.exists()


def test_a_full_disk_is_found_before_the_download(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(1e9, 1e9, 1e6))

    with pytest.raises(OutOfDiskError, match=r"needs 0\.2 GB, and .* has 0\.0 GB free"):
        install_from_hub("ct-clip")

    assert not any(request.startswith("GET") for request in hub.requests)


def test_what_is_downloaded_already_needs_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(9e9, 0, 2e9))

    require_space(Path("/nowhere/at/all"), 1_700_000_000, here=1_700_000_000)
    with pytest.raises(OutOfDiskError, match=r"needs 3\.1 GB"):
        require_space(Path("/nowhere/at/all"), 1_700_000_000, here=0)


def test_a_vocabulary_that_is_gone_is_an_error(hub: FakeHub) -> None:
    del hub.files[f"{TOKENIZER}/vocab.txt"]
    hub.files[f"{TOKENIZER}/tokenizer_config.json"] = b"{}"

    with pytest.raises(ModelUnavailableError, match=r"holds no vocab\.txt"):
        install_from_hub("ct-clip")


def test_a_model_that_is_there_is_not_installed_again(hub: FakeHub) -> None:
    install_from_hub("ct-clip")
    hub.requests.clear()

    with pytest.raises(ModelUnavailableError, match="exists already"):
        install_from_hub("ct-clip")

    assert hub.requests == []


def test_the_bundled_model_needs_no_installation() -> None:
    with pytest.raises(ModelUnavailableError, match="nothing to install"):
        install_from_hub("medct-mini")


def test_a_local_checkpoint_is_converted(
    checkpoint: Path, tokenizer_dir: Path, models: Path
) -> None:
    install_from_path(checkpoint, name="ct-clip", tokenizer=tokenizer_dir)

    assert load_model(models / "ct-clip").manifest.licence == "CC-BY-NC-SA-4.0"


@pytest.mark.parametrize("place", [".", "tokenizer"])
def test_a_tokenizer_beside_the_checkpoint_is_found(
    checkpoint: Path, tokenizer_dir: Path, models: Path, place: str
) -> None:
    folder = checkpoint.parent / place
    folder.mkdir(exist_ok=True)
    (folder / "vocab.txt").write_bytes((tokenizer_dir / "vocab.txt").read_bytes())

    install_from_path(checkpoint.parent, name="ct-clip")

    assert load_model(models / "ct-clip").folder == models / "ct-clip"


def test_a_checkpoint_without_a_tokenizer_says_what_is_missing(checkpoint: Path) -> None:
    with pytest.raises(UsageError, match="--tokenizer"):
        install_from_path(checkpoint, name="ct-clip")


def test_a_checkpoint_without_a_name_says_what_is_missing(checkpoint: Path) -> None:
    with pytest.raises(UsageError, match="Give the name too"):
        install_from_path(checkpoint)


def test_a_folder_without_a_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(ModelUnavailableError, match=r"no CT-CLIP_v2\.pt"):
        install_from_path(tmp_path / "empty", name="ct-clip")


def test_a_model_folder_is_copied_whole(tiny_folder: Path, models: Path) -> None:
    install_from_path(tiny_folder)

    copied = {path.name for path in (models / "tiny").iterdir()}
    assert copied == {path.name for path in tiny_folder.iterdir()}
    assert load_model(models / "tiny").manifest.name == "tiny"


def test_a_damaged_model_folder_is_not_installed(
    tiny_folder: Path, models: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(tiny_folder / "model.safetensors")

    with pytest.raises(ModelUnavailableError, match="damaged"):
        install_from_path(tiny_folder)

    assert list(models.iterdir()) == []


def test_an_incomplete_model_folder_is_not_installed(tiny_folder: Path) -> None:
    (tiny_folder / "vocab.txt").unlink()

    with pytest.raises(ModelUnavailableError, match=r"vocab\.txt of the model is missing"):
        install_from_path(tiny_folder)


def test_a_model_folder_of_another_name_is_refused(tiny_folder: Path) -> None:
    with pytest.raises(UsageError, match="holds the model tiny, not ct-clip"):
        install_from_path(tiny_folder, name="ct-clip")
