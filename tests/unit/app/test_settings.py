"""Settings are read once, and a wrong one is named in one line."""

import stat
from pathlib import Path

import pytest

from bandstand.app.settings import read_settings
from bandstand.platform.errors import Invalid


def test_defaults_keep_everything_under_the_data_folder(tmp_path: Path) -> None:
    settings = read_settings({"BANDSTAND_DATA": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/bandstand.sqlite"
    assert settings.log_url == f"sqlite:///{tmp_path}/log.sqlite"
    assert settings.objects_url == f"file://{tmp_path}/objects"
    assert (settings.host, settings.port) == ("127.0.0.1", 4600)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x/y"),
        ("OBJECTS_URL", "ftp://host/x"),
        ("LOG_URL", "kafka://host"),
        ("BATCH", "hadoop"),
        ("BIND", "nowhere"),
        ("BIND", "127.0.0.1:99999"),
        ("PUBLIC_URL", "music.example"),
        ("RENDITIONS_MAX_BYTES", "-1"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(Invalid, match=f"^BANDSTAND_{name}: ") as caught:
        read_settings({f"BANDSTAND_{name}": value})
    assert "\n" not in caught.value.message


def test_a_password_is_never_shown() -> None:
    with pytest.raises(Invalid) as caught:
        read_settings({"BANDSTAND_DATABASE_URL": "mysql://me:hunter2@host/db"})
    assert "hunter2" not in caught.value.message


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "bandstand.toml"
    file.write_text('bind = "0.0.0.0:80"\nbatch = "spark"\n')
    settings = read_settings({"BANDSTAND_CONFIG": str(file), "BANDSTAND_BIND": "127.0.0.1:1"})
    assert (settings.port, settings.batch) == (1, "spark")
    file.write_text("bnid = 1\n")
    with pytest.raises(Invalid, match="bnid"):
        read_settings({"BANDSTAND_CONFIG": str(file)})
    with pytest.raises(Invalid, match="BANDSTAND_CONFIG"):
        read_settings({"BANDSTAND_CONFIG": str(tmp_path / "absent.toml")})


def test_the_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    settings = read_settings({"BANDSTAND_DATA": str(tmp_path / "new")})
    first = settings.secret()
    assert len(first) == 64
    assert settings.secret() == first
    assert stat.S_IMODE(settings.secret_key_file.stat().st_mode) == 0o600
