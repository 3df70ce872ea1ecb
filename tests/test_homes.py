"""The labelled home pages: what each flag, the walls, the contact fields and the text are held to."""

from collections import Counter

import pytest

from tests.benchmarks import homes
from tests.benchmarks.homes import HOMES, VERDICTS, WALL, Looked

PRECISION, RECALL = 0.95, 0.8
CONTACT = {"emails": 0.95, "phones": 0.9, "social profiles": 0.95}  # F1
VISIBLE, HIDDEN = 0.95, 0.05  # shares of snippets; style sheets, which hide some, are not read
SAMPLE = (
    "bakery_gutenberg_ca",
    "behind_cloudflare_ok",
    "cra_prerendered",
    "default_nginx",
    "dental_elementor",
    "domain_broker_shop",
    "exactly_thirty_words",
    "js_angular",
    "js_cra",
    "lamps_next_ssr",
    "login_b2b_shop_es",
    "login_office_like",
    "moodle_front_courses",
    "moved_es_to_com_same_brand",
    "news_portal_es",
    "nowall_403_nginx",
    "parked_bodis",
    "parked_registrar_es_courtesy",
    "parking_sl",
    "soft404_next",
    "soft404_wp_es",
    "thin_construction_es",
    "twenty_nine_words",
    "wall_cf_just_a_moment",
    "wall_incapsula_iframe_200",
)


@pytest.fixture(scope="module")
def looked() -> Looked:
    return [(home, homes.look(home)) for home in homes.read()]


@pytest.mark.parametrize("name", SAMPLE)
def test_a_page_is_judged_and_read_as_labelled(name: str) -> None:
    home = next(home for home in homes.read() if home.name == f"{name}.html")
    found = homes.look(home)
    assert found.verdicts - set(home.either) == home.verdicts - set(home.either)
    assert homes.snippets(home, found.page) == ([], [])


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_verdict_is_seldom_wrong_and_seldom_missed(looked: Looked, verdict: str) -> None:
    count = homes.verdict(verdict, looked)
    assert count.precision >= PRECISION and count.recall >= RECALL, count


@pytest.mark.parametrize("field", CONTACT)
def test_contact_is_found(looked: Looked, field: str) -> None:
    assert homes.contact(field, looked).f1 >= CONTACT[field]


def test_visible_text_is_found_and_hidden_text_is_not(looked: Looked) -> None:
    reports = [(home, *homes.snippets(home, found.page)) for home, found in looked if home.error_kind is None]
    assert sum(len(lacks) for _, lacks, _ in reports) <= (1 - VISIBLE) * sum(len(home.visible) for home, *_ in reports)
    assert sum(len(leaks) for *_, leaks in reports) <= HIDDEN * sum(len(home.hidden) for home, *_ in reports)


def test_the_labels_fit_their_pages() -> None:
    labelled = homes.read()
    assert {home.name for home in labelled} == {page.name for page in (HOMES / "pages").iterdir()}
    counts = Counter(verdict for home in labelled for verdict in home.verdicts)
    assert set(counts) == set(VERDICTS) and min(counts.values()) >= 12
    held_out = Counter(verdict for home in labelled if home.set == "held_out" for verdict in home.verdicts)
    assert min(held_out[verdict] for verdict in VERDICTS) >= 3


def test_each_label_agrees_with_itself() -> None:
    for home in homes.read():
        assert home.flags == [verdict for verdict in VERDICTS if verdict in home.flags], home.name
        assert not set(home.flags) & set(home.either), home.name
        assert "js_only" not in home.flags or "thin_text" in home.flags, home.name
        if home.error_kind is None:
            assert home.http_status == 200, home.name
        else:
            assert not home.flags and home.error_kind.startswith((WALL, "http_")), home.name
