"""Which user a server runs as, and folders only that user can enter."""

import hashlib
import os
import pwd
import stat
import tempfile
from pathlib import Path

SOCKET_PATH_LIMIT = 90  # the kernel allows about 104 bytes (macOS), a socket's own name needs a few


class EmbeddedError(RuntimeError):
    """An embedded server cannot start; the message is for the person at the terminal."""


def short_hash(path: Path) -> str:
    """Eight letters that tell one data folder from another."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:8]


def socket_folder(kind: str, data: Path) -> Path:
    """A short path under the temporary folder, its own for each data folder and user."""
    name = f"bpo-{os.getuid()}-{kind}-{short_hash(data)}"
    folder = Path(tempfile.gettempdir()) / name
    return folder if len(str(folder)) < SOCKET_PATH_LIMIT else Path("/tmp") / name  # noqa: S108 the folder is 0700


def traversable(path: Path) -> bool:
    """May any user of this machine walk down to path?"""
    path = path.resolve()
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents] if folder.is_dir())


def server_user(data: Path) -> pwd.struct_passwd | None:
    """Whom to run as: nobody else for a person, for root the owner of the data, else postgres, else nobody."""
    if os.geteuid() != 0:
        return None
    if (data / "PG_VERSION").exists() and data.stat().st_uid != 0:
        return pwd.getpwuid(data.stat().st_uid)
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedError("Root may not run PostgreSQL, and this machine has neither a user postgres nor nobody.")


def private_folder(folder: Path, owner: pwd.struct_passwd | None = None) -> None:
    """Make the folder 0700 and the owner's; a folder that belongs to a stranger is refused."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    wanted = owner.pw_uid if owner else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {wanted, os.geteuid()}:
        other = pwd.getpwuid(found.st_uid).pw_name
        raise EmbeddedError(f"{folder} belongs to {other}. Run as that user, or move the folder away.")
    if owner and found.st_uid != wanted:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o700)
