"""Runs a function in a sandbox and labels it with its peak memory and runtime (Python, C++)."""
