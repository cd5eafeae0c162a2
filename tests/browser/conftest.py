"""A real Chromium at the login screen of a real service."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from otp_service.demo.redis_process import RedisProcess
from otp_service.simulator import RunningSimulator
from tests.browser.site import CHROMIUM, Site, launch, running_site
from tests.programs import program

_PATIENCE_MS = 20_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = program(*CHROMIUM)
    with sync_playwright() as playwright:
        running = launch(playwright, chromium)
        # A condition that comes true is met at once; a busy machine may need longer for it.
        expect.set_options(timeout=_PATIENCE_MS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def site_settings() -> dict[str, str]:
    """Settings of the module's service by their environment names; modules override this."""
    return {}


@pytest.fixture(scope="module")
def running(
    redis_server: RedisProcess,
    simulator: RunningSimulator,
    site_settings: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    log = tmp_path_factory.mktemp("site") / "service.log"
    with running_site(redis_server, simulator, log, **site_settings) as site:
        yield site


@pytest.fixture
def site(running: Site) -> Site:
    """The module's service, with nobody's login in it."""
    running.forget_everyone()
    return running


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page as a new visitor; options are those of Playwright's new_context."""
    contexts: list[BrowserContext] = []

    def open_page(url: str, **options: object) -> Page:
        context = browser.new_context(**{"locale": "en-US", **options})  # type: ignore[arg-type]
        context.set_default_timeout(_PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
