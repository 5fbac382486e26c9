"""Downloads go on where they stopped, arrive whole, and fail in words."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from medct_core.errors import ModelUnavailableError
from medct_core.models.catalogue import HubRepo
from medct_core.models.hub import FileAbsentError, fetch, find_file, partial_path
from tests.fake_hub import COMMIT, FakeHub, running

REPO = HubRepo("owner/weights", "dataset", "main", "https://example.org/owner/weights")
CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """Serve one file of one dataset."""
    with running(FakeHub(files={"datasets/owner/weights/deep/model.pt": CONTENT})) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield server


def test_a_file_arrives_as_it_is(hub: FakeHub, tmp_path: Path) -> None:
    path = fetch(find_file(REPO, "deep/model.pt"), tmp_path / "new")

    assert path == tmp_path / "new" / "model.pt"
    assert path.read_bytes() == CONTENT
    assert [entry.name for entry in path.parent.iterdir()] == ["model.pt"]


def test_the_revision_asked_for_is_the_one_named(hub: FakeHub) -> None:
    found = find_file(replace(REPO, revision="abc"), "deep/model.pt")

    assert hub.requests == ["HEAD /datasets/owner/weights/resolve/abc/deep/model.pt"]
    assert found.commit == COMMIT
    assert found.size == len(CONTENT)
    assert found.etag == sha256(CONTENT).hexdigest()


def test_a_download_goes_on_where_an_earlier_one_stopped(hub: FakeHub, tmp_path: Path) -> None:
    file = find_file(REPO, "deep/model.pt")
    partial_path(file, tmp_path).write_bytes(CONTENT[:100_000])

    path = fetch(file, tmp_path)

    assert hub.ranges == ["bytes=100000-"]
    assert path.read_bytes() == CONTENT


def test_a_connection_that_breaks_is_taken_up_again(hub: FakeHub, tmp_path: Path) -> None:
    content = CONTENT * 48
    hub.files["datasets/owner/weights/deep/model.pt"] = content
    hub.cut_after = 11_000_000

    path = fetch(find_file(REPO, "deep/model.pt"), tmp_path)

    # The client keeps whole chunks of ten mebibytes.
    assert hub.ranges == [f"bytes={10 << 20}-"]
    assert path.read_bytes() == content


def test_another_content_does_not_go_on_from_the_old_one(hub: FakeHub, tmp_path: Path) -> None:
    partial_path(find_file(REPO, "deep/model.pt"), tmp_path).write_bytes(CONTENT[:1000])
    hub.files["datasets/owner/weights/deep/model.pt"] = CONTENT[::-1]

    path = fetch(find_file(REPO, "deep/model.pt"), tmp_path)

    assert hub.ranges == []
    assert path.read_bytes() == CONTENT[::-1]


def test_a_partial_file_that_is_already_whole_costs_no_download(
    hub: FakeHub, tmp_path: Path
) -> None:
    file = find_file(REPO, "deep/model.pt")
    partial_path(file, tmp_path).write_bytes(CONTENT)

    fetch(file, tmp_path)

    assert not any(request.startswith("GET") for request in hub.requests)


def test_bytes_damaged_on_the_way_are_thrown_away(hub: FakeHub, tmp_path: Path) -> None:
    hub.announced["datasets/owner/weights/deep/model.pt"] = "a" * 64

    with pytest.raises(ModelUnavailableError, match="damaged on its way"):
        fetch(find_file(REPO, "deep/model.pt"), tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_progress_ends_at_one(hub: FakeHub, tmp_path: Path) -> None:
    fractions: list[float] = []

    fetch(find_file(REPO, "deep/model.pt"), tmp_path, on_progress=fractions.append)

    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_a_gated_repository_without_a_token_says_how_to_get_one(hub: FakeHub) -> None:
    hub.gated.add("datasets/owner/weights")

    with pytest.raises(ModelUnavailableError) as caught:
        find_file(REPO, "deep/model.pt")

    assert "401" in caught.value.summary
    assert REPO.page in caught.value.remedy
    assert "--token" in caught.value.remedy


def test_a_token_without_the_conditions_accepted_says_where_to_accept(hub: FakeHub) -> None:
    hub.gated.add("datasets/owner/weights")
    hub.tokens.add("hf_known")

    with pytest.raises(ModelUnavailableError, match=r"no access to owner/weights yet \(403\)"):
        find_file(REPO, "deep/model.pt", token="hf_known")


@pytest.mark.parametrize("through", ["argument", "variable"])
def test_a_token_that_may_read_opens_the_gate(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, through: str
) -> None:
    hub.gated.add("datasets/owner/weights")
    hub.tokens.add("hf_member")
    hub.members.add("hf_member")
    token = "hf_member" if through == "argument" else None
    if token is None:
        monkeypatch.setenv("HF_TOKEN", "hf_member")

    path = fetch(find_file(REPO, "deep/model.pt", token=token), tmp_path, token=token)

    assert path.read_bytes() == CONTENT


def test_a_token_never_leaves_the_hub_for_the_place_of_large_files(
    hub: FakeHub, tmp_path: Path
) -> None:
    with running(FakeHub(files=hub.files)) as elsewhere:
        hub.elsewhere = elsewhere
        file = find_file(REPO, "deep/model.pt", token="hf_secret")
        path = fetch(file, tmp_path, token="hf_secret")

    assert path.read_bytes() == CONTENT
    assert file.etag == sha256(CONTENT).hexdigest()
    assert file.size == len(CONTENT)
    assert len(hub.authorized) == 1
    assert elsewhere.requests == ["GET /datasets/owner/weights/resolve/main/deep/model.pt"]
    assert elsewhere.authorized == []


def test_an_absent_file_is_told_from_an_absent_repository(hub: FakeHub) -> None:
    with pytest.raises(FileAbsentError, match=r"holds no other\.pt"):
        find_file(REPO, "other.pt")
    with pytest.raises(ModelUnavailableError, match="nobody/nothing is open only"):
        find_file(replace(REPO, repo_id="nobody/nothing"), "other.pt")


def test_an_absent_revision_is_named(hub: FakeHub) -> None:
    with pytest.raises(ModelUnavailableError, match="no revision no-such-revision"):
        find_file(replace(REPO, revision="no-such-revision"), "deep/model.pt")


def test_without_a_network_the_way_around_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")

    with pytest.raises(ModelUnavailableError, match="cannot be reached") as caught:
        find_file(REPO, "deep/model.pt")

    assert "--from" in caught.value.remedy
