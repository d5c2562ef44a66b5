"""The first start on a machine: a `.env`, an admin, and which setting wins."""

import os
import stat
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from tests.processes import ROOT


def python(*arguments: str, **env: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | env, capture_output=True, text=True, check=True).stdout


def first_run(file: Path) -> str:
    return python("-S", "-m", "gateway.first_run", GATEWAY_ENV_FILE=str(file))  # -S: no installed package is needed


def test_the_first_run_writes_a_private_env_file_once(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert first_run(file).count("\n") == 1
    written = file.read_text()
    assert "GATEWAY_PROFILE=dev\nDEBUG=0\nSECRET_KEY=" in written
    assert len(written.rpartition("=")[2]) > 60
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first_run(file) == ""
    assert file.read_text() == written


def test_an_existing_env_file_is_never_touched(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=3333\n")
    assert first_run(file) == ""
    assert file.read_text() == "PORT=3333\n"


def test_the_environment_wins_over_the_env_file_and_that_over_the_default(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SECRET_KEY=from-the-file\nCALL_TIMEOUT=11\nHEARTBEAT_INTERVAL=11\n")
    for name in ("HEARTBEAT_INTERVAL", "CALL_TIMEOUT", "COMMAND_QUEUE_DEPTH"):
        assert name not in os.environ
    show = "from gateway.settings import *; print(CALL_TIMEOUT, HEARTBEAT_INTERVAL, COMMAND_QUEUE_DEPTH)"
    assert python("-c", show, GATEWAY_ENV_FILE=str(file), CALL_TIMEOUT="22") == "22.0 11 20\n"


def first_admin() -> str:
    out = StringIO()
    call_command("first_admin", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_first_admin_can_log_in_with_what_is_printed_once() -> None:
    said = first_admin()
    password = said.split()[-1]
    user = authenticate(username="admin", password=password)
    assert user is not None
    assert user.is_superuser
    assert "/admin/" in said
    assert first_admin() == ""


@pytest.mark.django_db
def test_no_admin_is_made_where_a_superuser_is() -> None:
    get_user_model().objects.create_superuser("root", password="x")
    assert first_admin() == ""
    assert not get_user_model().objects.filter(username="admin").exists()


@pytest.mark.django_db
def test_an_ordinary_user_of_that_name_is_not_promoted() -> None:
    get_user_model().objects.create_user("admin", password="x")
    with pytest.raises(CommandError, match="createsuperuser"):
        first_admin()
    assert not get_user_model().objects.get(username="admin").is_superuser
