"""The body of a pull request: all a reviewer needs, within the limit, and hostile names stay names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from fakes.forge_proposals import NOW, OLD, OLDER, Gate, candidate, proposal
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assay.cleanup import markdown
from assay.cleanup.body import LONGEST, body
from assay.cleanup.forges.base import PullRequest, RequestState
from assay.cleanup.marker import Marker, is_withdrawn, withdrawn
from assay.cleanup.proposal import Proposal, Step
from assay.config.decisions import CleanupSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

SETTINGS = CleanupSettings()
READ = MarkdownIt("gfm-like", {"linkify": False, "html": True})
HOSTILE = (
    "](http://evil.example) [click](http://evil.example)",
    "@acme/everyone please @bob",
    "`code` ``more`` ```",
    "a|b\\|[x](http://evil.example)|",
    "<img src=x onerror=alert(1)> <!-- --> -->",
    "</details><script>",
    "line\nbreak\r\n# heading\n- [ ] list\n/close",
    "**bold** __x__ ~~y~~ ![i](http://evil.example/p.png)",
    "fixes #12 and acme/shop#3 !4 %5 ~6 $7",
    "http://evil.example www.evil.example",
    "\u202eright to left\u2066",
    "&lt;b&gt; &#64;bob",
    "\\",
    "",
    "end`",
)
_signs = st.lists(
    st.sampled_from([*"`|\\[]()<>!@#*_~-+=&/: \n\"'abc", "http://e.x", "@bob", "#1"]), max_size=40
).map("".join)


def tokens(text: str) -> Iterator[Token]:
    """Every token of a text, also those within lines."""
    for token in READ.parse(text):
        yield token
        yield from token.children or ()


def active(text: str) -> list[str]:
    """What in a text does more than be read: links, pictures, HTML, and calls of people or issues."""
    found = [
        token.type
        for token in tokens(text)
        if token.type
        in {"link_open", "image", "html_inline", "html_block", "heading_open", "softbreak", "hr"}
    ]
    plain = [token.content for token in tokens(text) if token.type == "text"]
    return found + [
        one for one in plain if any(sign in one for sign in ("@bob", "@acme", "#1", "://", "www."))
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_a_name(name: str) -> None:
    """As code and as a sentence, alone and in a table."""
    for made in (markdown.code(name), markdown.plain(name)):
        table = f"{markdown.row(['a', 'b'])}\n{markdown.row(['---', '---'])}\n{markdown.row([made, made])}"
        assert [] == active(f"Name: {made} is one")
        assert [] == active(table)
        assert 4 == sum(token.type in {"td_open", "th_open"} for token in tokens(table)), "no cell more"


@given(_signs)
def test_no_name_breaks_out(name: str) -> None:
    """Whatever signs it is made of, one line comes out that calls nobody and leads nowhere."""
    made = markdown.code(name)
    table = f"{markdown.row(['a', 'b'])}\n{markdown.row(['---', '---'])}\n{markdown.row([made, 'end'])}"

    assert [] == active(f"Name: {made} is one")
    assert [] == active(f"Name: {markdown.plain(name)} is one")
    assert [] == active(table)
    assert "end" in [token.content for token in tokens(table)]


@given(st.text(max_size=60))
def test_a_block_of_code_holds_whatever_stands_in_it(text: str) -> None:
    """No run of backticks in it is long enough to end it."""
    (block,) = READ.parse(markdown.fence(text.replace("\r", ""), "sql"))
    assert "fence" == block.type


def gate_of(name: str) -> Gate:
    """A gate with the name in every place."""
    return Gate(name, True, name)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_whole_body_of_hostile_names_is_harmless(name: str) -> None:
    """In models, owners, files, gates, notes, readers and SQL: only our own HTML and headings are left."""
    hostile = replace(
        candidate(name, OLD), owner=name, reads={name: 3}, upstream=("model.shop.older",), unique_id=name
    )
    whole = replace(
        proposal("0" * 40),
        models=(candidate("older", OLDER, (name,)), hostile),
        gates=(gate_of(name),),
        notes=(name,),
        also=(name,),
        sql=f'drop table "{name}";',
    )
    quiet = replace(
        whole,
        models=(whole.models[0], replace(hostile, name="n", owner="n", reads={"n": 3})),
        gates=(gate_of("n"),),
        notes=("n",),
        also=("n",),
        sql="select 1;",
    )
    shape = [token.type for token in READ.parse(body(quiet, SETTINGS))]

    assert shape == [token.type for token in READ.parse(body(whole, SETTINGS))]
    assert [
        one for one in active(body(whole, SETTINGS)) if one not in {"heading_open", "html_block", "softbreak"}
    ] == []
    assert "@bob" not in whole.title
    assert "\n" not in replace(whole, models=(hostile,)).title


def test_the_body_tells_what_decides() -> None:
    """Evidence, money, coverage, what goes too, gates, how to undo it and how to say no."""
    text = body(proposal("0" * 40), SETTINGS, "<!-- end -->")

    for part in (
        "No consumer has read these 2 models in the 90 days before 2026-11-01 06:00 UTC; 98.9% of those days were seen",
        "**4.00 credits (USD 12.00)**",
        "| `older` | unused | 2026-04-15 08:00 UTC | pipeline 90 | 30 | 2.00 credits (USD 6.00) | 1.5 MB | 399 d |",
        "  m1 --> m0",
        "- `tests/older_is_fresh.sql`",
        "- [x] **set closed**: no other resource reads them",
        "- [ ] **dbt parse** (could not be looked at): no dbt here",
        "git revert",
        "proposed again for 180 days",
        'drop table shop.marts."OLDER";',
        "never run by Assay",
    ):
        assert part in text
    assert text.endswith("<!-- end -->")


def test_the_first_step_says_that_a_second_follows() -> None:
    """And an unproven proposal says that, too."""
    text = body(replace(proposal("0" * 40), step=Step.DISABLE, parse_verified=False), SETTINGS)

    assert "14 days after this is merged, a second pull request removes them" in text
    assert "Not verified by dbt" in text


def many(count: int, length: int, **others: Any) -> Proposal:  # noqa: ANN401 - whatever a proposal has
    """A proposal of many models with long names."""
    models = tuple(
        replace(
            candidate(f"m{number}_" + "x" * length, OLD), unique_id=str(number), upstream=(str(number - 1),)
        )
        for number in range(count)
    )
    return replace(proposal("0" * 40), models=models, **others)


@pytest.mark.parametrize(
    "big",
    [
        many(500, 150, page_url="https://assay.example/unused"),
        many(500, 150, also=tuple(f"tests/{number}_{'y' * 150}.sql" for number in range(900))),
        many(2, 3, sql="drop table x;\n" * 9000),
        many(500, 190, gates=(Gate("n" * 250, True, "\U0001f600" * 400),) * 200, notes=("z" * 900,) * 200),
    ],
    ids=["models", "files", "sql", "gates"],
)  # fmt: skip
def test_a_body_never_passes_the_limit(big: Proposal) -> None:
    """Long lists are cut with a word on the rest; what decides is still there."""
    text = body(big, SETTINGS, "<!-- end -->")

    assert len(text.encode("utf-16-le")) // 2 <= LONGEST
    assert "do not fit here" in text or "too long for this page" in text
    assert "How to say no" in text
    assert text.endswith("<!-- end -->")


def test_a_cut_table_leads_to_the_page() -> None:
    """The rest is on the page of evidence; a page that is no address is no link."""
    linked = body(many(500, 150, page_url="https://assay.example/unused"), SETTINGS)
    assert "more](https://assay.example/unused), which do not fit here" in linked
    assert "javascript" not in body(many(500, 150, page_url="javascript:alert(1)"), SETTINGS)


def test_at_most_thirty_models_are_drawn() -> None:
    """And it says how many are not."""
    text = body(many(45, 3), SETTINGS)
    assert 30 == sum(line.startswith("  m") and "[" in line for line in text.splitlines())
    assert "15 more of the set are not drawn." in text


def pull(text: str) -> PullRequest:
    """A pull request with that body."""
    return PullRequest(1, "", RequestState.OPEN, True, "b", "h", "t", text, NOW)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_the_hidden_comment_comes_back_as_it_was(names: list[str]) -> None:
    """Whatever the names are, none ends the comment, and all are read again."""
    whole = many(len(names), 1)
    models = tuple(replace(model, asset=name) for model, name in zip(whole.models, names, strict=True))
    marker = Marker.of(replace(whole, models=models), "a" * 40, 5)
    text = f"Before\n\n{marker}"

    assert marker == Marker.read(pull(text))
    assert 1 == text.count("-->")
    assert not is_withdrawn(text)
    assert is_withdrawn(withdrawn(text))
    assert withdrawn(text) == withdrawn(withdrawn(text))


@pytest.mark.parametrize(
    "text", ["", "<!-- assay:cleanup {} -->", '<!-- assay:cleanup {"v":1,"step":"drop"} -->']
)
def test_a_body_that_is_not_ours_has_no_marker(text: str) -> None:
    """And what people broke is not guessed at."""
    assert Marker.read(pull(text)) is None
