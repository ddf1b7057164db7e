"""Gives the tests real digits, and mirrors on this machine that serve them well or badly."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy loads; small matrices want one thread

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from data import load_sample

BROWSER = "tests/browser/"
SHARED_MNIST = Path(__file__).parents[2] / "shared" / "data" / "mnist"


class OneServerForAllBrowsers(LoadFileScheduling):
    """Gives a file's tests to one process, and all browser tests to one: they share a server."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneServerForAllBrowsers:
    """Share the tests out among the processes."""
    return OneServerForAllBrowsers(config, log)


@pytest.fixture(scope="session")
def mnist_dir() -> Path:
    """The folder with MNIST's four files: MNIST_DIR where set."""
    folder = Path(os.environ.get("MNIST_DIR") or SHARED_MNIST)
    if not folder.is_dir():
        pytest.skip("MNIST is not on this machine: set MNIST_DIR to the folder with its four files")
    return folder


@pytest.fixture(scope="session")
def digits() -> tuple[np.ndarray, np.ndarray]:
    """60 real digits as a file holds them: pixels (60, 784) and labels (60,), uint8."""
    sample = load_sample()
    return np.rint(sample.X_dev[:60] * 255).astype(np.uint8), sample.Y_dev[:60].astype(np.uint8)


@pytest.fixture(scope="session")
def csv_rows(digits) -> list[list[str]]:
    """60 real digits, a list of label and pixels each, as text."""
    return [[str(label), *map(str, pixels)] for pixels, label in zip(*digits, strict=True)]


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    """Write rows, and a header where given, to a file."""

    def write(
        rows: list[list[str]], header: str | None = None, name: str = "digits.csv", end: str = "\n"
    ) -> Path:
        lines = [header] if header else []
        lines += [",".join(row) for row in rows]
        path = tmp_path / name
        path.write_bytes("".join(line + end for line in lines).encode())
        return path

    return write


class Mirror:
    """A web server that serves a folder; `spoil` changes a file's bytes, `cut` breaks off half-way."""

    def __init__(
        self, folder: Path, spoil: Callable[[bytes], bytes] | None = None, cut: bool = False
    ) -> None:
        self.requests: list[str] = []
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self._answer()

            def do_GET(self) -> None:
                content = self._answer()
                self.wfile.write(content[: len(content) // 2] if cut else content)

            def _answer(self) -> bytes:
                mirror.requests.append(f"{self.command} {self.path}")
                path = folder / self.path.strip("/")
                content = path.read_bytes() if path.is_file() else b""
                if spoil:
                    content = spoil(content)
                self.send_response(200 if path.is_file() else 404)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                return content

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """Stop serving; the port is closed then."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def mirror(mnist_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Mirror]]:
    """Start mirrors of MNIST: `mirror()`, `mirror(cut=True)`, `mirror(spoil=...)`, `mirror(folder=...)`."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    started: list[Mirror] = []

    def start(folder: Path = mnist_dir, **faults: object) -> Mirror:
        started.append(Mirror(folder, **faults))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no folder that names the files: everything has to be downloaded."""
    monkeypatch.setenv("DIGITS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.delenv("FASHION_MNIST_DIR", raising=False)
    return tmp_path / "cache"
