"""Where data and sockets go: long paths, spaces, private homes, places that are taken."""

import os
from pathlib import Path

import pytest

from bwcportal.local_services import places
from bwcportal.local_services.children import ServiceProblem, ServiceUser
from bwcportal.local_services.services import secret_key

NOBODY = ServiceUser("nobody", 65534, 65534)


@pytest.fixture
def open_folder() -> Path:
    """Give a folder that every account may enter, unlike pytest's own."""
    folder = places.throw_away_folder()
    yield folder
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    folder.rmdir()


def test_home_is_under_var_for_an_ordinary_user(tmp_path: Path) -> None:
    assert places.services_home(tmp_path, None) == tmp_path.resolve() / "services"


def test_home_is_under_var_when_the_servers_account_can_enter_it(open_folder: Path) -> None:
    assert places.services_home(open_folder, NOBODY) == open_folder / "services"


def test_home_moves_out_of_a_private_folder_and_leaves_it_private(open_folder: Path) -> None:
    private = open_folder / "root"
    private.mkdir(mode=0o700)

    home = places.services_home(private / "var", NOBODY, system_home=open_folder / "system")

    assert home.parent == open_folder / "system"
    assert private.stat().st_mode & 0o777 == 0o700


def test_two_private_checkouts_have_different_homes(open_folder: Path) -> None:
    for name in ("a", "b"):
        (open_folder / name).mkdir(mode=0o700)
    homes = {
        places.services_home(open_folder / name, NOBODY, system_home=open_folder / "system")
        for name in ("a", "b")
    }

    assert len(homes) == 2


def test_socket_stays_beside_the_data_when_its_path_fits() -> None:
    assert places.socket_folder(Path("/srv/with a space")) == Path("/srv/with a space/socket")


@pytest.mark.parametrize("home", ["/" + "x" * 90, "/srv/a,b", '/srv/a"b'])
def test_socket_moves_when_its_address_would_not_work(home: str) -> None:
    moved = places.socket_folder(Path(home))

    assert moved.parent == Path("/tmp")
    assert len(os.fsencode(moved / places.SOCKET_NAME)) <= places.SOCKET_PATH_BYTES


def test_longest_socket_path_that_fits_is_used() -> None:
    spare = places.SOCKET_PATH_BYTES - len(f"/socket/{places.SOCKET_NAME}") - 1
    fits, too_long = Path("/" + "x" * spare), Path("/" + "x" * (spare + 1))

    assert places.socket_folder(fits).parent == fits
    assert places.socket_folder(too_long).parent == Path("/tmp")


def test_private_folder_refuses_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "socket").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ServiceProblem, match="belongs to somebody else"):
        places.make_private(tmp_path / "socket", None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of somebody else")
def test_private_folder_refuses_a_folder_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "socket").mkdir()
    os.chown(tmp_path / "socket", 12345, 12345)

    with pytest.raises(ServiceProblem, match="belongs to somebody else"):
        places.make_private(tmp_path / "socket", None)


def test_private_folder_is_closed_to_others(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o755)

    places.make_private(tmp_path / "home", None)

    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def test_copies_within_reach_can_be_run_but_not_changed(tmp_path: Path, open_folder: Path) -> None:
    program = tmp_path / "package" / "bin" / "server"
    program.parent.mkdir(parents=True, mode=0o700)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    library = tmp_path / "package.libs"
    library.mkdir(mode=0o700)
    (library / "lib.so").write_text("x")
    (library / "lib.so").chmod(0o600)

    copies = places.within_reach([tmp_path / "package", library], "p-1", system_home=open_folder)

    assert places.reachable(copies / "package" / "bin")
    assert (copies / "package" / "bin" / "server").stat().st_mode & 0o777 == 0o755
    assert (copies / "package.libs" / "lib.so").stat().st_mode & 0o777 == 0o644
    again = places.within_reach([tmp_path / "gone"], "p-1", system_home=open_folder)
    assert again == copies


def test_secret_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    key = secret_key(tmp_path / "var")

    assert len(key) >= 50
    assert secret_key(tmp_path / "var") == key
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o777 == 0o600
