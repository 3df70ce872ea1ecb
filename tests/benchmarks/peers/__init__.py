"""Throughput of Lote next to its limit (extraction alone) and to what else does the same work, in one run."""
