"""Lote: scrapes lists of domains in the background and gives one report per domain."""

__version__ = "0.1.0"
