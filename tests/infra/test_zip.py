"""The worker's zip: the same bytes every time, and for the machine that it says."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from infra.deploy import wheels
from infra.deploy.build_zip import build
from infra.deploy.platforms import ARM64, X86_64, Platform, host
from infra.deploy.wheels import WrongWheel, check_machine, check_tags, elf_machine, wanted


def elf(machine: int) -> bytes:
    """The first 20 bytes of a shared library."""
    return b"\x7fELF" + b"\x02\x01\x01" + b"\x00" * 9 + b"\x03\x00" + bytes([machine, 0])


def wheel(folder: Path, name: str, content: bytes = b"") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("library.so", content)
    return path


def test_two_builds_are_the_same_bytes() -> None:
    assert build(host()).sha256 == build(host()).sha256


@pytest.mark.parametrize("platform", [ARM64, X86_64, host()], ids=lambda each: each.name)
def test_the_zip_has_libraries_for_its_machine_and_no_other(platform: Platform) -> None:
    with zipfile.ZipFile(io.BytesIO(build(platform).content)) as opened:
        machines = {elf_machine(opened.read(name)[:20]) for name in opened.namelist()}
    assert machines - {None} == {platform.machine}


def test_the_zip_holds_the_worker_and_psycopg_without_bytecode() -> None:
    with zipfile.ZipFile(io.BytesIO(build(host()).content)) as opened:
        names = opened.namelist()
        assert {each.date_time for each in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert {"lambda_worker/contract.py", "psycopg/__init__.py"} <= set(names)
    assert names == sorted(names)
    assert not [name for name in names if name.endswith(".pyc")]


@pytest.mark.parametrize("platform", [ARM64, X86_64], ids=lambda each: each.name)
def test_the_zip_holds_zstd_which_lambdas_python_has_not(platform: Platform) -> None:
    with zipfile.ZipFile(io.BytesIO(build(platform).content)) as opened:
        assert "backports/zstd/__init__.py" in opened.namelist()


def test_a_requirement_is_judged_by_the_python_that_the_zip_is_for(tmp_path: Path) -> None:
    """Not by the one that builds it."""
    requirements = tmp_path / "requirements.txt"
    requirements.write_text('# reason\na==1\nb==2; python_version < "3.14"\n\nc==3  # reason\n')
    assert wanted(requirements, ARM64._replace(python="3.13")) == ["a==1", "b==2", "c==3"]
    assert wanted(requirements, ARM64._replace(python="3.14")) == ["a==1", "c==3"]


def test_the_zip_fits_a_direct_upload() -> None:
    """50 MB is Lambda's limit for code sent with the call itself."""
    assert len(build(ARM64).content) < 50_000_000


@pytest.mark.parametrize(
    "name",
    [
        "a-1-cp313-cp313-manylinux_2_28_x86_64.whl",
        "a-1-cp312-cp312-manylinux_2_28_aarch64.whl",
        "a-1-cp313-cp313-musllinux_1_2_aarch64.whl",
        "a-1-cp313-cp313-macosx_11_0_arm64.whl",
        "a-1-py2-none-any.whl",
    ],
)
def test_a_wheel_for_something_else_is_refused(name: str) -> None:
    with pytest.raises(WrongWheel):
        check_tags(Path(name), ARM64)


def test_a_library_for_another_machine_is_refused_whatever_the_wheel_is_called(
    tmp_path: Path,
) -> None:
    lying = wheel(tmp_path, "a-1-cp313-cp313-manylinux_2_28_aarch64.whl", elf(62))
    check_tags(lying, ARM64)
    with pytest.raises(WrongWheel, match="is for x86_64"):
        check_machine(lying, ARM64)


def test_wheels_are_fetched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    build(host())
    monkeypatch.setattr(wheels, "download", None)
    build(host())
