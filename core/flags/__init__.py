"""Facts of a page → flags with their evidence: small pure rules, one file each."""

from core.flags.flag import EXPLANATIONS, Flag

__all__ = ["EXPLANATIONS", "Flag"]
