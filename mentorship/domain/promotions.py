"""Promotion codes and grandfathered prices: what a product costs one student."""

from enum import StrEnum


class PromotionKind(StrEnum):
    PERCENT = "percent"
    AMOUNT = "amount"
