"""The Chromium of the system, driven by Playwright."""

import shutil

from playwright.sync_api import Browser, Playwright

EXECUTABLE = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
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
