"""Loading content files: what it refuses, what it says, what it changes."""

import io
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from courses.content_io import applying, checking, comparing, reading
from courses.models import (
    Cohort,
    Course,
    Enrolment,
    Lesson,
    Module,
    Paragraph,
    Source,
    Term,
    User,
)
from courses.refusals import Refused
from quizzes.content import PARTS
from quizzes.models import (
    Attempt,
    Band,
    Evidence,
    Item,
    Question,
    QuestionVersion,
    Quiz,
    Section,
    Slot,
)
from quizzes.sitting import attempts
from tests import factories
from tests.courses.content_files import FILES, edit, write
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path, monkeypatch):
    """The small course's folder; complaints name its files as from inside it."""
    monkeypatch.chdir(tmp_path)
    return write(tmp_path)


def load(*paths, **options):
    """What the command prints."""
    out = io.StringIO()
    call_command("load_content", *(paths or ["."]), stdout=out, **options)
    return out.getvalue().splitlines()


def faults(*paths, command="load_content"):
    """The complaints of a refused load, and that nothing was changed."""
    with pytest.raises(CommandError) as refusal:
        call_command(command, *(paths or ["."]), stdout=io.StringIO())
    *complaints, end = str(refusal.value).splitlines()
    assert end.endswith("to mend; nothing was changed.")
    assert not Course.objects.exists()
    return complaints


# --- what is refused

QUIZ, QUESTIONS, LESSONS, COURSE = FILES

PRACTICE = """\
- model: quizzes.quiz
  fields: {activity: [picture-quiz], review: practice}
- model: quizzes.slot
  fields: {quiz: [picture-quiz], position: 1, module: [realism]}
- model: quizzes.slot
  fields: {quiz: [picture-quiz], position: 2, lens: realism}
"""
OTHER_QUIZ = """\
- model: courses.activity
  fields: {key: other-quiz, module: [realism], kind: quiz, position: 3, title: Other}
- model: quizzes.quiz
  fields: {activity: [other-quiz]}
- model: quizzes.slot
  fields: {quiz: [other-quiz], position: 1, question: [trust]}
- model: quizzes.section
  fields: {key: part, quiz: [other-quiz], position: 1, title: Part}
"""

