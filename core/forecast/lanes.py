"""How many lanes of a job are really at work, as its attempts show it."""

from itertools import accumulate

from core.forecast.course import Course

ALL_LANES = 0.95
"""Part of a job's lanes that has to be at work, on average, to count as all of them."""
MOMENT_DIGITS = 3
"""A visit that begins when another ends is not beside it: moments count to the millisecond."""


def lanes_at_work(course: Course) -> float:
    """Lanes that worked or rested, on average, while any did, since they are what they are: fewer than the job has
    when places, other jobs or hosts keep them back.
    """
    rest = course.config.interval_seconds
    spans = [(-one.ago - one.seconds, -one.ago + rest) for one in course.ended]
    spans += [(-one.age, 0.0) for one in course.running]
    begin = min(one for one, _end in spans)
    if not course.is_whole:  # what ended before, and still worked then, is not known
        begin = min(-one.ago for one in course.ended) + rest
    if course.changed_ago is not None:  # other lanes worked before
        begin = max(begin, -course.changed_ago)
    clipped = sorted((max(first, begin), min(last, 0.0)) for first, last in spans if last > begin and first < 0.0)
    taken, busy, until = 0.0, 0.0, begin
    for first, last in clipped:
        taken += last - first
        busy += max(0.0, last - max(first, until))
        until = max(until, last)
    most = float(course.config.concurrency)
    return min(most, max(1.0, taken / busy)) if busy > 0 else most


def places_at_work(course: Course) -> float:
    """The most visits at a time, since the lanes are what they are, when that keeps them back; else the lanes."""
    if lanes_at_work(course) > ALL_LANES * course.config.concurrency:
        return float(course.config.concurrency)
    ended = [one for one in course.ended if course.changed_ago is None or one.ago < course.changed_ago]
    steps = [(-one.ago - one.seconds, 1) for one in ended] + [(-one.ago, -1) for one in ended]
    steps += [(-one.age, 1) for one in course.running]
    in_order = sorted((round(at, MOMENT_DIGITS), step) for at, step in steps)
    return float(max(1, *accumulate(step for _at, step in in_order)))
