"""The version of the terms in force; a new order keeps the one it was made under."""

TERMS_VERSION = "2026-11"
"""The year and month in which the text of the terms page last changed."""
