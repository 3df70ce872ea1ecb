"""The commands that care for an installation, one a file; `python -m core` registers them."""
