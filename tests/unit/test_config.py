"""Settings: what wins over what, what is refused, and a secret that only its owner reads."""

from __future__ import annotations

import stat
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from gridmap.config import DEMO_DB_NAME, ROOT, Settings, load
from gridmap.errors import BadSettings

NO_FILE = Path("/nowhere/gridmap.toml")


def test_without_any_setting_it_is_the_demo_on_this_machine_only() -> None:
    settings = load({}, toml=NO_FILE)
    assert settings.is_demo
    assert settings.db == f"sqlite:///{ROOT / 'var' / DEMO_DB_NAME}"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.secret_from_env is None


def test_a_named_database_is_not_the_demo(tmp_path: Path) -> None:
    settings = load({"GRIDMAP_DB": f"sqlite:///{tmp_path}/own.db"}, toml=NO_FILE)
    assert not settings.is_demo
    assert settings.db == f"sqlite:///{tmp_path}/own.db"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    toml = tmp_path / "gridmap.toml"
    toml.write_text('port = 8100\nlog_level = "debug"\n')
    assert load({}, toml=toml).port == 8100
    assert load({"GRIDMAP_PORT": "8200"}, toml=toml).port == 8200
    assert load({"GRIDMAP_PORT": "8200", "PORT": "8300"}, toml=toml).port == 8300
    assert load({"GRIDMAP_LOG_LEVEL": ""}, toml=toml).log_level == "DEBUG"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_the_same_driver(scheme: str) -> None:
    settings = load({"GRIDMAP_DB": f"{scheme}://clerk@server/district"}, toml=NO_FILE)
    assert settings.db == "postgresql+psycopg://clerk@server/district"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"GRIDMAP_DB": "mysql://server/x"}, "mysql:"),
        ({"PORT": "eighty"}, "eighty"),
        ({"PORT": "0"}, "PORT is '0'"),
        ({"PORT": "65536"}, "65536"),
        ({"GRIDMAP_SECRET": "short"}, "GRIDMAP_SECRET"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_cure(variables: dict[str, str], told: str) -> None:
    with pytest.raises(BadSettings) as refused:
        load(variables, toml=NO_FILE)
    assert told in refused.value.message
    assert refused.value.hint


def test_a_misspelt_name_in_the_file_is_refused_and_the_known_ones_are_told(tmp_path: Path) -> None:
    toml = tmp_path / "gridmap.toml"
    toml.write_text("prot = 8100\n")
    with pytest.raises(BadSettings) as refused:
        load({}, toml=toml)
    assert "prot" in refused.value.message
    assert "port" in refused.value.hint


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    toml = tmp_path / "gridmap.toml"
    toml.write_text("port = \n")
    with pytest.raises(BadSettings, match="not valid TOML"):
        load({}, toml=toml)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = load({"GRIDMAP_VAR": str(tmp_path / "var")}, toml=NO_FILE)
    first = settings.secret()
    path = tmp_path / "var" / "secret"
    assert len(first) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert settings.secret() == first
    other = load({"GRIDMAP_VAR": str(tmp_path / "other")}, toml=NO_FILE)
    assert other.secret() != first


def test_a_truncated_secret_is_refused(tmp_path: Path) -> None:
    settings = load({"GRIDMAP_VAR": str(tmp_path)}, toml=NO_FILE)
    (tmp_path / "secret").write_text("abc\n")
    with pytest.raises(BadSettings, match="shorter than 32"):
        settings.secret()


def test_a_secret_of_the_environment_leaves_no_file(tmp_path: Path) -> None:
    secret = "s" * 40
    settings = load({"GRIDMAP_VAR": str(tmp_path), "GRIDMAP_SECRET": secret}, toml=NO_FILE)
    assert settings.secret() == secret.encode()
    assert not (tmp_path / "secret").exists()


def test_two_databases_never_share_a_base_map_and_no_password_names_a_folder() -> None:
    def folder(address: str) -> Path:
        return load({"GRIDMAP_DB": address}, toml=NO_FILE).basemap_dir

    assert folder("postgresql://clerk:topsecret@server/a") != folder("postgresql://clerk:topsecret@server/b")
    assert "topsecret" not in str(folder("postgresql://clerk:topsecret@server/a"))
    assert load({}, toml=NO_FILE).basemap_dir.name == "demo"


def test_settings_are_frozen() -> None:
    settings = load({}, toml=NO_FILE)
    assert isinstance(settings, Settings)
    with pytest.raises(FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]


def test_the_key_is_made_once_apart_from_the_secret_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(db="sqlite:///x", var=tmp_path / "var", is_demo=False)
    assert settings.keys() == settings.keys() != (settings.secret(),)
    assert stat.S_IMODE((tmp_path / "var" / "key").stat().st_mode) == 0o600
    assert sorted(path.name for path in (tmp_path / "var").iterdir()) == ["key", "secret"]
    given = load({"GRIDMAP_KEY": "k" * 40}, toml=NO_FILE)
    assert given.keys() == (b"k" * 40,)
    assert "kkk" not in repr(given)


def test_a_short_key_is_refused_and_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("short")
    with pytest.raises(BadSettings) as refused:
        Settings(db="sqlite:///x", var=tmp_path, is_demo=False).keys()
    assert "Delete" not in refused.value.hint
    assert (tmp_path / "key").read_text() == "short"
    with pytest.raises(BadSettings):
        load({"GRIDMAP_KEY": "short"}, toml=NO_FILE)


def test_several_keys_are_read_the_newest_first(tmp_path: Path) -> None:
    new, old = "n" * 44, "o" * 44
    assert load({"GRIDMAP_KEY": f"{new}, {old}"}, toml=NO_FILE).keys() == (new.encode(), old.encode())
    (tmp_path / "key").write_text(f"{new}\n{old}\n")
    assert Settings(db="sqlite:///x", var=tmp_path, is_demo=False).keys() == (new.encode(), old.encode())
    with pytest.raises(BadSettings, match="shorter"):
        load({"GRIDMAP_KEY": f"{new},{old[:20]}"}, toml=NO_FILE)
    (tmp_path / "key").write_text(f"{new}\nshort\n")
    with pytest.raises(BadSettings, match="shorter"):
        Settings(db="sqlite:///x", var=tmp_path, is_demo=False).keys()
