"""Optical character recognition of pages without text, by the program tesseract where it is installed."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any

from indexer.readers import hocr
from indexer.readers.hocr import RecognisedPage

LANGUAGES = ("fra", "eng")
PAGE_SECONDS = 60.0

_RESOLUTION = 300.0
_MAX_PIXELS = 40_000_000
_MAX_SIDE = 20_000
_MIN_CONFIDENCE = 80.0  # below it the page may lie on its side
_READABLE = 40.0  # below it there are no words but what a photograph or a drawing seems to say
_MIN_ORIENTATION_CONFIDENCE = 1.0
_INSTALL = (
    "Debian, Ubuntu, and Windows under WSL: apt-get install tesseract-ocr {packages}; "
    "macOS: brew install tesseract tesseract-lang"
)


class OcrError(Exception):
    """Why a page could not be recognised, and what to do about it."""

    def __init__(self, reason: str, mend: str) -> None:
        self.reason = reason
        self.mend = mend
        super().__init__(f"{reason}; {mend}")


@dataclass(frozen=True, slots=True)
class Engine:
    """The program that recognises text: where it is."""

    program: str

    def recognise(self, page: Any) -> RecognisedPage:
        """What stands on a pypdfium2 page, in points from its upper left corner, turned upright.

        Raises OcrError where the program fails or takes too long.
        """
        image = _rendered(page)
        found = self._read(image, page)
        if found.confidence < _MIN_CONFIDENCE:
            turn = self._turn(image)
            if turn:
                turned = self._read(image.rotate(-turn, expand=True), page)
                found = max(found, turned, key=lambda recognised: recognised.confidence)
        return found if found.confidence >= _READABLE else RecognisedPage(height=found.height)

    def _read(self, image: Any, page: Any) -> RecognisedPage:
        scale = max(image.size) / max(1.0, *page.get_size())
        said = self._run(image, "-l", "+".join(LANGUAGES), "--psm", "3", "-c", "tessedit_create_hocr=1")
        return hocr.parse(said, scale)

    def _turn(self, image: Any) -> int:
        """By how many degrees clockwise the image has to be turned to stand upright; 0 where that is not known."""
        try:
            said = self._run(image, "--psm", "0").decode(errors="replace")
        except OcrError:
            return 0  # too few letters to tell, or no data for it
        values = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)
        try:
            sure = float(values.get("Orientation confidence", "0")) >= _MIN_ORIENTATION_CONFIDENCE
            return int(values.get("Rotate", "0")) if sure else 0
        except ValueError:
            return 0

    def _run(self, image: Any, *options: str) -> bytes:
        width, height = image.size
        picture = b"P5 %d %d 255\n" % (width, height) + image.tobytes()
        command = [self.program, "stdin", "stdout", "--dpi", f"{_RESOLUTION:.0f}", *options]
        try:
            done = _called(command, picture)
        except subprocess.TimeoutExpired as error:
            raise OcrError(
                f"has a page that OCR does not read within {PAGE_SECONDS:.0f} seconds",
                "scan it again in black and white at 300 dots per inch, or leave that page out",
            ) from error
        except OSError as error:
            raise OcrError(f"needs OCR, and {self.program} cannot be run ({error})", _install(LANGUAGES)) from error
        if done.returncode:
            said = " ".join(done.stderr.decode(errors="replace").split())[-160:] or f"exit status {done.returncode}"
            raise OcrError(f"has a page that OCR fails on ({said})", "scan it again, or leave that page out")
        return done.stdout


def engine() -> Engine:
    """The engine of this machine. Raises OcrError where it, or its data for French or English, is not installed."""
    program = shutil.which("tesseract")
    if program is None:
        raise OcrError(
            "holds only page images and no text, and there is no tesseract to recognise it",
            f"install it, or run OCR before indexing. {_install(LANGUAGES)}",
        )
    missing = [language for language in LANGUAGES if language not in _languages(program)]
    if missing:
        raise OcrError(
            f"holds only page images and no text, and tesseract has no data for {' and '.join(missing)}",
            f"install them. {_install(missing)}",
        )
    return Engine(program)


@functools.cache
def _languages(program: str) -> frozenset[str]:
    try:
        done = _called([program, "--list-langs"], b"")
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(done.stdout.decode(errors="replace").split())


def _called(command: list[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
    # One thread: on pages, several take longer in sum and hardly less in time.
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
    return subprocess.run(  # noqa: S603 - found on PATH, and no word of the command comes from a file
        command, input=given, capture_output=True, timeout=PAGE_SECONDS, env=environment, check=False
    )


def _install(languages: tuple[str, ...] | list[str]) -> str:
    return _INSTALL.format(packages=" ".join(f"tesseract-ocr-{language}" for language in languages))


def _rendered(page: Any) -> Any:
    """The page as a grey PIL image."""
    width, height = (max(1.0, length) for length in page.get_size())
    scale = min(_RESOLUTION / 72, (_MAX_PIXELS / (width * height)) ** 0.5, _MAX_SIDE / max(width, height))
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        return bitmap.to_pil().convert("L").copy()
    finally:
        bitmap.close()
