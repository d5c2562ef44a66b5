"""Measurements at full size; `make bench` runs them."""
