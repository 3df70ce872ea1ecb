"""The bundled small web: what `python -m core demo` and the tests scrape instead of the internet."""
