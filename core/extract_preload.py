"""Imported by the fork server alone, once, before it forks the first worker: what is paid here no worker pays again."""

import gc
import multiprocessing.spawn
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's threads would not survive the fork
os.environ.setdefault("OMP_NUM_THREADS", "1")

from htmldate import find_date  # numpy comes with it

from core.extract import extract, language

WARMING = """<html lang="es"><head><title>Warming</title></head><body><article><h1>Warming</h1>
<p>{sentence}</p><p>Teléfono 912 345 678, info@example.com</p></article></body></html>"""


def _skip_main(_: str) -> None:
    """A worker needs nothing of the script that started the app; importing it would load the whole of Streamlit."""


def _warm() -> None:
    language.detect("word " * 30)
    extract(WARMING.format(sentence="Una frase con algunas palabras. " * 40).encode(), "https://example.com/a", None)
    # A text that is no date goes through every language of the parser; a readable one warms only a tenth.
    find_date("<html><body><p class='date'>no date in here 99 x</p></body></html>")


multiprocessing.spawn._fixup_main_from_path = _skip_main  # type: ignore[attr-defined]
multiprocessing.spawn._fixup_main_from_name = _skip_main  # type: ignore[attr-defined]
_warm()
gc.collect()
gc.freeze()  # the workers share these pages of memory
