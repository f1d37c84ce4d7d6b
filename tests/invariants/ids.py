"""What must always hold, each with a name, in one sentence.

A test carries the names of those it proves: `@pytest.mark.invariant("B1", runs=runs(200))`, where
`runs` is how often it repeats itself, each case of a parametrised test for itself, since the
table adds them up. `test_listed.py` fails for a name without a test.
"""

INVARIANTS = {
    "A1": "An acknowledged answer survives the end of any process, and is in what is graded",
    "A2": "The page says “saved” only on an acknowledgement of that very answer",
    "A3": "Sending the same save again equals sending it once",
    "A4": "An older answer never replaces a newer one, and who is stale is told what is stored",
    "A5": "Unsent answers are sent again after a reload, and erased once they are stored",
    "A6": "Every acknowledged answer can be listed with its time and source, and none is deleted",
    "A7": "A malformed answer concerns its own question only, and replaces nothing valid",
    "A8": "With a full disk a save fails loudly, and nothing acknowledged is lost",
    "A9": "Whoever closes an attempt, the last acknowledged answers count",
    "B1": "Simultaneous starts give one open attempt, and never more than are allowed",
    "B2": "Handing in many times at once grades once, and all are told the same",
    "B3": "A save beside a submit is graded or refused, never acknowledged and missing",
    "B4": "After an attempt is closed no request of its student changes an answer",
    "B5": "What is overdue is closed and graded without a browser; one broken delays no other",
    "B6": "Nothing depends on the sweeper: whoever meets an overdue attempt finds it closed",
    "B7": "Who teaches or administers never starts, answers or closes an attempt by looking",
    "B8": "All rules together do what a simple model of them does",
    "C1": "Only the server's clock decides",
    "C2": "One function says when an attempt ends, and everybody asks it",
    "C3": "A request is judged by when it arrived, however long it then waits",
    "C4": "Durations are elapsed time, dates are the course's own, doubtful times are refused",
    "C5": "An extension or shortening reaches server and open pages, and no stored answer is lost",
    "C6": "A step of the server's clock neither reopens an attempt nor closes it twice",
    "C7": "A session outlives the longest attempt, and signing in again loses nothing",
    "D1": "A score is a function of version and answer, on any process, in any order and zone",
    "D2": "An attempt shows and uses the versions it was started with",
    "D3": "A regrade is asked for, repeatable, adds marks and touches no answer",
    "D4": "Numbers are exact, and the same wherever they are shown",
    "D5": "An error in grading leaves the attempt waiting for somebody, never a silent zero",
    "D6": "Whatever was handed in is graded in the end, and once",
    "D7": "Dashboards equal a recount of the raw rows",
    "D8": "Only finished attempts count",
    "E1": "Until the reveal, two sites that differ in the key alone answer a student alike",
    "E2": "The time of an answer does not tell right from wrong",
    "E3": "Nothing is revealed by default, nor while anybody may earn credit under the same key",
    "E4": "No filter, order or search reaches the key",
    "E5": "What is unpublished or not theirs is out of reach by every door",
}
