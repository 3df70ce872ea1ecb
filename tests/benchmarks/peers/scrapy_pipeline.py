"""Scrapy: a spider over the same addresses, and a pipeline that extracts in its process."""

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from twisted.internet import defer

from core import extract_preload  # noqa: F401  # the import warms
from core.extract import extract
from tests.benchmarks.peers.task import Meter, Task, tell

MODULE = "tests.benchmarks.peers.scrapy_pipeline"


class Here(CachingThreadedResolver):
    """Every name is this machine."""

    def getHostByName(self, name: str, timeout: tuple[int, ...] = ()) -> Any:
        return defer.succeed("127.0.0.1")


class Extraction:
    """The pipeline."""

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        extract(item["body"], item["url"], item["type"])
        return item


class Pages(Spider):
    """Asks for every page once."""

    name = "pages"
    task: Task

    async def start(self) -> AsyncIterator[Request]:
        for url in self.task.urls():
            yield Request(url)

    def parse(self, response: Response, **_others: Any) -> Any:
        kind = response.headers.get("Content-Type", b"").decode()
        yield {"body": response.body, "url": response.url, "type": kind}


def main() -> None:
    """From the opening of the spider to its end."""
    task = Task.given()
    process = CrawlerProcess(
        {
            "CONCURRENT_REQUESTS": task.concurrency,
            "DOWNLOAD_DELAY": 0,
            "DNS_RESOLVER": f"{MODULE}.Here",
            "ITEM_PIPELINES": {f"{MODULE}.Extraction": 100},
            "LOG_LEVEL": "ERROR",
            "ROBOTSTXT_OBEY": False,
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    crawler = process.create_crawler(Pages)
    meters: list[Meter] = []
    ends: list[dict[str, float]] = []
    crawler.signals.connect(lambda: meters.append(Meter()), signals.spider_opened, weak=False)
    crawler.signals.connect(lambda: ends.append(meters[0].figures(task.hosts)), signals.spider_closed, weak=False)
    process.crawl(crawler, task=task)
    process.start()
    scraped = crawler.stats.get_value("item_scraped_count") if crawler.stats else 0
    assert scraped == task.hosts, f"{scraped} pages"
    tell(ends[0])


if __name__ == "__main__":
    from tests.benchmarks.peers import scrapy_pipeline  # under its name, by which Scrapy loads what the settings name

    scrapy_pipeline.main()
