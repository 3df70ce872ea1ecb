"""The queue in the database: every change of a `status` is one guarded statement behind one verb, and only here.

Transactions lock in the order job, steps, the rest; each function works in the `writing()` transaction of its caller.
"""

from core.queue.breaker import give_back, trip
from core.queue.claim import Claim, Claimed, claim, held, renew
from core.queue.create import create, keep_list_order
from core.queue.extend import extend
from core.queue.extract_again import extract_again
from core.queue.hold import hold, release
from core.queue.ledger import host_changed, pace_changed, recall
from core.queue.move import cancel, delete, pause, resume, retry, start
from core.queue.rescue import rescue
from core.queue.settle import settle
from core.queue.settlement import Completed, Failed, Lost, Settled, Settlement, WorkerGone
from core.queue.sums import drop_old as drop_old_sums

__all__ = [
    "Claim",
    "Claimed",
    "Completed",
    "Failed",
    "Lost",
    "Settled",
    "Settlement",
    "WorkerGone",
    "cancel",
    "claim",
    "create",
    "delete",
    "drop_old_sums",
    "extend",
    "extract_again",
    "give_back",
    "held",
    "hold",
    "host_changed",
    "keep_list_order",
    "pace_changed",
    "pause",
    "recall",
    "release",
    "renew",
    "rescue",
    "resume",
    "retry",
    "settle",
    "start",
    "trip",
]