FAULTS = {
    "a syntax error": (
        COURSE, "{key: derive,", "{key: derive",
        "d-course.yaml:26  This is not YAML: did not find expected ',' or '}'. Look for a colon,"
        " quote or indent around here.",
    ),
    "an unknown model": (
        COURSE, "courses.term", "courses.trem",
        "d-course.yaml:9  model: “courses.trem” is not a model of content files. Did you mean"
        " “courses.term”?",
    ),
    "an unknown field": (
        COURSE, "title: Anarchy", "titel: Anarchy",
        "d-course.yaml:12  anarchy  titel: There is no such field. Did you mean “title”?",
        "d-course.yaml:9  anarchy  title: Missing. Write this field.",
    ),
    "a derived field": (
        COURSE, "title: Anarchy", "title: Anarchy\n    definition_html: <p>Hello",
        "d-course.yaml:13  anarchy  definition_html: There is no such field. Did you mean"
        " “definition”?",
    ),
    "a missing field": (
        COURSE, "statement: derive it, ", "",
        "d-course.yaml:25  derive  statement: Missing. Write this field.",
    ),
    "a number for a text": (
        COURSE, "title: Theory", "title: 1984",
        "d-course.yaml:5  waltz1979  title: Write this as text; quote it if it looks like a"
        " number, a date or yes/no.",
    ),
    "a text for a number": (
        COURSE, "course: [ir], position: 1", "course: [ir], position: first",
        "d-course.yaml:21  realism  position: Write a whole number.",
    ),
    "a text for a flag": (
        COURSE, "published: true", "published: soon",
        "d-course.yaml:2  ir  published: Write true or false.",
    ),
    "a word for a decimal": (
        QUIZ, 'points: "2.00"', "points: two",
        "a-quiz.yaml:6  picture-quiz 2  points: Write a number such as “1.00”.",
    ),
    "a decimal out of range": (
        QUESTIONS, '"0.65"', '"6.50"',
        "b/questions.yaml:9  rules  difficulty: Ensure this value is less than or equal to 1.",
    ),
    "an unknown choice": (
        COURSE, "lens: realism}\n\n", "lens: realist}\n\n",
        "d-course.yaml:18  self-help  lens: Choose one of: “”, realism, institutionalism,"
        " constructivism.",
    ),
    "a key that is no key": (
        COURSE, "key: doubt", "key: Doubt it",
        "d-course.yaml:28  courses.objective  key: A key is lower-case words and digits joined by"
        " hyphens, such as “realism-picture”.",
    ),
    "a reference without brackets": (
        COURSE, "module: [ideas]", "module: ideas",
        "d-course.yaml:28  doubt  module: Refer to the module by its key in square brackets, such"
        " as [ideas].",
    ),
    "many references without brackets": (
        COURSE, "prerequisites: [[realism]]", "prerequisites: [realism]",
        "d-course.yaml:23  ideas  prerequisites: Write a list of keys, each in square brackets,"
        " such as [[one], [another]].",
    ),
    "a reference given twice": (
        COURSE, "see_also: [[self-help]]", "see_also: [[self-help], [self-help]]",
        "d-course.yaml:16  anarchy  see_also: “self-help” is named twice. Keep one.",
    ),
    "an unknown reference": (
        COURSE, "module: [ideas]", "module: [idea]",
        "d-course.yaml:28  doubt  module: No module has the key “idea”. Did you mean “ideas”?",
    ),
    "an unknown reference among many": (
        COURSE, "see_also: [[self-help]]", "see_also: [[trust]]",
        "d-course.yaml:16  anarchy  see_also[0]: No term has the key “trust”. Mend the key, or add"
        " the term first.",
    ),
    "a field given twice": (
        COURSE, "title: Anarchy", "title: Anarchy\n    title: Rule",
        "d-course.yaml:13  “title” is given twice here. Keep one.",
    ),
    "a reference inside the file": (
        COURSE, "title: Anarchy", "title: &a Anarchy\n    lens: *a",
        "d-course.yaml:12  References inside a file (&name, *name) are not used in content. Write"
        " the value out.",
    ),
    "a primary key": (
        COURSE, "- model: courses.course\n", "- model: courses.course\n  pk: 1\n",
        "d-course.yaml:1  pk: Entries are known by their keys. Take “pk” out.",
    ),
    "an entry without fields": (
        COURSE, "- model: courses.course\n", "- {model: courses.course}\n- model: courses.course\n",
        "d-course.yaml:1  An entry has “model” and “fields” and nothing else.",
    ),
    "a date that is none": (
        COURSE, "title: Theory", "title: 2011-02-30",
        "d-course.yaml:4  This value cannot be read: day is out of range for month.",
    ),
    "modules at one position": (
        COURSE, "position: 2", "position: 1",
        "d-course.yaml:23  ideas  position: Position 1 is taken by “realism”. Give each its own.",
    ),
    "modules that require each other": (
        COURSE, "title: Realism,", "title: Realism, prerequisites: [[ideas]],",
        "d-course.yaml:21  realism  prerequisites: This leads back to itself: realism → ideas →"
        " realism. Take one of these references out.",
        "d-course.yaml:23  ideas  prerequisites: This leads back to itself: ideas → realism →"
        " ideas. Take one of these references out.",
    ),
    "an unknown citation": (
        LESSONS, "@waltz1979", "@walz1979",
        "c/lessons.yaml:9  picture  body: No source has the key “walz1979”. Did you mean"
        " “waltz1979”?",
    ),
    "an unknown term": (
        COURSE, "See [[self-help]]", "See [[selfhelp]]",
        "d-course.yaml:15  anarchy  definition: No term has the key “selfhelp”. Did you mean"
        " “self-help”?",
    ),
    "an unknown figure": (
        LESSONS, "figure: gains }", "figure: gain }",
        "c/lessons.yaml:15  picture  body: No figure has the key “gain”. Did you mean “gains”?",
    ),
    "an unknown checkpoint": (
        LESSONS, "checkpoint: warm-up", "checkpoint: warmup",
        "c/lessons.yaml:13  picture  body: No checkpoint has the key “warmup”. Did you mean"
        " “warm-up”?",
    ),
    "a checkpoint that is graded": (
        LESSONS, "checkpoint: warm-up", "checkpoint: rules",
        "c/lessons.yaml:13  picture  body: Question “rules” is for graded quizzes, and a"
        " checkpoint shows its answer at once. Name a question whose use is practice.",
    ),
    "a paragraph without an id": (
        LESSONS, " {: #self-help-it-is }", "",
        "c/lessons.yaml:11  picture  body: This paragraph has no id. End it with a line like"
        " {: #two-or-three-words }.",
        "b/questions.yaml:29  rules  spec.options[2].evidence.paragraph: Lesson “picture” has no"
        " paragraph “self-help-it-is”. Name one of its paragraphs.",
        "b/questions.yaml:58  trust  spec.options[2].evidence.paragraph: Lesson “picture” has no"
        " paragraph “self-help-it-is”. Name one of its paragraphs.",
        "b/questions.yaml:87  warm-up  spec.options[2].evidence.paragraph: Lesson “picture” has no"
        " paragraph “self-help-it-is”. Name one of its paragraphs.",
    ),
    "broken Markdown": (
        COURSE, "No ruler above", "No <b>ruler</b> above",
        "d-course.yaml:14  anarchy  definition: HTML is shown as text, not obeyed: <b>. Use"
        " Markdown, or put code between backticks.",
        "d-course.yaml:14  anarchy  definition: HTML is shown as text, not obeyed: </b>. Use"
        " Markdown, or put code between backticks.",
    ),
    "a text that is too hard": (
        LESSONS, "summary: One.", f"summary: One{'!' * 70_000}.",
        "c/lessons.yaml:16  picture  summary: This text has 69 KB of at most 64. Divide it in two.",
    ),
    "a figure that cannot be drawn": (
        LESSONS, "kind: payoff", "kind: pie",
        "c/lessons.yaml:23  gains  kind: “pie” is not a kind of figure. Use one of: payoff, tree,"
        " timeline, membership, organs, bars, lens-matrix.",
    ),
    "an objective of another module": (
        LESSONS, "objectives: [[derive]]", "objectives: [[doubt]]",
        "c/lessons.yaml:5  picture  objectives[0]: Objective “doubt” belongs to module “ideas”,"
        " not to “realism”.",
    ),
    "a lesson on a quiz's step": (
        LESSONS, "kind: lesson", "kind: quiz",
        "c/lessons.yaml:3  picture  activity: Activity “picture” is a quiz, not a lesson. Name"
        " another, or change its kind.",
        "c/lessons.yaml:32  picture  key: This quiz has no content. Add a quizzes.quiz entry whose"
        " activity is [picture].",
    ),
    "a step without content": (
        LESSONS,
        "- model: courses.activity\n",
        "- model: courses.activity\n  fields: {key: more, module: [realism], kind: lesson,"
        " position: 3, title: More}\n- model: courses.activity\n",
        "c/lessons.yaml:32  more  key: This lesson has no content. Add a courses.lesson entry"
        " whose activity is [more].",
    ),
    "a question of another module": (
        QUESTIONS, "module: [realism]", "module: [ideas]",
        "b/questions.yaml:7  rules  objectives[0]: Objective “derive” belongs to module"
        " “realism”, not to “ideas”.",
        "a-quiz.yaml:6  picture-quiz 2  question: “rules” belongs to module “ideas”, which"
        " “realism” does not build on. Name one of this module, or add “ideas” to its"
        " prerequisites.",
    ),
    "a question without an objective": (
        QUESTIONS, "objectives: [[derive]]", "objectives: []",
        "b/questions.yaml:7  rules  objectives: Name at least one objective that this question"
        " tests.",
    ),
    "an unknown kind of question": (
        QUESTIONS, "kind: single", "kind: singel",
        "b/questions.yaml:5  rules  kind: No kind of question has the key “singel”. Did you mean"
        " “single”?",
    ),
    "an option without evidence": (
        QUESTIONS,
        "          evidence: {lesson: picture, paragraph: nobody-rules, source: waltz1979, why: It"
        " does.}\n", "",
        "b/questions.yaml:15  rules  spec.options[0].evidence: Missing. Name the paragraph that"
        " decides this.",
    ),
    "evidence in an unknown lesson": (
        QUESTIONS, "lesson: picture", "lesson: pictures",
        "b/questions.yaml:19  rules  spec.options[0].evidence.lesson: No lesson has the key"
        " “pictures”. Did you mean “picture”?",
    ),
    "evidence in an unknown paragraph": (
        QUESTIONS, "paragraph: nobody-rules", "paragraph: nobody-rule",
        "b/questions.yaml:19  rules  spec.options[0].evidence.paragraph: Lesson “picture” has no"
        " paragraph “nobody-rule”. Did you mean “nobody-rules”?",
    ),
    "evidence in an unknown source": (
        QUESTIONS, "source: waltz1979", "source: waltz1997",
        "b/questions.yaml:19  rules  spec.options[0].evidence.source: No source has the key"
        " “waltz1997”. Did you mean “waltz1979”?",
    ),
    "no right option": (
        QUESTIONS, "correct: true", "correct: false",
        "b/questions.yaml:14  rules  spec.options: Exactly one option must be correct.",
    ),
    "an unknown term in an option": (
        QUESTIONS, "text: A council", 'text: "A council of [[anarchi]]"',
        "b/questions.yaml:21  rules  spec.options[1].text: No term has the key “anarchi”. Did you"
        " mean “anarchy”?",
    ),
    "a slot with question and objective": (
        QUIZ, "question: [rules]", "question: [rules], objective: [derive]",
        "a-quiz.yaml:6  picture-quiz 2  question: Give a slot either a question or a pool"
        " (objective, tag, module, lens or difficulty); this one has both.",
    ),
    "a slot with neither": (
        QUIZ, ", objective: [derive]", "",
        "a-quiz.yaml:4  picture-quiz 1  question: Give a slot either a question or a pool"
        " (objective, tag, module, lens or difficulty); this one has neither.",
        "a-quiz.yaml:1  picture-quiz  Slot 1 has no question to draw from. Add one, or remove the"
        " slot.",
    ),
    "a slot with a practice question": (
        QUIZ, "question: [rules]", "question: [warm-up]",
        "a-quiz.yaml:6  picture-quiz 2  question: Question “warm-up” is for practice, where its"
        " answer is shown at once. Name a graded question, or let the quiz be practice (review:"
        " practice).",
    ),
    "a slot with an objective that comes later": (
        QUIZ, "objective: [derive]", "objective: [doubt]",
        "a-quiz.yaml:4  picture-quiz 1  objective: “doubt” belongs to module “ideas”, which"
        " “realism” does not build on. Name one of this module, or add “ideas” to its"
        " prerequisites.",
        "a-quiz.yaml:1  picture-quiz  Slot 1 has no question to draw from. Add one, or remove the"
        " slot.",
    ),
    "too few questions for a quiz": (
        QUIZ, "question: null, objective: [derive]", "question: [rules]",
        "a-quiz.yaml:1  picture-quiz  There are too few different questions for all slots: slot 2"
        " would stay empty. Add questions to their pools, or remove slots.",
    ),
    "a pool that nothing fits": (
        QUIZ, "objective: [derive]", "lens: constructivism",
        "a-quiz.yaml:1  picture-quiz  Slot 1 has no question to draw from. Add one, or remove the"
        " slot.",
    ),
    "a practice pool with too few questions": (
        QUIZ, FILES[QUIZ][FILES[QUIZ].index("- model: quizzes.quiz"):], PRACTICE,
        "a-quiz.yaml:1  picture-quiz  There are too few different questions for all slots: slot 2"
        " would stay empty. Add questions to their pools, or remove slots.",
    ),
    "a difficulty upside down": (
        QUIZ, "objective: [derive]", 'difficulty_from: "0.7", difficulty_to: "0.3"',
        "a-quiz.yaml:4  picture-quiz 1  difficulty_from: No question has a difficulty from 0.7 to"
        " 0.3. Change the two round.",
        "a-quiz.yaml:1  picture-quiz  Slot 1 has no question to draw from. Add one, or remove the"
        " slot.",
    ),
    "a pool of a module that comes later": (
        QUIZ, "objective: [derive]", "objective: [derive], module: [ideas]",
        "a-quiz.yaml:4  picture-quiz 1  module: “realism” does not build on module “ideas”. Name"
        " one that it builds on, or add “ideas” to its prerequisites.",
        "a-quiz.yaml:1  picture-quiz  Slot 1 has no question to draw from. Add one, or remove the"
        " slot.",
    ),
    "a pinned pool": (
        QUIZ, "objective: [derive]", "objective: [derive], pinned: 1",
        "a-quiz.yaml:4  picture-quiz 1  pinned: Only a question of its own has a version to keep"
        " to. Take “pinned” out.",
    ),
    "a section of another quiz": (
        QUIZ, "objective: [derive]}\n", "objective: [derive], section: [part]}\n" + OTHER_QUIZ,
        "a-quiz.yaml:4  picture-quiz 1  section: Section “part” belongs to quiz “other-quiz”, not"
        " to “picture-quiz”. Name one of this quiz.",
    ),
    "two sections at one position": (
        QUIZ, "- model: quizzes.slot\n",
        "- model: quizzes.section\n  fields: {key: one, quiz: [picture-quiz], position: 1, title:"
        " One}\n- model: quizzes.section\n  fields: {key: two, quiz: [picture-quiz], position: 1,"
        " title: Two}\n- model: quizzes.slot\n",
        "a-quiz.yaml:6  two  position: Position 1 is taken by “one”. Give each its own.",
    ),
    "two bands with one floor": (
        QUIZ, "- model: quizzes.slot\n",
        '- model: quizzes.band\n  fields: {quiz: [picture-quiz], floor: "50", text: So.}\n'
        '- model: quizzes.band\n  fields: {quiz: [picture-quiz], floor: "50.00", text: And so.}\n'
        "- model: quizzes.slot\n",
        "a-quiz.yaml:6  picture-quiz 50.00  floor: Another band of this quiz begins at the same"
        " percentage, at a-quiz.yaml:3. Keep one.",
    ),
    "a band with a broken reference": (
        QUIZ, "- model: quizzes.slot\n",
        '- model: quizzes.band\n  fields: {quiz: [picture-quiz], floor: "50", text: "See'
        ' [[anarchi]]."}\n- model: quizzes.slot\n',
        "a-quiz.yaml:4  picture-quiz 50  text: No term has the key “anarchi”. Did you mean"
        " “anarchy”?",
    ),
    "an exam that checks at once": (
        QUIZ, "time_limit: 600", "time_limit: 600, review: exam, behaviour: immediate",
        "a-quiz.yaml:2  picture-quiz  behaviour: An exam cannot check answers at once. Choose the"
        " deferred behaviour, or another review.",
    ),
    "a quiz without slots": (
        QUIZ, FILES[QUIZ][FILES[QUIZ].index("- model: quizzes.slot"):], "",
        "a-quiz.yaml:1  picture-quiz  This quiz has no slots. Add a quizzes.slot entry whose quiz"
        " is [picture-quiz].",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_named_with_its_place_and_nothing_is_loaded(files, name):
    path, old, new, *expected = FAULTS[name]
    edit(files, path, old, new)

    assert sorted(faults()) == sorted(expected)


def test_a_key_stands_once_in_all_files(files):
    edit(
        files,
        QUIZ,
        "- model",
        "- model: courses.term\n  fields: {key: anarchy, title: A, definition: B}\n- model",
    )

    assert faults() == [
        "d-course.yaml:11  anarchy  key: This key was used already, at a-quiz.yaml:1. Every key"
        " stands once."
    ]


def test_faults_of_many_files_are_listed_together_in_their_order(files):
    edit(files, COURSE, "[[self-help]]", "[[self]]")
    edit(files, QUIZ, 'points: "2.00"', "points: none")

    assert [line.split("  ")[0] for line in faults()] == ["a-quiz.yaml:6", "d-course.yaml:15"]


def test_a_file_that_cannot_be_read_hides_what_it_might_have_said(files):
    """Else every reference into it would be called unknown."""
    (files / COURSE).write_bytes(b"\xff\xfe")

    assert faults() == [
        "d-course.yaml:1  This file is not text in UTF-8. Save it in that encoding."
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("model: courses.term", "x.yaml:1  A content file is a list of entries. Begin each with"
         " “- model:”."),
        ("- [1, 2]", "x.yaml:1  An entry has “model” and “fields” and nothing else."),
        ("- {model: [a], fields: {}}", "x.yaml:1  An entry has “model” and “fields” and nothing"
         " else."),
        ("- model: courses.term\n  fields: !!python/object/apply:os.system [ls]", "x.yaml:1  An"
         " entry has “model” and “fields” and nothing else."),
        ("- model: courses.term\n  fields: {key: !!python/name:os.system x}", "x.yaml:2  This"
         " value cannot be read: could not determine a constructor for the tag"
         " 'tag:yaml.org,2002:python/name:os.system'."),
    ],
)  # fmt: skip
def test_a_file_of_another_shape_is_refused(tmp_path, monkeypatch, text, complaint):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.yaml").write_text(text)

    assert faults() == [complaint]


def test_a_path_that_is_not_there_is_refused(files):
    assert faults("nowhere") == ["nowhere  There is no such file or folder."]


def test_a_folder_without_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()

    assert faults("empty") == [
        "empty  There is no YAML file in this folder. Name a file, or a folder that has some."
    ]


# --- what is loaded and told

UNCHANGED = (
    "unchanged: 2 sources, 1 course, 2 terms, 2 modules, 2 objectives, 1 figure, 2 activities,"
    " 1 lesson, 3 questions, 1 quiz, 2 slots"
)
DONE = "Done: the site is as in the files."


def everything():
    """All rows of the content, derived columns too."""
    models = [shelf.model for part in PARTS for shelf in part.shelves]
    models += [QuestionVersion, Evidence, Paragraph]
    return {model: list(model.objects.order_by("pk").values()) for model in models}


def test_an_empty_site_gets_everything_with_what_follows_from_it(files):
    assert load() == [
        "2 new sources: “Waltz 1979”, “Thesis 2011”",
        "new course “International Relations”",
        "2 new terms: “Anarchy”, “Self-help”",
        "2 new modules: “Realism”, “Ideas”",
        "2 new objectives: “derive”, “doubt”",
        "new figure “Gains”",
        "2 new activities: “The picture”, “The quiz”",
        "new lesson “The picture”",
        "3 new questions: rules, trust, warm-up",
        "new quiz “The quiz”",
        "2 new slots",
        DONE,
    ]
    lesson = Lesson.objects.get()
    assert [kind for kind, _ in lesson.parts] == ["html", "checkpoint", "html"]
    assert [row.anchor for row in lesson.paragraphs.all()] == ["nobody-rules", "self-help-it-is"]
    assert 'href="/glossary/#term-self-help"' in Term.objects.get(key="anarchy").definition_html
    assert 'href="/glossary/#term-anarchy"' in Quiz.objects.get().intro_html
    assert Source.objects.get(key="waltz1979").cited_through.key == "thesis"
    assert Module.objects.get(key="ideas").prerequisites.get().key == "realism"
    assert (
        Question.objects.get(key="rules").current.content["prompt"] == "<p>Who rules (rules)?</p>"
    )
    assert Evidence.objects.count() == 9
    assert Slot.objects.get(position=2).points == Decimal("2.00")


def test_loading_twice_changes_nothing_and_says_so(files):
    load()
    before = everything()

    assert load() == [UNCHANGED, comparing.NOTHING]
    assert everything() == before
    assert Lesson.history.count() == 1


def test_loading_the_same_again_takes_few_queries(files, django_assert_max_num_queries):
    load()
    with django_assert_max_num_queries(100):
        load()


def test_history_says_that_a_row_was_loaded(files):
    load()
    edit(files, COURSE, "Reliance on oneself.", "Reliance on nobody else.")
    load()

    term = Term.objects.get(key="self-help")
    assert [row.history_change_reason for row in term.history.all()] == [applying.REASON] * 2


def told(files, path, old, new):
    """What loading says of an edit, without what stays."""
    load()
    edit(files, path, old, new)
    return [line for line in load() if not line.startswith("unchanged") and line != DONE]


@pytest.mark.parametrize(
    ("path", "old", "new", "words"),
    [
        (COURSE, "title: Self-help", "title: Helping oneself",
         ["term “Helping oneself”: title: “Self-help” → “Helping oneself”",
          "rendered anew, for what is shown there has changed: “The picture”",
          "the paragraph that decides 3 options has changed since it was checked; read again:"
          " rules (hegemon), trust (hegemon), warm-up (hegemon)"]),
        (COURSE, "Reliance on oneself", "Reliance on none",
         ["term “Self-help”: definition changed",
          "rendered anew, for what is shown there has changed: “The picture”"]),
        (COURSE, "published: true", "published: false",
         ["course “International Relations”: published: yes → no"]),
        (COURSE, "cited_through: [thesis]", "cited_through: null",
         ["source “Waltz 1979”: cited through: thesis → none",
          "rendered anew, for what is shown there has changed: “The picture”"]),
        (COURSE, "prerequisites: [[realism]]", "prerequisites: []",
         ["module “Ideas”: prerequisites: dropped realism"]),
        (LESSONS, "Nobody rules states", "Nobody at all rules states",
         ["lesson “The picture”: 1 paragraph changed (#nobody-rules)",
          "the paragraph that decides 6 options has changed since it was checked; read again:"
          " rules (council), rules (nobody), trust (council), trust (nobody), warm-up (council),"
          " warm-up (nobody)"]),
        (LESSONS, "      So [[self", "      And so on. {: #and-so-on }\n\n      So [[self",
         ["lesson “The picture”: 1 paragraph added (#and-so-on)"]),
        (LESSONS, "## No ruler", "## Nobody above",
         ["lesson “The picture”: body changed, its paragraphs read the same"]),
        (LESSONS, "One. Two. Three.", "One. Two. Four.",
         ["lesson “The picture”: summary changed"]),
        (LESSONS, "title: The picture", "title: A picture",
         ["activity “A picture”: title: “The picture” → “A picture”"]),
        (QUESTIONS, "text: A council", "text: The council",
         ["question rules: text of option “council” changed"]),
        (QUESTIONS, "prompt: Who rules", "prompt: Who, then, rules",
         ["question rules: prompt changed"]),
        (QUESTIONS, "why: It does.", "why: It says so.",
         ["question rules: evidence of option “nobody” changed"]),
        (QUESTIONS, '"0.65"', '"0.70"', ["question rules: difficulty: 0.65 → 0.70"]),
        (QUESTIONS, "        - key: council", "        - key: assembly",
         ["question rules: option “assembly” added; option “council” removed"]),
        (QUIZ, "time_limit: 600", "time_limit: null",
         ["quiz “The quiz”: time limit: 600 → none"]),
        (QUIZ, "question: null, objective: [derive]", "question: [trust]",
         ["slot 1 of “The quiz”: asks for question “trust” instead of any of objective “derive”"]),
    ],
)  # fmt: skip
def test_each_change_is_told_in_the_subject_s_words(files, path, old, new, words):
    assert told(files, path, old, new) == words


def test_a_key_that_moves_is_told_with_the_options_names(files):
    load()
    edit(files, QUESTIONS, "correct: true", "correct: FALSE")
    edit(files, QUESTIONS, "correct: false", "correct: true")

    assert load()[0] == "question rules: the right option moves from “nobody” to “council”"


def attempt(number, **state):
    """ben has the present version of the first question before him."""
    user, _ = User.objects.get_or_create(username="ben")
    cohort, _ = Cohort.objects.get_or_create(
        course=Course.objects.get(), starts_on=date(2026, 1, 5)
    )
    enrolment, _ = Enrolment.objects.get_or_create(
        user=user, cohort=cohort, defaults={"joined_at": timezone.now()}
    )
    made = Attempt.objects.create(
        quiz=Quiz.objects.get(),
        enrolment=enrolment,
        number=number,
        started_at=timezone.now(),
        out_of=1,
        **state,
    )
    version = Question.objects.get(key="rules").current
    return Item.objects.create(
        attempt=made, position=1, version=version, order=["nobody", "council", "hegemon"], points=1
    )


def test_attempts_keep_the_version_that_they_used_and_the_list_says_how_many(files):
    load()
    done = {"state": "submitted", "submitted_at": timezone.now()}
    items = [attempt(1, **done), attempt(2, **done), attempt(3)]
    old = items[0].version
    edit(files, QUESTIONS, "text: A council", "text: The council")

    assert load()[0] == (
        "question rules: text of option “council” changed; 2 submitted attempts used the old"
        " version, which they keep"
    )
    assert [Item.objects.get(pk=item.pk).version for item in items] == [old] * 3
    assert Question.objects.get(key="rules").current != old


def test_paragraphs_changed_added_and_removed_are_counted(files):
    load()
    edit(files, LESSONS, "Nobody rules states", "None rules states")
    edit(files, LESSONS, "#self-help-it-is", "#they-help-themselves")
    text = (files / QUESTIONS).read_text()
    (files / QUESTIONS).write_text(text.replace("self-help-it-is", "they-help-themselves"))

    assert load()[0] == (
        "lesson “The picture”: 1 paragraph changed (#nobody-rules), 1 added"
        " (#they-help-themselves), 1 removed (#self-help-it-is)"
    )


def test_evidence_stays_stale_until_its_question_is_edited_too(files):
    load()
    edit(files, LESSONS, "Nobody rules states", "Nobody at all rules states")
    load()
    assert Evidence.objects.stale().count() == 6

    edit(files, QUESTIONS, "feedback: Nobody.", "feedback: Nobody at all.")
    load()
    assert set(Evidence.objects.stale().values_list("question__key", flat=True)) == {
        "trust",
        "warm-up",
    }


def test_a_slot_that_its_quiz_no_longer_has_goes(files):
    load()
    text = (files / QUIZ).read_text()
    (files / QUIZ).write_text(text[: text.rindex("- model")])

    assert load()[0] == "slot 2 of “The quiz”: removed"
    assert Slot.objects.count() == 1


PARTED = """\
- model: quizzes.section
  fields: {key: one, quiz: [picture-quiz], position: 1, title: One, intro: "See *it*."}
- model: quizzes.section
  fields: {key: two, quiz: [picture-quiz], position: 2, title: Two}
- model: quizzes.band
  fields: {quiz: [picture-quiz], floor: "80", text: "Go *on*."}
"""


def test_sections_and_bands_are_loaded_change_places_and_go_with_their_lines(files):
    plain = (files / QUIZ).read_text()
    slot = "question: [rules]"
    (files / QUIZ).write_text(plain.replace(slot, f"{slot}, section: [two]") + PARTED)
    told = load()
    assert {"2 new sections", "new band from 80 % of “The quiz”"} <= set(told)
    assert Slot.objects.get(position=2).section.key == "two"
    assert Section.objects.get(key="one").intro_html == "<p>See <em>it</em>.</p>"
    assert Band.objects.get().text_html == "<p>Go <em>on</em>.</p>"
    assert load()[-1] == comparing.NOTHING

    edit(files, QUIZ, "{key: one, quiz: [picture-quiz], position: 1", "{key: one, quiz:"
         " [picture-quiz], position: 2")  # fmt: skip
    edit(files, QUIZ, "{key: two, quiz: [picture-quiz], position: 2", "{key: two, quiz:"
         " [picture-quiz], position: 1")  # fmt: skip
    edit(files, QUIZ, "Go *on*.", "Go on.")
    assert load()[:3] == [
        "section “One” of “The quiz”: position: 1 → 2",
        "section “Two” of “The quiz”: position: 2 → 1",
        "band from 80 % of “The quiz”: text changed",
    ]
    assert list(Section.objects.values_list("key", flat=True)) == ["two", "one"]

    (files / QUIZ).write_text(plain)
    assert load()[:4] == [
        "section “One” of “The quiz”: removed",
        "section “Two” of “The quiz”: removed",
        "band from 80 % of “The quiz”: removed",
        "slot 2 of “The quiz”: section: two → none",
    ]
    assert (Section.objects.count(), Band.objects.count(), Slot.objects.count()) == (0, 0, 2)


def test_a_quiz_whose_file_has_lost_its_slots_is_refused(files):
    load()
    text = (files / QUIZ).read_text()
    (files / QUIZ).write_text(text[: text.index("- model: quizzes.slot")])

    with pytest.raises(CommandError, match="This quiz has no slots"):
        load()


def test_tags_of_questions_are_told(files):
    load()
    tag = "- model: quizzes.tag\n  fields: {key: judging, title: Judging}\n"
    (files / QUIZ).write_text(tag + (files / QUIZ).read_text())
    edit(files, QUESTIONS, "bloom: apply", "tags: [[judging]]\n    bloom: apply")

    assert load()[:2] == ["new tag “Judging”", "question rules: tags: added judging"]


def test_rows_that_no_file_has_are_left_alone_and_counted(files):
    load()
    assert load(QUIZ) == [
        "unchanged: 1 quiz, 2 slots",
        "not in these files, so left alone: 2 sources, 1 course, 2 terms, 2 modules, 2"
        " objectives, 1 figure, 2 activities, 1 lesson, 3 questions",
        comparing.NOTHING,
    ]


def test_files_may_refer_to_what_only_the_site_has(files):
    load()
    edit(files, QUESTIONS, "text: A council", "text: A council under [[anarchy]]")

    assert load(QUESTIONS)[0] == "question rules: text of option “council” changed"


def test_retiring_a_question_that_a_quiz_of_the_site_needs_is_refused(files):
    load()
    edit(files, QUESTIONS, "status: ready", "status: retired")

    with pytest.raises(CommandError) as refusal:
        load(QUESTIONS)
    assert str(refusal.value).splitlines() == [
        "b/questions.yaml:10  rules  status: It stands in the quiz “The quiz”, which could not be"
        " started any more. Take it out of that quiz first, or pin its slot there to a version.",
        "1 fault to mend; nothing was changed.",
    ]
    assert not Question.objects.filter(status="retired").exists()


def test_a_retired_question_stays_in_the_attempts_and_pinned_slots_that_have_it(files):
    load()
    quiz = Quiz.objects.get()
    cohort = factories.make_cohort(Course.objects.get())
    student = factories.enrol(factories.make_user("ben"), cohort)
    attempt = attempts.start(student, quiz, now=NOON)
    Slot.objects.filter(position=2).update(pinned=1)
    edit(files, QUESTIONS, "status: ready", "status: retired")

    load(QUESTIONS)
    assert Question.objects.get(key="rules").status == "retired"
    right = attempts.Answer(0, lambda kind, order: kind.parse_json(order, "a"))
    position = attempt.items.get(version__question__key="rules").position
    saved = attempts.save(student.user, attempt.pk, answers={position: right}, now=NOON)
    assert isinstance(saved[position], attempts.Saved)
    attempts.submit(student.user, attempt.pk, now=NOON)
    assert attempts.start(student, quiz, now=NOON).items.count() == 2


def test_files_that_give_more_time_move_open_attempts_and_ask_where_answers_were_seen(files):
    edit(files, QUIZ, "time_limit: 600", "time_limit: 600, review: exam, attempts_allowed: 2")
    load()
    quiz = Quiz.objects.get()
    cohort = factories.make_cohort(Course.objects.get())
    ben, zoe = (factories.enrol(factories.make_user(name), cohort) for name in ("ben", "zoe"))
    now = timezone.now()
    attempts.submit(ben.user, attempts.start(ben, quiz, now=now).pk, now=now)
    Attempt.objects.update(shown_at=now)
    under_way = attempts.start(zoe, quiz, now=now)
    edit(files, QUIZ, "time_limit: 600", "time_limit: 900")

    warning = "a-quiz.yaml:1  picture-quiz  The quiz: 1 student may have seen these answers"
    with pytest.raises(CommandError, match=warning):
        load()
    assert Quiz.objects.get().time_limit == 600
    assert any(line.startswith(warning) for line in load(dry_run=True))
    assert "1 open attempt got another end" in load(although_seen=True)
    under_way.refresh_from_db()
    assert under_way.deadline == now + timedelta(seconds=900)


def test_answers_that_are_shown_while_the_command_waits_for_a_yes_are_asked_about(
    files, monkeypatch
):
    edit(files, QUIZ, "time_limit: 600", "time_limit: 600, review: exam, attempts_allowed: 2")
    load()
    cohort = factories.make_cohort(Course.objects.get())
    ben = factories.enrol(factories.make_user("ben"), cohort)
    edit(files, QUIZ, "time_limit: 600", "time_limit: 900")

    def shown_meanwhile(_question):
        now = timezone.now()
        attempt = attempts.start(ben, Quiz.objects.get(), now=now)
        attempts.submit(ben.user, attempt.pk, now=now)
        Attempt.objects.update(shown_at=now)
        return "y"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", shown_meanwhile)
    with pytest.raises(CommandError, match="The quiz: 1 student may have seen these answers"):
        load()
    assert Quiz.objects.get().time_limit == 600


def test_a_checkpoint_that_becomes_graded_is_found_in_a_lesson_that_did_not_change(files):
    load()
    edit(files, QUESTIONS, "use: practice", "use: graded")

    with pytest.raises(CommandError, match="c/lessons.yaml:13  picture  body: Question “warm-up”"):
        load()


def test_a_dry_run_shows_and_changes_nothing(files):
    assert load(dry_run=True)[-1] == "Nothing was changed: this was a dry run."
    assert not Course.objects.exists()


# --- all or nothing


def planned(files):
    entries, unread = reading.read([files])
    catalogue, complaints = checking.examine(entries, PARTS, unread=unread)
    assert not complaints
    return comparing.compare(catalogue)


class Interruption(BaseException):
    """Like Ctrl-C."""


@pytest.mark.parametrize("where", ["saving terms", "saving slots", "publishing questions"])
def test_an_interruption_takes_everything_back(files, where):
    def interrupt(things, doing):
        for number, thing in enumerate(things):
            if doing == where and number == 1:
                raise Interruption
            yield thing

    load()
    for path in (COURSE, QUESTIONS, QUIZ):
        text = (files / path).read_text()
        text = text.replace("Reliance on", "Trust in").replace("No ruler", "None")
        text = text.replace("Nobody.", "None.").replace('"2.00"', "3")
        text = text.replace("objective: [derive]}", "objective: [derive], points: 2}")
        (files / path).write_text(text)
    before = everything()

    with pytest.raises(Interruption):
        applying.apply(planned(files), PARTS, now=timezone.now(), watch=interrupt)
    assert everything() == before


def test_a_change_made_on_the_site_meanwhile_is_not_overwritten_unseen(files):
    load()
    edit(files, COURSE, "Reliance on oneself.", "Reliance on nobody else.")
    plan = planned(files)
    Course.objects.update(title="IR")

    with pytest.raises(Refused, match="Somebody changed content on the site"):
        applying.apply(plan, PARTS, now=timezone.now())
    assert Term.objects.get(key="self-help").definition == "Reliance on oneself."


@pytest.mark.only_on("sqlite")
def test_a_read_only_database_is_told_plainly(files):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    try:
        with pytest.raises(CommandError) as refusal:
            load()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = OFF")
    assert str(refusal.value) == (
        "The database is read-only. Nothing was changed. Make its file and folder writable for"
        " this user, or connect as one who may write."
    )


@pytest.mark.only_on("sqlite")  # PostgreSQL waits as long as it takes
@pytest.mark.django_db(transaction=True)
def test_a_database_that_another_keeps_locked_is_told_plainly(files):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        ((patience,),) = cursor.fetchall()
        cursor.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CommandError) as refusal:
            load()
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {patience}")

    assert str(refusal.value) == (
        "Somebody else is writing to the database, and it did not come free. Nothing was changed."
        " Stop the other command, or try again in a minute."
    )


