"""How a rule says no."""


class Refused(Exception):
    """An act that a rule forbids. `str()` is a sentence for the person: what is wrong, what to do.

    Nothing has been changed when it is raised.
    """
