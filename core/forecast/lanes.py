"""How many lanes of a job are really at work, as its attempts show it."""

from itertools import accumulate

from core.forecast.course import Course

ALL_LANES = 0.95
"""Part of a job's lanes that has to be at work, on average, to count as all of them."""


def lanes_at_work(course: Course) -> float:
    """Lanes that worked or rested, on average, while any did: fewer than the job has when places, other jobs or
    hosts keep them back.
    """
    rest = course.config.interval_seconds
    spans = [(-one.ago - one.seconds, -one.ago + rest) for one in course.ended]
    spans += [(-one.age, 0.0) for one in course.running]
    begin = min(one for one, _end in spans)
    if not course.is_whole:  # what ended before, and still worked then, is not known
        begin = min(-one.ago for one in course.ended) + rest
    clipped = sorted((max(first, begin), min(last, 0.0)) for first, last in spans if last > begin and first < 0.0)
    taken, busy, until = 0.0, 0.0, begin
    for first, last in clipped:
        taken += last - first
        busy += max(0.0, last - max(first, until))
        until = max(until, last)
    most = float(course.config.concurrency)
    return min(most, max(1.0, taken / busy)) if busy > 0 else most


def places_at_work(course: Course) -> float:
    """The most visits at a time, when that is what keeps the lanes back; else the lanes."""
    if lanes_at_work(course) > ALL_LANES * course.config.concurrency:
        return float(course.config.concurrency)
    steps = [(-one.ago - one.seconds, 1) for one in course.ended] + [(-one.ago, -1) for one in course.ended]
    steps += [(-one.age, 1) for one in course.running]
    return float(max(accumulate(step for _at, step in sorted(steps))))
