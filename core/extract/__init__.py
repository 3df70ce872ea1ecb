"""Bytes of a page → `Extraction`: everything a report says about a page; pure, one parse for all of it."""

from core.extract.extraction import EXTRACTOR_VERSION, Extraction, extract

__all__ = ["EXTRACTOR_VERSION", "Extraction", "extract"]
