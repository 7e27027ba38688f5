"""What stops a start says what is wrong and what to do, in one line, with exit code 1."""

import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest


def run(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a `bandstand` command."""
    line = [sys.executable, "-m", "bandstand", *words]
    env = os.environ | environment
    return subprocess.run(line, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--data", str(tmp_path), "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert "--port" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("LOG_URL", "kafka://x"), ("BIND", "nonsense"), ("DATABASE_URL", "mysql://u:pw@h/d")]
)
def test_a_wrong_setting(tmp_path: Path, name: str, value: str) -> None:
    done = run("doctor", "--data", str(tmp_path), **{f"BANDSTAND_{name}": value})
    assert done.returncode == 1
    assert f"BANDSTAND_{name}" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "pw" not in done.stderr


def test_folders_that_cannot_be_served(tmp_path: Path) -> None:
    absent = run("serve", "--data", str(tmp_path / "d"), "--music", str(tmp_path / "absent"))
    assert absent.returncode == 1
    assert "There is no folder" in absent.stderr
    (tmp_path / "file.mp3").write_bytes(b"")
    file = run("serve", "--data", str(tmp_path / "d"), "--music", str(tmp_path / "file.mp3"))
    assert "is a file" in file.stderr


def test_a_database_newer_than_the_program(tmp_path: Path) -> None:
    assert run("migrate", "--data", str(tmp_path)).returncode == 0
    with sqlite3.connect(tmp_path / "bandstand.sqlite") as database:
        database.execute("UPDATE schema_version SET version_num = 'from-the-future'")
    database.close()
    done = run("user", "list", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "newer" in done.stderr


def test_doctor_says_how_to_mend(tmp_path: Path) -> None:
    before = run("doctor", "--data", str(tmp_path))
    assert before.returncode == 1
    assert "bandstand migrate" in before.stdout
    assert run("migrate", "--data", str(tmp_path)).returncode == 0
    after = run("doctor", "--data", str(tmp_path), "--json")
    assert after.returncode == 0, after.stdout + after.stderr


def test_help_teaches() -> None:
    for words in (
        ["--help"],
        ["serve", "--help"],
        ["ingest", "--help"],
        ["user", "add", "--help"],
        ["lab", "ladder", "--help"],
    ):
        done = run(*words)
        assert done.returncode == 0
        assert "Usage" in done.stdout
    assert run("nonsense").returncode == 2
