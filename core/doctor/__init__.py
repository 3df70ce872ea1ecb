"""Look an installation over: what is well, what is not, and what to do about it.

It looks one name up, connects to the port of the app on this machine, and sends nothing else anywhere.
"""

from core.doctor.examination import NAME, PORT, examine
from core.doctor.finding import Finding, State

__all__ = ["NAME", "PORT", "Finding", "State", "examine"]
