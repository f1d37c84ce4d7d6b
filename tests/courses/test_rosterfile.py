"""Reading a roster: encodings, separators, and the line of each fault."""

import codecs
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.rosterfile import MOST_ROWS, Fault, Row, decode, read

TEXT = "email;name\nzoe@parallax.example;Zoë Ångström\n"
ZOE = Row(2, "zoe@parallax.example", "Zoë Ångström")


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace(";", ",").encode(),
        TEXT.replace(";", "\t").encode("utf-16"),  # “Unicode text” of Excel
    ],
)
def test_what_spreadsheets_write_is_read(data):
    assert read(decode(data)).rows == [ZOE]


def test_the_line_of_separators_that_excel_writes_is_skipped_and_counted():
    assert read("sep=;\n" + TEXT).rows == [Row(3, *(ZOE.email, ZOE.name))]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (TEXT.encode("latin-1"), "Line 2 has a character that is not UTF-8"),
        (TEXT.encode("utf-16-le"), "it has zero bytes"),
        (TEXT.encode("utf-16")[:-1], "begins like UTF-16 and breaks off"),
        (b"PK\x03\x04 and so on", "This is an Excel workbook"),
        (b"x" * 8_000_001, "The file is too large: 8000 kB"),
    ],
)
def test_another_encoding_is_refused_with_what_to_do(data, said):
    with pytest.raises(ValueError, match=said):
        decode(data)


def test_fifty_thousand_rows_are_refused_with_the_limit():
    text = "email\n" + "".join(f"s{number}@parallax.example\n" for number in range(50_000))
    assert read(decode(text.encode())).faults == [
        Fault("There are 50,000 rows. At most 2,000 are taken at once; split the file.")
    ]
    assert MOST_ROWS == 2_000


@pytest.mark.parametrize("filling", ["\n", ",", '"', " ", "x"])
def test_a_file_of_one_sign_is_refused_soon(filling):
    began = process_time()
    (fault,) = read(decode(filling.encode() * 7_900_000)).faults
    assert fault.message == "The file is too large: 7900 kB. At most 500 kB are taken; split it."
    assert process_time() - began < 10


def test_each_fault_has_its_line_and_the_rest_is_read():
    reading = read(
        "role,E-Mail,Matriculation number,group\n"
        "student,ben@parallax.example,17,Evening\n"
        "\n"
        "student,,18,\n"
        "student,BEN@parallax.example,19,\n"
        "a,b,c,d,e\n"
        f"student,{'x' * 255}@parallax.example,20,\n"
        "student,bell\x07@parallax.example,21,\n"
        'student,"zoe@parallax.example,22,\n'
    )
    assert reading.rows == [Row(2, "ben@parallax.example", role="student", group="Evening")]
    assert reading.ignored == ["Matriculation number"]
    assert [(fault.line, fault.message) for fault in reading.faults] == [
        (4, "The e-mail address is missing."),
        (5, "This address stands in line 2 already. Keep one of the two."),
        (6, "This line has 5 cells, and there are 4 columns."),
        (7, "The email is too long: at most 254 characters."),
        (8, "This line has a character that cannot be printed. Type it anew."),
        (9, "This line is not CSV: unexpected end of data. Check its quotation marks."),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault("There are no rows. Write one line for each person, with an e-mail address.")),
        (
            "name,group\nBen,Evening\n",
            Fault(
                "The first line names the columns, and none of them is “email”. Name the column "
                "with the addresses “email”.",
                1,
            ),
        ),
        (
            "email,mail\n",
            Fault("The first line names the column “email” twice. Keep one of them.", 1),
        ),
    ],
)
def test_a_file_without_people_says_what_is_missing(text, fault):
    assert read(text).faults == [fault]


def test_without_a_first_line_of_names_the_order_is_known():
    assert read("zoe@parallax.example, Zoë , assistant").rows == [
        Row(1, "zoe@parallax.example", "Zoë", "assistant")
    ]


@given(st.text() | st.text(alphabet='a@,;\t"\n\r =', max_size=60))
def test_whatever_is_typed_is_read_or_has_a_fault(text):
    reading = read(text)
    assert reading.rows or reading.faults


@given(st.binary(max_size=200))
def test_whatever_the_bytes_they_are_text_or_refused_in_words(data):
    try:
        text = decode(data)
    except ValueError as problem:
        said = str(problem)
    else:
        said = "" if read(text).rows else read(text).faults[0].message
    assert said == "" or said.endswith(".")
