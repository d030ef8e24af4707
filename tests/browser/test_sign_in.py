"""Signing in before a real browser: the second factor, what the menu leaves, and what happens when a session ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from gridmap.services import accounts
from gridmap.store.engine import open_store
from tests.browser.conftest import PHONE, READY, Watched, serving
from tests.browser.test_accessible import LOOKS, checked
from tests.postgres_databases import Databases
from tests.services import small_world
from tests.web import organisation
from tests.web.organisation import Organisation

pytestmark = pytest.mark.browser

Watch = Callable[..., Watched]


@dataclass
class Office:
    """The organisation, and where it is served."""

    people: Organisation
    base: str


@pytest.fixture(scope="module")
def office(
    template_db: str, tmp_path_factory: pytest.TempPathFactory, databases: Databases | None
) -> Iterator[Office]:
    with small_world.standing(template_db, tmp_path_factory.mktemp("office"), databases) as settings:
        store = open_store(settings.db)
        people = organisation.build(store, settings)
        with serving(settings, now=small_world.now, hashing=organisation.CHEAP) as base:
            yield Office(people, base)
        store.close()


def enter(page: Page, office: Office, name: str) -> None:
    page.fill("#name", name)
    page.fill("#password", office.people.password(name))
    with page.expect_navigation():
        page.press("#password", "Enter")
    page.wait_for_selector(READY, state="attached")


def test_the_code_is_asked_for_while_the_password_stays(office: Office, watch: Watch) -> None:
    watched = watch(office.base)
    watched.allowed += ["401"]
    page = watched.open("/posts?q=G1")
    expect(page.locator(".nav__link")).to_have_count(0)
    page.fill("#name", "nobody-at-all")
    page.fill("#password", "not the password")
    page.click("#enter")
    expect(page.locator("#said")).to_contain_text("不正确")
    expect(page.locator("#code-field")).to_be_hidden()
    page.fill("#name", "security-admin")
    page.fill("#password", office.people.password("security-admin"))
    page.click("#enter")
    expect(page.locator("#code")).to_be_focused()
    page.fill("#code", office.people.code("security-admin"))
    with page.expect_navigation():
        page.press("#code", "Enter")
    expect(page).to_have_url(f"{office.base}/posts?q=G1")
    page.wait_for_selector(READY, state="attached")
    expect(page.locator(".nav__link")).to_have_text(["岗位"])
    person = page.locator("#person summary")
    expect(person).to_have_text("security-admin 001")
    person.click()
    page.keyboard.press("Escape")
    expect(page.locator("#person .menu__list")).to_be_hidden()
    expect(person).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(f"{office.base}/sign-in")


def test_a_page_leaves_when_its_session_has_ended_and_comes_back(office: Office, watch: Watch) -> None:
    name = office.people.one_more("commander")
    watched = watch(office.base, PHONE, touch=True)
    watched.allowed += ["401"]
    page = watched.open("/sign-in")
    enter(page, office, name)
    expect(page.locator("#total")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
    here = page.evaluate("() => location.pathname + location.search + location.hash")
    people = office.people
    accounts.end_sessions(people.store, people.settings, people.uids[name], actor="local", now=small_world.now())
    page.wait_for_url("**/sign-in?next=**", timeout=15_000)  # the change feed asked, and was refused
    page.wait_for_selector(READY, state="attached")
    enter(page, office, name)
    assert page.evaluate("() => location.pathname + location.search + location.hash") == here


@pytest.mark.parametrize(("theme", "lang"), LOOKS)
def test_the_pages_are_accessible(office: Office, watch: Watch, theme: str, lang: str) -> None:
    it = checked(watch(office.base), theme, lang)
    it.open("/sign-in")
    it.check("sign in")
    it.page.fill("#name", "system-admin")
    it.page.fill("#password", office.people.password("system-admin"))
    it.press("#enter")
    expect(it.page.locator("#code")).to_be_focused()
    it.page.fill("#code", office.people.code("system-admin"))
    with it.page.expect_navigation():
        it.press("#enter")
    it.open("/accounts")
    it.press("#person summary")
    it.check("accounts")
    it.open("/account")
    it.check("own account")
    it.open("/account/second-factor")
    it.check("another telephone")
    it.assert_none()
