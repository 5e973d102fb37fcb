"""Our own programs: families of functions written down as templates, in Python and C++, made from seeds."""

from pricetag.train.generator.generate import LANGUAGES, generate, generate_versions

__all__ = ["LANGUAGES", "generate", "generate_versions"]