# --- the two other commands


def test_check_content_counts_what_each_module_has(files, django_assert_num_queries):
    out = io.StringIO()
    with django_assert_num_queries(0):
        call_command("check_content", ".", "--only-form", stdout=out)

    assert out.getvalue().splitlines() == [
        "module   lessons  words  LIX  claims  objectives  graded  fewest each  practice  judging"
        "  key longest  key first",
        "realism        1    7-7   18       0           1       2            2         1        0"
        "          0/3        3/3",
        "ideas          0      0            0           1       0            0         0        0"
        "          0/0        0/0",
        "No fault found.",
    ]


def test_check_content_takes_the_files_alone(files):
    load()
    with pytest.raises(CommandError, match="No question has the key “rules”"):
        call_command("check_content", QUIZ, stdout=io.StringIO())


@pytest.fixture
def django_files(files):
    """The same files with an order inside each that Django can take: activities before lessons."""
    text = (files / LESSONS).read_text()
    at = text.index("- model: courses.activity")
    (files / LESSONS).write_text(text[at:] + text[:at])
    return files


def test_plain_loaddata_fills_an_empty_site_as_load_content_does(django_files):
    call_command("loaddata", *FILES, verbosity=0)

    assert load() == [UNCHANGED, comparing.NOTHING]
    assert Lesson.objects.get().words == 13
    assert Evidence.objects.count() == 9


def test_plain_loaddata_takes_files_in_any_order(django_files):
    call_command("loaddata", *reversed(FILES), verbosity=0)

    assert Question.objects.ready().count() == 3


def test_plain_loaddata_again_keeps_versions_and_evidence(django_files):
    load()
    before = everything()
    call_command("loaddata", *FILES, verbosity=0)
    after = everything()

    for model in (Question, QuestionVersion, Evidence):
        assert after[model] == before[model]


def test_plain_loaddata_of_what_cannot_be_published_is_refused(django_files):
    edit(django_files, QUESTIONS, "correct: true", "correct: false")

    with pytest.raises(CommandError, match="rules, options: Exactly one option must be correct"):
        call_command("loaddata", *FILES, verbosity=0)
    assert not Course.objects.exists()
