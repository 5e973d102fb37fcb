"""Pricetag: forecasts of what a function will cost, while it is being written."""

__version__ = "0.1.0"
