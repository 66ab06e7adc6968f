"""How much of a page jumps while it loads, as browsers count it."""

from __future__ import annotations

from playwright.sync_api import Page, Route

SEEN = "() => new Promise((done) => new PerformanceObserver(() => done()).observe({ type: 'paint', buffered: true }))"
MOVED = """() => new Promise((done) => {
  let moved = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) moved += one.value;
  }).observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => setTimeout(() => done(moved), 100));
})"""


def hold_until_seen(page: Page, script: str) -> None:
    """From now on the script comes only after the page was painted once, as it does over a slow line."""

    def hold(route: Route) -> None:
        page.evaluate(SEEN)
        route.continue_()

    page.route(script, hold)


def moved(page: Page) -> float:
    """The sum of all layout shifts since the page began to load."""
    return float(page.evaluate(MOVED))
