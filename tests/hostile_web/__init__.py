"""A web that means harm, in a network namespace of its own: hosts that drip, flood, lie and lead astray.

`python -m tests.hostile_web` runs inside: every address there is this machine itself, so nothing can leave it.
"""
