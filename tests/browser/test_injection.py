"""Attacking texts typed into the forms, imported and put into addresses: they are shown as texts, and nothing runs.

What would run calls `hit()`, which is an error of the page; so are a broken policy, a dialog and a question to the
outside (conftest.py). What was taken for markup is an element `x-hit`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from gridmap.config import Settings
from gridmap.store.tables import Area, Grid, GridPlan, Project
from tests import attacks
from tests.browser.conftest import PATIENCE_MS, READY, Watched, serving
from tests.services import small_world
from tests.web import organisation

pytestmark = pytest.mark.browser

Watch = Callable[..., Watched]
NAMES = "</script>\"><x-hit><img src=x onerror=hit(0)>'{{7*7}}"
HIT = "window.hit = (n) => { throw new Error(`executed ${n}`); };"


@contextmanager
def guarded(watched: Watched) -> Iterator[Page]:
    """A page in which whatever runs is an error."""
    page = watched.page
    page.add_init_script(HIT)
    page.on("dialog", lambda dialog: (watched.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("popup", lambda opened: watched.errors.append(f"opened: {opened.url}"))
    yield page
    is_plain(page)


def is_plain(page: Page) -> None:
    assert page.locator("x-hit").count() == 0, page.url
    assert page.evaluate("[...document.querySelectorAll('*')].filter((n) => n.hasAttribute('onerror')).length") == 0
    assert page.locator("base, iframe, meta[http-equiv=refresh]").count() == 0


@pytest.fixture
def base(settings: Settings) -> Iterator[str]:
    """The small world, where every name is an attack."""
    store = small_world.build(settings)
    with store.write() as session:
        for table in (Area, Grid, GridPlan):
            session.execute(sa.update(table).values(name=NAMES))
        session.execute(sa.update(Project).values(name=NAMES, attribution=NAMES))
    with serving(settings, now=small_world.now) as address:
        yield address
    store.close()


def test_what_is_typed_and_brought_in_is_shown_as_text(base: str, watch: Watch) -> None:
    watched = watch(base)
    watched.allowed.append("422")  # a month of data is too little to compare
    with guarded(watched) as page:
        take_in(watched)
        said = page.locator(".facts__text").inner_text()
        assert said.split() == attacks.LONG.split()
        expect(page.locator("#facts")).to_contain_text(attacks.SHORT)
        page.fill("#note", attacks.SHORT)
        page.fill("#lat", "30.2051")
        page.click("#move-save")
        expect(page.locator(".story__note").first).to_have_text(attacks.SHORT)
        is_plain(page)
        bring_in(watched)
        for address in ("/incidents", "/linkage", "/audit", f"/incidents?grid={quote(attacks.SHORT)}"):
            watched.open(address)
            is_plain(page)
        look_at_the_map(watched)
        watched.allowed.append("404")
        watched.page.goto(f"{base}/{quote(attacks.MARKUP[1], safe='')}?q={quote(attacks.MARKUP[0])}")


def take_in(watched: Watched) -> None:
    """A new incident by its form, every field an attack."""
    page = watched.open("/incidents/new")
    page.select_option("#kind", "order.noise")
    page.fill("#address", attacks.SHORT)
    page.fill("#lon", str(small_world.CLUSTER[0]))
    page.fill("#lat", str(small_world.CLUSTER[1]))
    page.fill("#summary", attacks.LONG)
    page.fill("#reporter-name", attacks.SHORT)
    with page.expect_navigation(url="**/incidents/*-*"):
        page.click("#send")
    page.wait_for_selector(READY, state="attached", timeout=PATIENCE_MS)


def bring_in(watched: Watched) -> None:
    """A file whose name, headings, cells and mapping are attacks: checked, and stored with what is bad left out."""
    page = watched.open("/import?layer=units")
    lon, lat = small_world.CLUSTER
    cell = '"' + attacks.SHORT.replace('"', '""') + '"'
    rows = [f"code,name,lon,lat,{cell}", f"U1,{cell},{lon},{lat},{cell}", f"{cell},{cell},{cell},{lat},{cell}"]
    file = {"name": f"{attacks.SHORT}.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    page.set_input_files("#file", files=[file])
    page.click("#check")
    expect(page.locator("#checked")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#sample")).to_contain_text(attacks.SHORT)
    is_plain(page)
    page.fill("#save-source", attacks.SHORT)
    page.click("#store")
    expect(page.locator("#result")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#past")).to_contain_text(attacks.SHORT)
    is_plain(page)


def look_at_the_map(watched: Watched) -> None:
    """Names of places, a mark of the address, what is searched, a saved view, and the lists beside the map."""
    lon, lat = small_world.CLUSTER
    words = f"tab=change&dock=table&at={lon},{lat}&name={quote(attacks.SHORT)}&layers=grids,borders,labels"
    page = watched.open(f"/?{words}#16/{lat}/{lon}")
    expect(page.locator("body")).to_contain_text(NAMES)
    is_plain(page)
    for text in (attacks.SHORT, NAMES[:9]):
        page.fill("#grid-search", text)
        page.wait_for_timeout(300)
        is_plain(page)
    page.keyboard.press("Escape")
    page.click("#tool-views")
    page.fill("#view-name", attacks.SHORT)
    page.click("#view-save")
    expect(page.locator(".views__open").first).to_contain_text(attacks.SHORT)
    page.mouse.move(720, 450)
    is_plain(page)


@pytest.fixture
def office(settings: Settings) -> Iterator[tuple[str, organisation.Organisation]]:
    store = small_world.build(settings)
    people = organisation.build(store, settings)
    with serving(settings, now=small_world.now, hashing=organisation.CHEAP) as address:
        yield address, people
    store.close()


def test_names_of_people_places_and_tokens_are_texts(
    office: tuple[str, organisation.Organisation], watch: Watch
) -> None:
    base, people = office
    watched = watch(base)
    watched.allowed += ["401", "422"]
    with guarded(watched) as page:
        watched.open(f"/sign-in?next={quote(attacks.MARKUP[9])}")
        page.fill("#name", attacks.SHORT)
        page.fill("#password", attacks.LONG[:190])
        page.click("#enter")
        expect(page.locator("#said")).to_contain_text("不正确")
        is_plain(page)
        enter(watched, people, "system-admin")
        page.goto(f"{base}/accounts?q={quote(attacks.SHORT)}")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.fill("form[action='/accounts'] #name", "typed-by-hand")
        page.fill("#shown_name", attacks.SHORT)
        with page.expect_navigation():
            page.press("#shown_name", "Enter")
        expect(page.locator("main")).to_contain_text(attacks.SHORT)
        is_plain(page)
        name_kinds(watched)
        watched.page.context.clear_cookies()
        enter(watched, people, "commander")
        expect(page.locator("body")).to_contain_text(attacks.SHORT)
        is_plain(page)
        page.goto(f"{base}/account")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.fill("#token-name", attacks.SHORT)
        page.locator("form[action='/account/tokens'] input[name=action]").first.check()
        with page.expect_navigation():
            page.press("#token-name", "Enter")
        expect(page.locator("main")).to_contain_text(attacks.SHORT)
        is_plain(page)
        watched.page.context.clear_cookies()
        enter(watched, people, "security-admin")
        page.goto(f"{base}/posts?q={quote(attacks.SHORT)}")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        for field in ("place", "worker", "deputy"):
            page.fill(f"#{field}", attacks.SHORT)
        with page.expect_navigation():
            page.press("#place", "Enter")
        expect(page.locator("#place")).to_have_value(attacks.SHORT)


def name_kinds(watched: Watched) -> None:
    """The settings: a kind, and what stands below the base map."""
    page = watched.open("/settings")
    for field in ("zh", "en"):
        page.locator(f"input[name={field}]").first.fill(attacks.SHORT)
    with page.expect_navigation():
        page.locator("button.button--main[value=store]").click()
    is_plain(page)
    page = watched.open("/settings/map")
    page.fill("[name=map_approval_number]", attacks.SHORT)
    with page.expect_navigation():
        page.press("[name=map_approval_number]", "Enter")
    is_plain(page)
    watched.open("/settings/history")
    is_plain(page)


def enter(watched: Watched, people: organisation.Organisation, name: str) -> None:
    page = watched.open("/sign-in")
    page.fill("#name", name)
    page.fill("#password", people.password(name))
    page.click("#enter")
    if name in people.codes:
        page.locator("#code").wait_for(state="visible")
        page.fill("#code", people.code(name))
        page.press("#code", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.wait_for_selector(READY, state="attached", timeout=PATIENCE_MS)
