"""The one kind of error a person can mend, and the end of what a person has stopped.

Everything else that goes wrong is a bug: it keeps its own exception type and traceback. Not for control flow.
"""


class UserProblem(Exception):  # noqa: N818 - it names what the musician has, not what Python raised
    """Something outside the program stands in the way, and the person in front of it can clear it.

    Args:
        what: What happened, one sentence.
        why: The cause as far as it is known, naming the file, field or device.
        what_to_do: The next step for the person, in the imperative.
    """

    def __init__(self, what: str, why: str, what_to_do: str) -> None:
        super().__init__(f"{what} {why} {what_to_do}")
        self.what = what
        self.why = why
        self.what_to_do = what_to_do


class StoppedError(Exception):
    """The person wanted it no more. Nothing went wrong, and nothing is to be said about it."""
