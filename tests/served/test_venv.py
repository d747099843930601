"""`tools/venv.sh`: whatever state .venv is in, it is told in a sentence and made anew; a sound one costs nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from tests.served.conftest import ROOT

OLD = '#!/bin/sh\ncase "$2" in *print*) echo 3.10 ;; *) exit 1 ;; esac\n'


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Python, but quick at `-m venv`: a real one is made once and copied."""
    made, python = tmp_path_factory.mktemp("made") / "venv", tmp_path_factory.mktemp("bin") / "python"
    subprocess.run([sys.executable, "-m", "venv", made], check=True)
    python.write_text(
        f'#!/bin/sh\ncase "$1 $2" in "-m venv") cp -a {made} "$3" ;; *) exec {sys.executable} "$@" ;; esac\n'
    )
    python.chmod(0o755)
    return str(python)


@pytest.fixture
def project(tmp_path, monkeypatch, python):
    """A folder with the script and packages that need no download."""
    monkeypatch.setenv("PYTHON", python)
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "venv.sh", tmp_path / "tools")
    (tmp_path / "requirements.txt").write_text("")
    return tmp_path


def look_after(project, **settings):
    """Exit status and what it said."""
    environment = {name: os.environ[name] for name in ("PATH", "PYTHON")} | settings
    done = subprocess.run(["sh", "tools/venv.sh"], cwd=project, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def without_pip(project):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", project / ".venv"], check=True)
    (project / ".venv" / ".installed").touch()


def gone(project):
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to("/usr/bin/python-that-was-removed")


def of_python_310(project):
    gone(project)
    (project / ".venv" / "bin" / "python").unlink()
    (project / ".venv" / "bin" / "python").write_text(OLD)
    (project / ".venv" / "bin" / "python").chmod(0o755)


def broken_off(project):
    without_pip(project)
    (project / ".venv" / ".installing").touch()
    for site in (project / ".venv" / "lib").glob("python*/site-packages"):
        (site / "pip.py").touch()


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (without_pip, "it has no pip"),
        (gone, "its interpreter is gone"),
        (of_python_310, "it was made by Python 3.10"),
        (broken_off, "an installation into it was broken off"),
    ],
)
def test_a_broken_venv_is_made_anew_and_told(project, state, told):
    state(project)
    status, said = look_after(project)
    assert status == 0, said
    assert said.splitlines() == [
        f"Making .venv anew: {told}.",
        "Installing the packages into .venv (once; about 120 MB to download, one to three minutes) ...",
    ]
    assert look_after(project) == (0, "")


def test_without_a_python_that_is_new_enough_it_says_which_is_needed(project):
    (project / "bin").mkdir()
    for name in ("sh", "dirname", "cksum", "cat", "rm", "flock"):
        if found := shutil.which(name):
            (project / "bin" / name).symlink_to(found)
    status, said = look_after(project, PATH=str(project / "bin"), PYTHON="python3")
    assert status == 1 and said.startswith("Python 3.11 or newer is needed and was not found") and said.count("\n") == 1


def test_new_packages_are_installed_and_the_rest_is_left(project):
    assert look_after(project)[0] == 0
    (project / "requirements.txt").write_text("# one more\n")
    status, said = look_after(project)
    assert status == 0 and said.startswith("Installing the packages") and "anew" not in said


def test_packages_that_cannot_be_had_are_told_and_nothing_counts_as_installed(project):
    (project / "requirements.txt").write_text("nothing-of-that-name==1 --hash=sha256:" + "0" * 64 + "\n")
    status, said = look_after(project, PIP_NO_INDEX="1", PIP_FIND_LINKS="", PIP_EXTRA_INDEX_URL="")
    assert status == 1 and "could not be installed" in said
    assert not (project / ".venv" / ".installed").exists()
