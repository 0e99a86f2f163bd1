"""One clear line for each thing that can stop the launcher."""

import errno
import shutil
from pathlib import Path

import pytest

from bwcportal.launcher import problems
from bwcportal.launcher.problems import CannotContinue

LOG = Path("/checkout/var/log/install.log")


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("error: No space left on device (os error 28)", "is full"),
        ("OSError: [Errno 28] No space left on device", "is full"),
        ("npm error code ENOSPC", "is full"),
        ("ConnectionRefusedError: [Errno 111] Connection refused", "PIP_INDEX_URL"),
        ("ERROR: No matching distribution found for uv==0.13.9", "PIP_INDEX_URL"),
        ("error: Failed to fetch: `https://x/simple/django/`", "PIP_INDEX_URL"),
        ("npm error code EAI_AGAIN", "PIP_INDEX_URL"),
        ("ssl.SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED", "SSL_CERT_FILE"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "recorded hash"),
        ("first\nERROR: something else broke\n\n", "something else broke"),
    ],
)
def test_from_output_says_what_to_do(output: str, expected: str) -> None:
    problem = problems.from_output("Installing", output, LOG, "PIP_INDEX_URL")

    assert expected in str(problem)
    assert "\n" not in str(problem)


def test_from_output_prefers_the_full_disk_to_its_consequences() -> None:
    output = "Failed to fetch: x\nCaused by: No space left on device (os error 28)"

    assert "is full" in str(problems.from_output("Installing", output, LOG, "PIP_INDEX_URL"))


def test_from_os_error_explains_a_full_disk_and_a_foreign_file() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/v/x")
    foreign = PermissionError(errno.EACCES, "Permission denied", "/checkout/.venv")

    assert "/v is full" in str(problems.from_os_error(full, Path("/v")))
    assert "/checkout/.venv cannot be written" in str(problems.from_os_error(foreign, Path("/v")))


def test_from_os_error_leaves_what_a_reader_cannot_mend() -> None:
    assert problems.from_os_error(OSError(errno.EBADF, "Bad file"), Path("/v")) is None


def test_require_space_refuses_before_beginning(tmp_path: Path) -> None:
    problems.require_space(tmp_path / "not" / "there" / "yet", 1)

    with pytest.raises(CannotContinue, match="this needs 999999999 MB"):
        problems.require_space(tmp_path / "not" / "there" / "yet", 999_999_999)


def test_all_but_full_disk_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not problems.is_full(tmp_path / "not" / "there")

    usage = shutil._ntuple_diskusage(10**9, 10**9, 4096)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    assert problems.is_full(tmp_path)
