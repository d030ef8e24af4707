"""Measurements beside peers, one module a name; `scripts/bench.py` runs them."""
