"""How a rule says no."""


class Refused(Exception):  # noqa: N818  # it is an answer, not a fault
    """An act that a rule forbids. `str()` is a sentence for the person: what is wrong, what to do.

    Nothing has been changed when it is raised.
    """
