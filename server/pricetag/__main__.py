"""``python -m pricetag`` is ``pricetag``."""

from __future__ import annotations

from pricetag.cli import main

if __name__ == "__main__":
    main()
