"""The Chromium of the system, driven by Playwright."""

import shutil

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first takes half of the processor time: it has no windows to draw."""
EXECUTABLE = next(filter(None, map(shutil.which, NAMES)), None)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""It asks nobody but the app; root (containers) cannot use its sandbox."""


def launch(playwright: Playwright) -> Browser:
    """A headless Chromium with a profile of its own."""
    return playwright.chromium.launch(executable_path=EXECUTABLE, args=list(QUIET))
