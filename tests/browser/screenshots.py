"""Pictures of every page in both languages: python tests/browser/screenshots.py --index .index --out docs/images

They are taken of a server over a copy of the index, with keys of its own.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
import time
from io import BytesIO
from pathlib import Path

import uvicorn
from page_list import Shown, pages
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from indexer.documents import LANGUAGES
from indexer.store import open_index
from service.access import CallerRole
from service.api import create_app
from service.identity import keys
from service.server_settings import Settings
from service.state import State

WIDTH, HEIGHT = 1280, 900
COLOURS = 128


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", type=Path, default=Path(".index"))
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--only", nargs="*", default=[], help="names of pages; all if left out")
    parser.add_argument("--width", type=int, default=WIDTH)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as base:
        index, data = Path(base) / "index", Path(base) / "data"
        shutil.copytree(options.index, index)
        held = open_index(index)
        document = next(one for one in held.documents() if one.format == "pdf" and one.meeting_date == "2020-09")
        passage = next(one for one in held.passages(document.id) if one.jurisdictions)
        listed = pages(document.id, (passage.start, passage.end), "2020-09")
        made = {role: keys.make(State(data), role, "Ann Lee")[1] for role in CallerRole if role.rank}
        server = uvicorn.Server(
            uvicorn.Config(create_app(index, settings=Settings(data=data)), port=0, log_level="critical")
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for shown in listed:
                if not options.only or shown.name in options.only:
                    _take(browser, address, shown, made.get(shown.role), options.out, options.width)
            browser.close()
        server.should_exit = True
        thread.join()


def _take(browser: Browser, address: str, shown: Shown, key: str | None, out: Path, width: int) -> None:
    context = browser.new_context(base_url=address, viewport={"width": width, "height": HEIGHT})
    page = context.new_page()
    if key is not None:
        page.goto("/login?lang=en")
        page.locator("#key").fill(key)
        page.locator("main button[type=submit]").click()
    for language in LANGUAGES:
        page.goto(shown.address(language), wait_until="networkidle")
        path = out / f"{shown.name}-{language}.png"
        # Few colours are enough for pages, and take a third of the room.
        Image.open(BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS).save(path, optimize=True)
        sys.stdout.write(f"{path}\n")
    context.close()


if __name__ == "__main__":
    main()
