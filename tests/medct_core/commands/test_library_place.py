"""Which library is meant: the one named, the one of the environment, or the user's own."""

import importlib.util
from pathlib import Path

import pytest

from medct_core.commands import library_place
from medct_core.commands.library_place import (
    LIBRARY_VARIABLE,
    address_of,
    create_library,
    open_library,
    require_packages,
    store_options,
)
from medct_core.errors import UsageError


def test_the_name_given_counts_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIBRARY_VARIABLE, "elsewhere")

    assert address_of("here") == "here"
    assert address_of(None) == "elsewhere"


def test_without_a_name_it_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LIBRARY_VARIABLE, raising=False)

    assert Path(address_of(None)).parts[-2:] == ("medct", "library")


def test_what_was_made_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("lancedb")
    monkeypatch.setenv(LIBRARY_VARIABLE, str(tmp_path / "cases"))

    made = create_library(None)

    assert open_library(None).salt == made.salt


def test_missing_packages_are_named_with_what_installs_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(library_place, "_PACKAGES", ("no_such_package",))

    with pytest.raises(UsageError, match=r"no_such_package.*medct\[library\]"):
        require_packages()


def test_nothing_is_missing_where_everything_is_installed() -> None:
    if importlib.util.find_spec("lancedb") is None:
        pytest.skip("the extra 'library' is not installed")

    require_packages()


def test_secrets_of_an_object_store_come_from_the_environment() -> None:
    variables = {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9000",
        "HOME": "home",
    }

    options = store_options(variables)

    assert options == {
        "aws_access_key_id": "key",
        "aws_secret_access_key": "secret",
        "region": "eu-central-1",
        "endpoint": "http://127.0.0.1:9000",
        "allow_http": "true",
    }


def test_an_encrypted_endpoint_stays_encrypted() -> None:
    assert store_options({"AWS_ENDPOINT_URL": "https://s3.hospital"}) == {
        "endpoint": "https://s3.hospital"
    }
