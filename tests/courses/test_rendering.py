"""A lesson's Markdown: what it becomes, and what its author is told."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.rendering import (
    Fault,
    Heading,
    Library,
    Passage,
    Rendered,
    render,
    render_inline,
    render_short,
)

LIBRARY = Library(
    sources={"waltz1979": "Waltz 1979", "thesis": "Ingimarsdóttir 2011", "rd": "R & <D> 2000"},
    terms={"self-help": "self-help", "anarchy": "anarchy"},
    questions=frozenset({"drop-one", "drop-two"}),
    figures={"game": '<figure class="figure" id="figure-game"><svg></svg>A game</figure>'},
    people={"kenneth-waltz": "Kenneth Waltz"},
)


def lesson(text: str, **options: object) -> Rendered:
    return render(text, LIBRARY, **options)  # type: ignore[arg-type]


def told(text: str) -> list[tuple[int | None, str]]:
    """What the author of this body hears: (line, sentence)."""
    return [(fault.line, fault.message) for fault in lesson(text).faults]


def body_of(text: str) -> str:
    rendered = lesson(text)
    assert rendered.faults == []
    return rendered.html


# What a text becomes


def test_an_empty_text_is_an_empty_lesson():
    assert lesson(" \n\n") == Rendered([], [], [], 0, [])


def test_a_paragraph_carries_its_id():
    assert body_of("States *fear*.\n{: #fear }") == ('<p id="fear">States <em>fear</em>.</p>')


def test_an_id_may_follow_on_the_same_line():
    assert body_of("States fear. {: #fear }").startswith('<p id="fear">States fear.</p>')


def test_a_person_is_linked_by_name_or_by_the_authors_words():
    rendered = lesson("[[person:kenneth-waltz]] and [[person: kenneth-waltz|Waltz]].\n{: #two }")
    assert rendered.faults == []
    assert rendered.html == (
        '<p id="two"><a class="term" href="#person-kenneth-waltz">Kenneth Waltz</a> and '
        '<a class="term" href="#person-kenneth-waltz">Waltz</a>.</p>'
    )
    assert (rendered.people, rendered.passages[0].people, rendered.terms) == (
        ("kenneth-waltz",),
        ("kenneth-waltz",),
        (),
    )


def test_a_note_knows_its_kind_its_title_and_while_it_holds():
    text = (
        '!!! since-then "Since 2011 · D01: six members"\n    Six.\n'
        "    {: #six valid-from=2012-12-19 valid-to=2027-06 }\n\n"
        "    More.\n    {: #more }\n\nAfter.\n{: #after }"
    )
    rendered = lesson(text)
    assert rendered.faults == []
    assert [
        (each.anchor, each.callout, each.callout_title, each.valid_from, each.valid_to)
        for each in rendered.passages
    ] == [
        ("six", "since-then", "Since 2011 · D01: six members", "2012-12-19", "2027-06"),
        ("more", "since-then", "Since 2011 · D01: six members", "", ""),
        ("after", "", "", "", ""),
    ]
    assert 'id="six"' in rendered.html
    assert "valid" not in rendered.html


@pytest.mark.parametrize(
    ("marks", "sentence"),
    [
        (
            "valid-from=soon",
            "“valid-from=soon”: “soon” is not a date. Write the day, the month or the year that is "
            "known, such as 1992-05-15, 1992-05 or 1992, with ~ at the end if it is only about "
            "right.",
        ),
        (
            "valid-from=2014-06 valid-to=2012",
            "This holds from June 2014 to 2012, which is earlier. Exchange the two, or mend one.",
        ),
    ],
)
def test_a_note_that_holds_at_no_time_is_told(marks: str, sentence: str):
    assert told(f"A\n{{: #a {marks} }}") == [(2, sentence)]


def test_nobody_of_an_unknown_key_is_linked():
    assert told("[[person:nobody]]\n{: #a }") == [
        (1, "No person has the key “nobody”. Mend the key, or add the person first.")
    ]


def test_the_empty_corner_of_a_table_is_no_heading():
    html = body_of("A\n{: #a }\n\n| | NATO |\n|---|---|\n| Seat | Brussels |")
    assert '<tr>\n<td></td>\n<th scope="col">NATO</th>' in html


def test_a_heading_takes_the_id_it_is_given_or_one_from_its_title():
    rendered = lesson("## Anarchy is not chaos {: #not-chaos }\n\n## Été & hiver\n\n## Été & hiver")
    assert rendered.headings == [
        Heading(2, "not-chaos", "Anarchy is not chaos"),
        Heading(2, "ete-hiver", "Été & hiver"),
        Heading(2, "ete-hiver-2", "Été & hiver"),
    ]
    assert rendered.html.startswith('<h2 id="not-chaos">Anarchy is not chaos</h2>')


def test_a_title_does_not_take_an_id_that_an_author_gives_later():
    rendered = lesson("## Fear\n\nStates fear.\n{: #fear }")
    assert (rendered.headings[0].anchor, rendered.passages[0].anchor, rendered.faults) == (
        "fear-2",
        "fear",
        [],
    )


def test_a_citation_links_each_source_and_keeps_its_locator():
    assert body_of("So [@thesis, §1.1, fn. 24–25; @waltz1979].\n{: #so }") == (
        '<p id="so">So <span class="cites">('
        '<a class="cite" href="#source-thesis">Ingimarsdóttir 2011, §1.1, fn. 24–25</a>'
        '; <a class="cite" href="#source-waltz1979">Waltz 1979</a>)</span>.'
        "</p>"
    )


def test_a_label_and_a_locator_are_text_not_markup():
    html = body_of("So [@rd, *§1* & p. 3].\n{: #so }")
    assert "R &amp; &lt;D&gt; 2000, *§1* &amp; p. 3</a>" in html


def test_a_citation_may_run_over_a_line_end():
    assert ">Waltz 1979, ch. 6, p. 102</a>" in body_of("So [@waltz1979,\nch. 6, p. 102].\n{: #a }")


def test_a_term_prints_its_title_or_the_words_given():
    html = body_of("[[self-help]] and [[anarchy|no ruler]]\n{: #a }")
    assert html.startswith(
        '<p id="a"><a class="term" href="#term-self-help">self-help</a> and '
        '<a class="term" href="#term-anarchy">no ruler</a>'
    )


@pytest.mark.parametrize(
    ("title", "printed"),
    [
        ("Self-help", "self-help"),
        ("Prisoner's dilemma", "prisoner's dilemma"),
        ("CSTO", "CSTO"),
        ("Collective Security Treaty", "Collective Security Treaty"),
        ("anarchy", "anarchy"),
    ],
)
def test_a_terms_title_takes_the_case_of_running_text_unless_it_is_a_name(title: str, printed: str):
    html, _ = render_inline("their [[t]]", Library(terms={"t": title}), field="f")
    assert html == f'their <a class="term" href="#term-t">{printed}</a>'


def test_code_is_never_read_as_anything_else():
    text = (
        "See `[[zork]] [@zork] <b> {{ x }}`.\n{: #a }\n\n```python\n[[zork]] <b> & [^x]\n\n  y\n```"
    )
    assert body_of(text) == (
        '<p id="a">See <code>[[zork]] [@zork] &lt;b&gt; {{ x }}</code>.'
        "</p>\n"
        "<pre><code>[[zork]] &lt;b&gt; &amp; [^x]\n\n  y\n</code></pre>"
    )


def test_a_call_out_is_a_note_named_by_its_title():
    html = body_of(
        '!!! key-idea "No *villain*"\n    Nobody is wicked.\n    {: #nobody }\n\n    - a'
    )
    assert html == (
        '<aside aria-labelledby="callout-1" class="callout callout-key-idea" role="note">\n'
        '<p class="callout-title" id="callout-1">No <em>villain</em></p>\n'
        '<p id="nobody">Nobody is wicked.</p>\n'
        "<ul>\n<li>a</li>\n</ul>\n</aside>"
    )


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("!!! note", "Note"),
        ('!!! key-idea ""', "Key idea"),
        ("!!! source-note", "Source note"),
        ("!!! since-then", "Since then"),
        ('!!! source-note "Correction · S51: whose?"', "Correction · S51: whose?"),
    ],
)
def test_a_call_out_without_a_title_is_named_after_its_kind(line: str, title: str):
    assert f'id="callout-1">{title}</p>' in body_of(f"{line}\n    Text.\n    {{: #a }}")


def test_a_footnote_becomes_a_sidenote_at_its_first_reference():
    text = "One.[^a] Two.[^a]\n{: #p }\n\n[^a]: *Why* [@waltz1979]\n    and [[anarchy]]."
    assert body_of(text) == (
        '<p id="p">One.<span class="note"><a aria-label="Note 1" class="sidenote-ref" '
        'href="#sidenote-1" id="sidenote-ref-1"><sup>1</sup></a><small class="sidenote" '
        'id="sidenote-1"><span class="sidenote-number">1</span> <em>Why</em> <span class="cites">'
        '(<a class="cite" href="#source-waltz1979">Waltz 1979</a>)</span>\n'.replace("\n", " ")
        + 'and <a class="term" href="#term-anarchy">anarchy</a>.</small></span> Two.'
        '<span class="note"><a aria-label="Note 1" class="sidenote-ref" href="#sidenote-1">'
        "<sup>1</sup></a></span></p>"
    )


def test_notes_are_numbered_as_they_are_read_not_as_they_are_written():
    text = "One.[^b] Two.[^a]\n{: #p }\n\n[^a]: Alpha\n[^b]: Beta\n\nThree.\n{: #q }"
    rendered = lesson(text)
    assert rendered.faults == []
    assert [passage.text for passage in rendered.passages] == ["One. Beta Two. Alpha", "Three."]


def test_a_table_scrolls_alone_and_aligns_without_style():
    html = body_of("Gains:\n{: #gains }\n\n| a | b |\n|--:|---|\n| 1 | [[anarchy]] |")
    assert '<div aria-label="Table" class="table-scroll" role="region" tabindex="0"><table>' in html
    assert '<th align="right" scope="col">a</th>\n<th scope="col">b</th>' in html
    assert '<td align="right">1</td>\n<td><a class="term"' in html


def test_definition_lists_and_numbered_lists_that_start_late_work():
    html = body_of("Words:\n{: #words }\n\nPole\n:   A great power\n\n3. three\n4. four")
    assert "<dl>\n<dt>Pole</dt>\n<dd>A great power</dd>\n</dl>" in html
    assert '<ol start="3">\n<li>three</li>' in html


def test_checkpoints_cut_the_text_and_figures_stand_in_it():
    text = "One.\n{: #one }\n\n{{ figure: game }}\n\n{{ checkpoint: drop-one }}\n\nTwo.\n{: #two }"
    rendered = lesson(text)
    assert rendered.faults == []
    assert [part[0] for part in rendered.parts] == ["html", "checkpoint", "html"]
    assert rendered.parts[0][1].endswith(LIBRARY.figures["game"] + "\n")
    assert rendered.parts[1] == ("checkpoint", "drop-one")
    assert rendered.html == rendered.parts[0][1] + rendered.parts[2][1]


def test_a_figure_is_put_in_as_it_is_because_it_is_ours():
    drawing = '<figure id="figure-x"><svg viewBox="0 0 1 1"><rect class="a"/></svg></figure>'
    rendered = render("{{ figure: x }}", Library(figures={"x": drawing}))
    assert rendered.html == drawing + "\n"


def test_a_text_cannot_forge_the_place_of_a_figure():
    text = '[a](https://a.example "<div id=\\"part:0\\"></div>") part:0 &lt;div id="part:0"&gt;'
    rendered = lesson(f"{text}\n{{: #a }}\n\n{{{{ figure: game }}}}")
    assert rendered.html.count("<figure") == 1


def test_links_are_https_or_lead_within_the_site_or_the_text():
    html = body_of(
        "[a](https://en.wikipedia.org/wiki/Realism_(international_relations)) [b](/glossary/) "
        '[c](#p) <https://example.org> [*d*](https://example.org "title")\n{: #p }'
    )
    assert html.startswith(
        '<p id="p"><a href="https://en.wikipedia.org/wiki/Realism_(international_relations)" '
        'rel="noopener">a</a> <a href="/glossary/">b</a> <a href="#p">c</a> '
        '<a href="https://example.org" rel="noopener">https://example.org</a> '
        '<a href="https://example.org" rel="noopener"><em>d</em></a>'
    )


def test_every_id_and_every_link_to_one_takes_the_prefix():
    text = (
        "## Fear\n\nOne.[^a] [b](#p) [@waltz1979]\n{: #p }\n\n"
        "!!! note\n    Two.\n    {: #q }\n\n[^a]: A"
    )
    html = lesson(text, prefix="x-").html
    for made in ("x-fear", "x-p", "x-q", "x-callout-1", "x-sidenote-1"):
        assert html.count(f'id="{made}"') == 1
    assert html.count('href="#x-p"') == 1
    assert 'href="#source-waltz1979"' in html
    assert 'aria-labelledby="x-callout-1"' in html


def test_words_are_those_that_people_read():
    assert lesson("## One two\n\nThree [four](/x) `five` [@waltz1979].\n{: #a }").words == 7


def test_what_is_cited_and_linked_is_listed_once_in_reading_order():
    rendered = lesson(
        "[@waltz1979][^a] [@thesis] [@waltz1979, p. 1] [[self-help]]\n{: #a }\n\n"
        "- [[self-help]]\n\n"
        "[^a]: [@rd] [[anarchy]]"
    )
    assert (rendered.sources, rendered.terms) == (
        ("waltz1979", "rd", "thesis"),
        ("anarchy", "self-help"),
    )


# Passages


def test_a_passage_is_its_paragraph_and_what_follows_up_to_the_next():
    rendered = lesson(
        "Five, says [[anarchy|Waltz]] [@waltz1979, p. 1]:\n{: #five }\n\n- one\n- [@thesis] two\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n{{ figure: game }}\n\n> a quotation\n\n"
        "Next.\n{: #next }\n\n## Heading\n\n- nobody's\n\nLast.\n{: #last }"
    )
    assert rendered.faults == []
    text = (
        "Five, says Waltz (Waltz 1979, p. 1): one (Ingimarsdóttir 2011) two a b 1 2 A game "
        "a quotation"
    )
    assert rendered.passages[0] == Passage(
        "five",
        text,
        sha256(text.encode()).hexdigest()[:16],
        (("waltz1979", "p. 1"), ("thesis", "")),
        ("anarchy",),
        prose=text.replace("A game ", ""),
    )
    assert [passage.text for passage in rendered.passages[1:]] == ["Next.", "Last."]


def test_a_call_out_ends_the_passage_before_it_and_has_its_own():
    rendered = lesson(
        "One.\n{: #one }\n\n!!! example\n    Two.\n    {: #two }\n\n    - three\n\n- nobody's"
    )
    assert [(passage.anchor, passage.text) for passage in rendered.passages] == [
        ("one", "One."),
        ("two", "Two. three"),
    ]


def test_a_digest_ignores_line_breaks_and_headings_and_notices_a_word():
    digest = lesson("States fear each other.\n{: #a }").passages[0].digest
    assert lesson("## New\n\nStates\nfear  each other. {: #b }").passages[0].digest == digest
    assert lesson("States fear one other.\n{: #a }").passages[0].digest != digest


def test_a_digest_notices_a_change_in_the_list_below():
    one, two = (lesson(f"So:\n{{: #a }}\n\n- {item}").passages[0].digest for item in "xy")
    assert one != two


def test_entities_and_escapes_are_read_as_their_signs():
    assert lesson("R&D &copy; a &lt; b \\*c\\* `&lt;`\n{: #a }").passages[0].text == (
        "R&D © a < b *c* &lt;"
    )


@given(
    st.lists(
        st.text(
            st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20
        ),
        max_size=6,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_text_renders_and_renders_the_same_again(blocks: list[str]):
    text = "\n\n".join(blocks)
    assert lesson(text) == lesson(text)


# What an author is told


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        (
            "One.\n{: #a }\n\nTwo\n[@zork, p. 1].\n{: #b }",
            5,
            "No source has the key “zork”. Mend the key, or add the source first.",
        ),
        (
            "`[[zork]]`\nthen [[zork]]\n{: #a }",
            2,
            "No term has the key “zork”. Mend the key, or add the term first.",
        ),
        (
            "{{ checkpoint: zork }}",
            1,
            "No checkpoint has the key “zork”. Mend the key, or add the checkpoint first.",
        ),
        (
            "A\n{: #a }\n\n{{ figure: zork }}",
            4,
            "No figure has the key “zork”. Mend the key, or add the figure first.",
        ),
        (
            "A\n{: #a }\n\n{{ figure: game }}\n\n{{ figure: game }}",
            6,
            "The figure “game” stands in this text twice. Keep one of them.",
        ),
        (
            "So [@, p. 3].\n{: #a }",
            1,
            "The citation [@, p. 3] has a part without a key. Write each part as @key, locator, "
            "with a semicolon between two.",
        ),
        (
            "So [@waltz1979; p. 3].\n{: #a }",
            1,
            "The citation [@waltz1979; p. 3] has a part without a key. Write each part as @key, "
            "locator, with a semicolon between two.",
        ),
        (
            "One.\n{: #a }\n\nTwo.",
            4,
            "This paragraph has no id. End it with a line like {: #two-or-three-words }.",
        ),
        (
            "!!! note\n    Inside.",
            2,
            "This paragraph has no id. End it with a line like {: #two-or-three-words }.",
        ),
        (
            "One.\n{: #a }\n\nTwo.\n{: #a }",
            5,
            "The id “a” is used earlier in this text. Choose another: each id stands once.",
        ),
        (
            "One.\n{: #Two_Words }",
            2,
            "“Two_Words” cannot be an id. Use lower-case words joined by hyphens, beginning with "
            "a letter.",
        ),
        (
            "One.\n{: #term-anarchy }",
            2,
            "The id “term-anarchy” is used by the page itself. Choose another.",
        ),
        (
            "One.\n{: #callout-1 }",
            2,
            "The id “callout-1” is used by the page itself. Choose another.",
        ),
        (
            "> Quoted. {: #quoted }",
            1,
            "The id “quoted” stands inside a list, table, quotation or title, which cannot be "
            "linked to. Move it to the end of a paragraph or heading.",
        ),
        (
            "A\n{: #a }\n\n# Title",
            4,
            "A heading of level 1 is the page's own title. Begin with two number signs: ##.",
        ),
        (
            "> ## Title",
            1,
            "A heading cannot stand inside a list, table or quotation. Move it out.",
        ),
        (
            "A[^b]\n{: #a }",
            1,
            "There is no footnote “b”. Add a line [^b]: with its text.",
        ),
        (
            "A\n{: #a }\n\n[^b]: never used",
            4,
            "Footnote “b” is never referred to. Put [^b] in the text, or delete it.",
        ),
        (
            "A[^b]\n{: #a }\n\n[^b]: one\n[^b]: two",
            4,
            "There are two footnotes “b”. Rename one.",
        ),
        (
            "A[^b][^c]\n{: #a }\n\n[^b]: see [^c]\n[^c]: two",
            4,
            "A footnote cannot refer to a footnote. Put [^c] into the text.",
        ),
        (
            "A <b>bold</b\n{: #a }",
            1,
            "HTML is shown as text, not obeyed: <b>. Use Markdown, or put code between backticks.",
        ),
        (
            "A\n{: #a }\n\n- x\n- <!-- remember -->",
            5,
            "HTML is shown as text, not obeyed: <!-- remember -->. Use Markdown, or put code "
            "between backticks.",
        ),
        (
            "![a map](https://example.org/map.png)\n{: #a }",
            1,
            "Pictures cannot be put in with ![…](…). Make a figure and refer to it.",
        ),
        (
            "[a](http://example.org)\n{: #a }",
            1,
            "The link to “http://example.org” cannot be used. An address begins with https://, "
            "with / or with #.",
        ),
        (
            "[a](//example.org)\n{: #a }",
            1,
            "The link to “//example.org” cannot be used. An address begins with https://, with / "
            "or with #.",
        ),
        (
            "[a](#nowhere)\n{: #a }",
            1,
            "The link leads to #nowhere, but nothing in this text has that id.",
        ),
        (
            '!!! warning "Beware"\n    Text.\n    {: #a }',
            1,
            "“warning” is not a kind of call-out. Use one of: note, example, key-idea, "
            "source-note, since-then.",
        ),
        (
            "A {{ checkpoint: drop-one }}\n{: #a }",
            1,
            "“{{” is not understood here. A checkpoint or figure stands on a line of its own, "
            "with empty lines around it, in a lesson's body.",
        ),
        (
            "A\n{: .wide }\n\nB\n{: #b }",
            2,
            "“{:” is not understood here. An id is the last thing in a paragraph or heading, "
            "written {: #id } or, in a note, {: #id valid-from=2012-12-19 valid-to=2027-06 }, with "
            "an empty line after it; nothing else can be set.",
        ),
        (
            "So [@waltz1979\n{: #a }",
            1,
            "“[@” begins a citation that is not finished. Write [@key, locator] without other "
            "square brackets inside.",
        ),
        (
            "So [[anarchy]\n{: #a }",
            1,
            "“[[” begins a link to a term that is not finished. Write [[key]] or [[key|words]].",
        ),
        (
            "So [^b\n{: #a }",
            1,
            "“[^” begins a footnote that cannot stand here. Notes belong in a lesson's body: "
            "[^name] in the text and, at the left margin, [^name]: with its text.",
        ),
        (
            "One.\n{: #a }\n\nTwo\x00.\n{: #b }",
            4,
            "There is an invisible character here (U+0000) that cannot be shown. Delete it and "
            "type the text again.",
        ),
    ],
)
def test_a_fault_is_one_sentence_at_its_line(text: str, line: int, sentence: str):
    assert told(text) == [(line, sentence)]


def test_a_fault_never_hides_the_text():
    html = lesson(
        "So [@zork, p. 1; @waltz1979] [[zork|words]] [^z] [l](http://x.example) <b>\n{: #a }\n\n"
        "{{ figure: zork }}"
    ).html
    assert html == (
        '<p id="a">So <span class="cites">(<span class="broken">@zork, p. 1</span>; '
        '<a class="cite" href="#source-waltz1979">Waltz 1979</a>)</span> '
        '<span class="broken">words</span> <span class="broken">[^z]</span> '
        '<span class="broken">l</span> <span class="broken">&lt;b&gt;</span>'
        "</p>\n"
        '<p class="broken">{{ figure: zork }}</p>'
    )


def test_paragraphs_need_no_id_where_nobody_points_at_them():
    assert lesson("One.", passages_required=False).faults == []


def test_a_thousand_faults_are_told_as_a_hundred():
    faults = lesson("[[zork]] " * 1000 + "\n{: #a }").faults
    assert len(faults) == 101
    assert faults[-1] == Fault(
        "body", "There are more faults than these 100. Mend them first, then look again."
    )


def test_a_fault_prints_its_place():
    assert str(Fault("body", "Mend it.", 3)) == "body, line 3: Mend it."
    assert str(Fault("options[2].text", "Mend it.")) == "options[2].text: Mend it."


# Short texts and phrases


def test_a_phrase_has_no_block_structure_and_no_ids():
    assert render_inline("1. *Fear* of `x` [[anarchy]] [@waltz1979, p. 1]", LIBRARY, field="f") == (
        '1. <em>Fear</em> of <code>x</code> <a class="term" href="#term-anarchy">anarchy</a> '
        '<span class="cites">(<a class="cite" href="#source-waltz1979">Waltz 1979, p. 1</a>)'
        "</span>",
        [],
    )


@pytest.mark.parametrize("text", ["- 5", "+ 5", "> 5", "    5", "3\\. May"])
def test_a_phrase_may_begin_like_a_list_or_a_quotation(text: str):
    html, faults = render_inline(text, LIBRARY, field="f")
    assert (html.replace("&gt;", ">"), faults) == (text.strip().replace("\\", ""), [])


def test_a_phrase_is_one_paragraph():
    assert render_inline("One\n\ntwo", LIBRARY, field="options[0].text") == (
        "One two",
        [Fault("options[0].text", "This must be one paragraph. Take the empty line out.", 1)],
    )


def test_a_short_text_has_paragraphs_and_lists():
    assert render_short("One.\n\n- *two*\n- three", LIBRARY, field="summary") == (
        "<p>One.</p>\n<ul>\n<li><em>two</em></li>\n<li>three</li>\n</ul>",
        [],
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("## Title", "“#” begins a heading, and this text cannot have one. Make it a paragraph."),
        (
            "One.\n{: #one }",
            "“{:” is not understood here. An id is the last thing in a paragraph or heading, "
            "written {: #id } or, in a note, {: #id valid-from=2012-12-19 valid-to=2027-06 }, with "
            "an empty line after it; nothing else can be set.",
        ),
        (
            "!!! note\n    x",
            '“!!!” is not understood here. Write !!! kind "Title" on a line of its own in a '
            "lesson's body, and indent what follows by four spaces.",
        ),
    ],
)
def test_a_short_text_says_what_it_cannot_have(text: str, sentence: str):
    assert [fault.message for fault in render_short(text, LIBRARY, field="f")[1]] == [sentence]


PHRASE = st.text("abcXYZ 019,.;:'\"’“”()–—%?/+=-éßЖ中", max_size=40).map(str.strip)


@given(PHRASE.filter(lambda text: text[:1].isalnum()))
def test_a_phrase_without_marks_comes_out_as_the_parser_would_give_it(text):
    alone = render_inline(text, Library(), field="text")
    beside = render_inline(f"*so* {text}", Library(), field="text")
    assert (alone, beside) == ((text, []), (f"<em>so</em> {text}", []))
