"""Renders every screen, in both themes: python -m tests.browser.screenshots OUT."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from otp_service.demo.redis_process import running_redis
from otp_service.simulator import SimulatorSettings, running_simulator
from tests.browser.console_screens import CONSOLE_SCREENS
from tests.browser.site import (
    CHROMIUM,
    ORDINARY,
    WHATSAPP_IS_DOWN,
    WITHOUT_WHATSAPP,
    Site,
    launch,
    running_site,
)
from tests.browser.steps import ask_for_a_code, await_code_screen, log_in, type_code
from tests.conftest import ACCESS_TOKEN, APP_SECRET, BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID

# What a customer sees: three codes in a quarter of an hour.
_AS_DELIVERED = {"OTP_SEND_LIMIT": "3 per 15 minutes"}
_PHONE = {"width": 390, "height": 844}
_SMALL = {"width": 320, "height": 640}
_DESK = {"width": 1024, "height": 800}


def number(_page: Page, _site: Site) -> None:
    pass


def number_refused(page: Page, _site: Site) -> None:
    ask_for_a_code(page, "12345")
    expect(page.get_by_role("alert")).to_be_visible()


def whatsapp_down(page: Page, _site: Site) -> None:
    ask_for_a_code(page, WHATSAPP_IS_DOWN)
    expect(page.get_by_role("alert")).to_be_visible()


def code(page: Page, _site: Site) -> None:
    ask_for_a_code(page)
    await_code_screen(page)


def code_delivered(page: Page, site: Site) -> None:
    code(page, site)
    expect(page.get_by_text("Delivered: check your phone")).to_be_visible()


def code_wrong(page: Page, site: Site) -> None:
    code(page, site)
    type_code(page, site.wrong_code())
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Code", exact=True).press_sequentially("123")


def no_whatsapp(page: Page, _site: Site) -> None:
    ask_for_a_code(page, WITHOUT_WHATSAPP)
    expect(page.get_by_text("This number has no WhatsApp")).to_be_visible()


def done(page: Page, site: Site) -> None:
    log_in(page, site, ORDINARY)


def stale(page: Page, _site: Site) -> None:
    page.context.clear_cookies()
    ask_for_a_code(page)


SCREENS: tuple[Callable[[Page, Site], None], ...] = (
    number,
    number_refused,
    whatsapp_down,
    code,
    code_delivered,
    code_wrong,
    no_whatsapp,
    done,
    stale,
)


@contextmanager
def _whole_site(folder: Path) -> Iterator[Site]:
    settings = SimulatorSettings(
        access_token=ACCESS_TOKEN,
        phone_number_id=PHONE_NUMBER_ID,
        business_account_id=BUSINESS_ACCOUNT_ID,
        app_secret=APP_SECRET,
        require_app_secret_proof=True,
    )
    with (
        running_redis() as redis,
        running_simulator(settings) as simulator,
        running_site(redis, simulator, folder / "service.log", **_AS_DELIVERED) as site,
    ):
        yield site


def _photograph(browser: Browser, site: Site, out: Path) -> None:
    sizes = {"phone": _PHONE, "small": _SMALL, "desk": _DESK}
    for screen in (*SCREENS, *CONSOLE_SCREENS):
        for theme in ("light", "dark"):
            for size, viewport in sizes.items():
                site.forget_everyone()
                context = browser.new_context(
                    color_scheme=theme,
                    viewport=viewport,  # type: ignore[arg-type]
                    locale="en-US",
                    device_scale_factor=2,
                )
                page = context.new_page()
                page.goto(site.login)
                screen(page, site)
                page.screenshot(path=out / f"{screen.__name__}-{size}-{theme}.png", full_page=True)
                context.close()


def main(out: Path) -> None:
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        sys.exit("The screenshots need chromium on PATH.")
    out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        _whole_site(Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        _photograph(launch(playwright, chromium), site, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
