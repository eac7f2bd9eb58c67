"""A real Chromium for tests of pages, and axe to look at them.

    async def test_the_calendar_can_be_read_by_everyone(open_page: OpenPage) -> None:
        page = await open_page(width=390, colours="dark")
        await page.goto(address)
        assert await violations(page) == []

Such a test runs on the session's event loop, where the browser lives. What serves its pages runs in
a thread, in a process, or in an async fixture with `loop_scope="session"`.
"""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal, NoReturn, Protocol

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Error, Page, async_playwright

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",  # CI is root
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Tests meet nobody outside.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RUN_AXE = "() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"


class OpenPage(Protocol):
    """Opens a page in a context of its own, with its own cookies; ``zone`` as its clock has it."""

    async def __call__(
        self,
        *,
        width: int = 1280,
        height: int = 800,
        colours: Literal["light", "dark"] = "light",
        zone: str | None = None,
        touch: bool = False,
    ) -> Page: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what uses the browser on the loop in which the browser lives."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium, else Playwright's own, else the test is skipped (in CI it fails)."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    async with async_playwright() as playwright:
        try:
            chromium = await playwright.chromium.launch(executable_path=found, args=QUIET)
        except Error as problem:
            _no_browser(problem)
        yield chromium
        await chromium.close()


def _no_browser(problem: Error) -> NoReturn:
    reason = f"No browser: install Chromium to run this test. {problem.message.splitlines()[0]}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """Open pages; what throws in one of them, or breaks its content policy, fails the test."""
    complaints: list[str] = []
    contexts = []

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(message.text)

    async def open_(
        *,
        width: int = 1280,
        height: int = 800,
        colours: Literal["light", "dark"] = "light",
        zone: str | None = None,
        touch: bool = False,
    ) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=colours,
            reduced_motion="reduce",
            timezone_id=zone,
            has_touch=touch,
        )
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", listen)
        return page

    yield open_
    for context in contexts:
        await context.close()
    assert complaints == []


async def violations(page: Page) -> list[str]:
    """What axe finds, a line per element: rule, impact, the element, what to mend."""
    # Evaluated through the debugger, which the page's content policy does not govern.
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    return [
        f"{rule['id']} ({rule['impact']}) at {node['html']}: {_on_one_line(node['failureSummary'])}"
        for rule in await page.evaluate(RUN_AXE)
        for node in rule["nodes"]
    ]


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
