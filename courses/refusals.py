"""How a rule says no."""


class Refused(Exception):  # noqa: N818  # it is an answer, not a fault
    """An act that a rule forbids. `str()` is a sentence for the person: what is wrong, what to do.

    Nothing has been changed when it is raised.
    """


class ToBeMeant(Refused):
    """An act that has consequences one may not think of. Its page asks for a tick, and does it
    when the same comes again with that."""
