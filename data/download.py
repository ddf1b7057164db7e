"""Fetches MNIST and Fashion-MNIST once, checks every byte, and keeps them for the next time."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pooch

from data.dataset import DataError
from data.mnist import Remote, RemoteFile, cache_folder

Progress = Callable[[int, int], object]  # called with the bytes that are here and the bytes in all

PATIENCE = 5.0  # seconds that a mirror has to answer: a class that is offline must hear of it soon

pooch.get_logger().setLevel("WARNING")  # its 'Downloading data from ...' would tear the progress bar apart


def download(
    remote: Remote, mirrors: Sequence[str] = (), progress: Progress | None = None, patience: float = PATIENCE
) -> list[Path]:
    """Download the files that are not here yet, and check them all.

    A file appears under its name only when it is complete and its SHA-256 is right, so several visitors may
    download at once. A mirror that fails is not asked again; the next one takes over.

    Parameters
    ----------
    remote : Remote
    mirrors : sequence of str
        Addresses of folders, tried in this order; the remote's own where empty.
    progress : callable, optional
        Called as `progress(bytes_here, bytes_in_all)` while bytes arrive.
    patience : float
        Seconds that a mirror has to answer, and that it may pause.

    Returns
    -------
    list of 4 Path
        The files in the order of `remote.files`.

    Raises
    ------
    DataError
        Where no mirror delivers, or the disk takes no more. It says what happened, and how to go on.
    """
    waiting, failures, paths, done = list(mirrors or remote.mirrors), [], [], 0
    total = sum(file.size for file in remote.files)
    for file in remote.files:
        while waiting:
            bar = _ProgressBar(progress, done, file.size, total) if progress else False
            try:
                paths.append(_fetch(waiting[0] + file.name, file, cache_folder(remote), bar, patience))
                break
            except (OSError, ValueError) as error:
                if isinstance(error, OSError) and error.strerror:  # the disk's; the network's have none
                    raise DataError(
                        f"{remote.name} could not be stored in {cache_folder(remote)} ({error.strerror}): "
                        "make room there, or set DIGITS_CACHE to another folder."
                    ) from error
                failures.append(f"{urlsplit(waiting.pop(0)).netloc} {_reason(error)}")
        else:
            raise DataError(
                f"{remote.name} could not be downloaded: {'; '.join(failures)}. Check the network and try "
                f"again, set {remote.variable} to a folder with the four files, or use the sample: it needs "
                "no network."
            )
        done += file.size
    return paths


class _ProgressBar:
    """The progress bar of one file, as pooch drives it, that reports the bytes of all files."""

    def __init__(self, report: Progress, before: int, size: int, all_files: int) -> None:
        self._report, self._before, self._size, self._all_files = report, before, size, all_files
        self._here = 0
        self.total = size  # pooch writes here what the server says

    def update(self, size: int) -> None:
        self._here = min(self._here + size, self._size)  # pooch counts a short last chunk as a whole one
        self._report(self._before + self._here, self._all_files)

    def reset(self) -> None:
        self._here = 0

    def close(self) -> None:
        pass


def _fetch(url: str, file: RemoteFile, folder: Path, bar: _ProgressBar | bool, patience: float) -> Path:
    """Return the file from the cache, or download it there through a temporary file."""
    http = pooch.HTTPDownloader(progressbar=bar, chunk_size=1 << 16, timeout=patience)

    def downloader(url: str, output_file: str, pooch: object) -> None:
        _knock(url, patience)
        http(url, output_file, pooch)

    return Path(
        pooch.retrieve(url, f"sha256:{file.sha256}", fname=file.name, path=folder, downloader=downloader)
    )


def _knock(url: str, patience: float) -> None:
    """Raise OSError where a mirror does not answer in time.

    A socket's time limit counts anew for each of a host's many addresses, and not for looking up its name.
    """
    answers: list[bool] = []

    def ask() -> None:
        with suppress(OSError):
            answers.append(pooch.HTTPDownloader(timeout=patience)(url, None, None, check_only=True))

    thread = Thread(target=ask, daemon=True)
    thread.start()
    thread.join(patience)
    if not answers:
        raise OSError("does not answer")
    if not answers[0]:
        raise OSError("does not have the file")


def _reason(error: Exception) -> str:
    """Say in a few words what a mirror did: requests and pooch say it in a paragraph."""
    if type(error) is OSError:
        return str(error)
    return "sent wrong bytes" if isinstance(error, ValueError) else "broke off"
