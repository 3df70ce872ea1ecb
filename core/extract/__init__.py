"""Bytes of a page → `Extraction`: everything a report says about a page; pure, one parse for all of it."""

from core.extract.extraction import EXTRACTOR_VERSION, Extraction, extract
from core.extract.reach import Reach, read_reach
from core.extract.site_pages import SitePage
from core.extract.wish import NOTHING_MORE, Wish

__all__ = ["EXTRACTOR_VERSION", "NOTHING_MORE", "Extraction", "Reach", "SitePage", "Wish", "extract", "read_reach"]
