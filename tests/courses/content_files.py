"""A small whole course as content files, for the tests of reading, checking and loading."""

from pathlib import Path

COURSE = """\
- model: courses.course
  fields: {key: ir, title: International Relations, summary: "About [[anarchy]].", published: true}

- model: courses.source
  fields: {key: waltz1979, kind: book, label: Waltz 1979, title: Theory, cited_through: [thesis]}
- model: courses.source
  fields: {key: thesis, kind: thesis, label: Thesis 2011, title: Never the twain}

- model: courses.term
  fields:
    key: anarchy
    title: Anarchy
    definition: |
      No ruler above states.
      See [[self-help]].
    see_also: [[self-help]]
- model: courses.term
  fields: {key: self-help, title: Self-help, definition: Reliance on oneself., lens: realism}

- model: courses.module
  fields: {key: realism, course: [ir], position: 1, title: Realism, lens: realism}
- model: courses.module
  fields: {key: ideas, course: [ir], position: 2, title: Ideas, prerequisites: [[realism]]}

- model: courses.objective
  fields: {key: derive, module: [realism], verb: derive, statement: derive it, bloom: apply}
- model: courses.objective
  fields: {key: doubt, module: [ideas], verb: doubt, statement: doubt it, bloom: evaluate}
"""

LESSONS = """\
- model: courses.lesson
  fields:
    activity: [picture]
    question: Why is there no trust?
    objectives: [[derive]]
    body: |
      ## No ruler

      Nobody rules states [@waltz1979, p. 102]. {: #nobody-rules }

      So [[self-help]] it is. {: #self-help-it-is }

      {{ checkpoint: warm-up }}

      {{ figure: gains }}
    summary: One. Two. Three.

- model: courses.figure
  fields:
    key: gains
    title: Gains
    description: Who gains what.
    kind: payoff
    spec:
      row_player: A
      column_player: B
      row_moves: [stay, go]
      column_moves: [stay, go]
      cells: [[[1, 1], [0, 2]], [[2, 0], [0, 0]]]

- model: courses.activity
  fields: {key: picture, module: [realism], kind: lesson, position: 1, title: The picture}
- model: courses.activity
  fields: {key: picture-quiz, module: [realism], kind: quiz, position: 2, title: The quiz}
"""

QUESTION = """\
- model: quizzes.question
  fields:
    key: {key}
    module: [realism]
    kind: single
    use: {use}
    objectives: [[derive]]
    bloom: apply
    difficulty: "0.65"
    status: ready
    spec:
      prompt: Who rules ({key})?
      feedback: Nobody.
      options:
        - key: nobody
          text: Nobody
          correct: true
          feedback: Yes.
          evidence: {{lesson: picture, paragraph: nobody-rules, source: waltz1979, why: It does.}}
        - key: council
          text: A council
          correct: false
          feedback: No.
          evidence: {{lesson: picture, paragraph: nobody-rules, source: waltz1979, why: It does.}}
        - key: hegemon
          text: The strongest
          correct: false
          feedback: No.
          evidence: {{lesson: picture, paragraph: self-help-it-is, source: thesis, why: It does.}}
"""

QUESTIONS = "".join(
    QUESTION.format(key=key, use=use)
    for key, use in (("rules", "graded"), ("trust", "graded"), ("warm-up", "practice"))
)

QUIZ = """\
- model: quizzes.quiz
  fields: {activity: [picture-quiz], intro: "About [[anarchy]].", time_limit: 600}
- model: quizzes.slot
  fields: {quiz: [picture-quiz], position: 1, question: null, objective: [derive]}
- model: quizzes.slot
  fields: {quiz: [picture-quiz], position: 2, question: [rules], points: "2.00"}
"""

FILES = {
    # In the order of their names, what is referred to comes after what refers to it.
    "a-quiz.yaml": QUIZ,
    "b/questions.yaml": QUESTIONS,
    "c/lessons.yaml": LESSONS,
    "d-course.yaml": COURSE,
}


def write(folder: Path) -> Path:
    """The course in a folder of its own."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def edit(folder: Path, name: str, old: str, new: str) -> None:
    """Replace a text that stands in the file, the first time it stands there."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
