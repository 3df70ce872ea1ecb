"""The Metrics screen: figures of the period and owner that the URL asks for, without any, ways to where one can act."""

from datetime import UTC, datetime, timedelta
from typing import Any

from streamlit.testing.v1 import AppTest

from core.failures import FailureKind
from core.job_service import JobService
from tests.pages.conftest import Opened
from tests.story import claim, completed, engine_lives, failed, flagged, new_job, settle

PAGE = "pages/metrics.py"


def tiles(screen: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in screen.metric}


def story(service: JobService) -> None:
    """Of ana a good step, a flagged one and two failures; of luis a good one."""
    database = service.database
    ana = new_job(service, 4, created_by="ana")
    one, two, three, four = claim(database, only_job=ana)
    settle(database, completed(one, total_seconds=14.0, fetched_at=datetime.now(UTC)), flagged(two, "thin_text"))
    settle(database, failed(three), failed(four, kind=FailureKind.DNS))
    luis = new_job(service, ["only.test"], created_by="luis")
    settle(database, *map(completed, claim(database, only_job=luis)))
    engine_lives(database)


def test_without_a_step_the_screen_says_what_it_is_for(open_page: Opened) -> None:
    screen = open_page(PAGE)
    assert [title.value for title in screen.title] == ["Metrics"]
    assert any("No step ended in this time" in text.value for text in screen.markdown)
    assert tiles(screen)["Success"] == "–"
    assert not screen.dataframe


def test_the_figures_of_a_period_are_told(open_page: Opened, service: JobService) -> None:
    story(service)
    screen = open_page(PAGE)
    told = tiles(screen)
    assert (told["Success"], told["Flagged"], told["Queue age"]) == ("60 %", "33.3 %", "–")
    assert any("5 steps · all owners" in caption.value for caption in screen.caption)
    [kinds] = (table.value for table in screen.table)
    worst, slow = (table.value for table in screen.dataframe)
    assert sorted(kinds["Failure"]) == ["dns", "timeout"]
    assert list(worst["host"]) == ["h3.test", "h4.test"]
    assert (list(slow["host"]), list(slow["mean"])) == (["h1.test"], ["14 s"])
    links = {link.proto.label: link.proto.query_string for link in screen.get("page_link")}
    assert links["2 failed"] == "view=attention"
    assert links["0 waiting"] == "view=active"


def test_owner_and_period_of_the_url_are_kept_to(open_page: Opened, service: JobService) -> None:
    story(service)
    screen = open_page(PAGE, owner="luis", period="7d")
    assert tiles(screen)["Success"] == "100 %"
    assert [table for table in screen.dataframe] == []
    today = datetime.now(UTC).date()
    past: dict[str, Any] = {"from": today - timedelta(days=9), "to": today - timedelta(days=8)}
    assert tiles(open_page(PAGE, period="custom", **past))["Success"] == "–"
    past["to"] = today
    assert tiles(open_page(PAGE, period="custom", **past))["Success"] == "60 %"
    past["from"] = today + timedelta(days=1)
    assert "ends before it begins" in open_page(PAGE, period="custom", **past).error[-1].value


def test_a_choice_goes_into_the_url(open_page: Opened, service: JobService) -> None:
    story(service)
    screen = open_page(PAGE)
    screen.button_group(key="metrics_period").set_value("1h").run()
    screen.selectbox(key="metrics_owner").set_value("ana").run()
    assert screen.query_params == {"period": "1h", "owner": "ana"}
    assert tiles(screen)["Success"] == "50 %"


def test_the_screen_speaks_spanish_charts_included(open_page: Opened, service: JobService) -> None:
    story(service)
    screen = open_page(PAGE)
    screen.button_group(key="language").set_value("es").run()
    assert [title.value for title in screen.title] == ["Métricas"]
    assert not screen.error
    charts = [chart.proto.spec for chart in screen.get("vega_lite_chart")]
    assert len(charts) == 3
    assert all("ene" in spec and "'.', ','" in spec for spec in charts)
