"""Installed adapters are found, one is used by default, and what is in use is not removed."""

import shutil
from pathlib import Path

import pytest

from medct_core.errors import ModelUnavailableError, UsageError
from medct_core.models import adapter_store, catalogue
from medct_core.models.adapter_install import add_adapter
from medct_core.models.adapter_store import (
    NO_ADAPTER,
    InstalledAdapter,
    adapters_folder,
    chosen_adapter,
    default_adapter,
    find_adapter,
    find_installed,
    installed_adapters,
    models_by_weights,
    remove_adapter,
    use_by_default,
    use_none_by_default,
)
from tests import tiny_model
from tests.adapter_samples import write_adapter


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a tiny model; adapters go to a folder of the test."""
    monkeypatch.setenv(catalogue.FOLDER_VARIABLE, str(tmp_path / "models"))
    monkeypatch.setenv(adapter_store.FOLDER_VARIABLE, str(tmp_path / "adapters"))
    return tiny_model.write_model(tmp_path / "models" / "tiny")


@pytest.fixture
def site(model: Path, tmp_path: Path) -> InstalledAdapter:
    """Install an adapter for it."""
    return add_adapter(write_adapter(model, tmp_path / "site"))


def _base(site: InstalledAdapter) -> str:
    return site.manifest().base_sha256


def test_nothing_is_installed_at_first(model: Path) -> None:
    assert installed_adapters() == ()
    assert chosen_adapter("tiny", None) is None


def test_installed_adapters_are_found_by_name(site: InstalledAdapter) -> None:
    assert installed_adapters() == (site,)
    assert find_adapter("site") == find_installed("site") == site
    assert site.folder == adapters_folder() / "site"
    assert site.size_bytes > 1000


def test_an_adapter_elsewhere_is_found_by_its_folder(
    site: InstalledAdapter, tmp_path: Path
) -> None:
    other = shutil.copytree(tmp_path / "site", tmp_path / "elsewhere")

    assert find_adapter(str(other)) == InstalledAdapter("site", other)


def test_what_is_not_there_is_named_with_what_is(site: InstalledAdapter) -> None:
    with pytest.raises(ModelUnavailableError, match="no adapter 'ours'; installed are: site"):
        find_adapter("ours")
    with pytest.raises(ModelUnavailableError, match="No adapter 'ours' is installed"):
        remove_adapter("ours")


def test_the_default_adapter_is_used_where_none_is_named(site: InstalledAdapter) -> None:
    before = chosen_adapter("tiny", None)

    use_by_default(site)

    assert before is None
    assert default_adapter(_base(site)) == site
    assert chosen_adapter("tiny", None) == site.folder
    assert chosen_adapter("tiny", NO_ADAPTER) is None
    assert chosen_adapter("tiny", Path("site")) == site.folder


def test_a_default_is_of_one_base_only(site: InstalledAdapter, tmp_path: Path) -> None:
    tiny_model.write_model(tmp_path / "models" / "other", tiny_model.LOCAL)

    use_by_default(site)

    assert chosen_adapter("other", None) is None


def test_a_base_can_be_used_alone_again(site: InstalledAdapter) -> None:
    use_by_default(site)

    assert use_none_by_default(_base(site)) == "site"
    assert use_none_by_default(_base(site)) == ""
    assert default_adapter(_base(site)) is None


def test_a_removed_adapter_is_gone(site: InstalledAdapter) -> None:
    assert remove_adapter("site") == site

    assert installed_adapters() == ()
    assert list(adapters_folder().iterdir()) == []


def test_the_one_in_use_is_not_removed(site: InstalledAdapter) -> None:
    use_by_default(site)

    with pytest.raises(UsageError, match="in use: it is the one used by default with tiny"):
        remove_adapter("site")

    assert default_adapter(_base(site)) == site


def test_a_default_that_somebody_deleted_is_never_left_out_silently(
    site: InstalledAdapter,
) -> None:
    use_by_default(site)
    shutil.rmtree(site.folder)

    with pytest.raises(ModelUnavailableError, match=r"'site'.*is no longer there"):
        chosen_adapter("tiny", None)


def test_a_damaged_model_hides_no_other(site: InstalledAdapter, tmp_path: Path) -> None:
    (tmp_path / "models" / "broken").mkdir()
    (tmp_path / "models" / "broken" / "manifest.json").write_text("{}")

    assert "tiny" in {model.name for model in models_by_weights().values()}
    assert "broken" not in {model.name for model in models_by_weights().values()}
