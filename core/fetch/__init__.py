"""Fetching: the only place of the scrape that opens connections. `Fetcher` turns a target into a `Page`."""

from core.fetch.fetcher import Fetcher
from core.fetch.lookup import Resolver, system_resolver
from core.fetch.page import BadAnswer, FetchOptions, Page, ProxyRefused

__all__ = ["BadAnswer", "FetchOptions", "Fetcher", "Page", "ProxyRefused", "Resolver", "system_resolver"]
