"""Property files before and after entries are cut out of them."""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """A text, the names of the entries that go, and the text that is left."""

    what: str
    before: str
    after: str
    gone: tuple[str, ...] = ("dead",)


CASES = [
    Case(
        "comments above, below and beside stay",
        "models: # all\n  # about kept\n  - name: kept # yes\n  # about dead\n  - name: dead # no\n"
        "    columns:\n      - name: id\n  # about next\n  - name: next\n",
        "models: # all\n  # about kept\n  - name: kept # yes\n  # about dead\n  # about next\n  - name: next\n",
    ),
    Case(
        "comments indented as its inside go with it",
        "models:\n  - name: dead\n    columns:\n      - name: id\n        # tests:\n        #   - unique\n\n"
        "  - name: kept\n",
        "models:\n  - name: kept\n",
    ),
    Case(
        "blank lines are not doubled",
        "models:\n  - name: a\n\n  - name: dead\n\n  - name: b\n",
        "models:\n  - name: a\n\n  - name: b\n",
    ),
    Case(
        "no blank line is left at the end",
        "models:\n  - name: a\n\n  - name: dead\n",
        "models:\n  - name: a\n",
    ),
    Case(
        "the blank line before the next section stays",
        "models:\n  - name: a\n  - name: dead\n\nsources:\n  - name: s\n",
        "models:\n  - name: a\n\nsources:\n  - name: s\n",
    ),
    Case(
        "neighbours go together",
        "models:\n  - name: a\n\n  - name: dead\n\n  - name: dead2\n\n  - name: b\n",
        "models:\n  - name: a\n\n  - name: b\n",
        ("dead", "dead2"),
    ),
    Case(
        "a list of one goes with its key",
        "version: 2\n\nmodels:\n  - name: dead\n\nsources:\n  - name: s\n",
        "version: 2\n\nsources:\n  - name: s\n",
    ),
    Case(
        "carriage returns stay",
        "models:\r\n  - name: a\r\n  - name: dead\r\n    description: x\r\n  - name: b\r\n",
        "models:\r\n  - name: a\r\n  - name: b\r\n",
    ),
    Case("no final newline", "models:\n- name: dead\n- name: a", "models:\n- name: a"),
    Case("the last without final newline", "models:\n- name: a\n- name: dead", "models:\n- name: a\n"),
    Case(
        "tabs behind values stay",
        "models:\n- name: a\t# tab\n- name: dead\t# tab\n- name: b\t\n",
        "models:\n- name: a\t# tab\n- name: b\t\n",
    ),
    Case("flow, the first", "models: [{name: dead}, {name: a}]\n", "models: [{name: a}]\n"),
    Case(
        "flow, the middle",
        "models: [{name: a}, {name: dead}, {name: b}]\n",
        "models: [{name: a}, {name: b}]\n",
    ),
    Case("flow, the last", "models: [{name: a}, {name: dead}] # all\n", "models: [{name: a}] # all\n"),
    Case(
        "flow, the last two",
        "models: [{name: a}, {name: dead}, {name: dead2}]\n",
        "models: [{name: a}]\n",
        ("dead", "dead2"),
    ),
    Case("flow over lines", "models: [\n  {name: a},\n  {name: dead}\n]\n", "models: [\n  {name: a}\n]\n"),
    Case(
        "a literal block that ends with blank lines",
        "models:\n- name: dead\n  description: |\n    one\n\n    two\n\n- name: a\n",
        "models:\n- name: a\n",
    ),
    Case(
        "a kept block's own blank lines",
        "models:\n- name: a\n  description: |+\n    one\n\n- name: dead\n\n- name: b\n",
        "models:\n- name: a\n  description: |+\n    one\n\n- name: b\n",
    ),
    Case(
        "a line of a block that looks like an entry",
        "models:\n- name: a\n  description: |\n    - name: dead\n    # no comment\n- name: dead\n- name: b\n",
        "models:\n- name: a\n  description: |\n    - name: dead\n    # no comment\n- name: b\n",
    ),
    Case("a document's beginning", "---\nmodels:\n- name: dead\n- name: a\n", "---\nmodels:\n- name: a\n"),
    Case(
        "a document's end", "---\nmodels:\n- name: a\n- name: dead\n...\n", "---\nmodels:\n- name: a\n...\n"
    ),
    Case(
        "the same name twice",
        "models:\n- name: dead\n- name: a\n- name: dead\n",
        "models:\n- name: a\n",
    ),
    Case(
        "a dash on a line of its own",
        "models:\n-\n  name: dead\n-\n  name: a\n",
        "models:\n-\n  name: a\n",
    ),
    Case(
        "the name last",
        "models:\n- columns:\n  - name: id\n  name: dead\n- name: a\n",
        "models:\n- name: a\n",
    ),
    Case(
        "an anchored item moves to its first alias",
        "models:\n  - name: dead\n    columns:\n      - &id\n        name: id\n        # key\n        tests: [unique]\n"
        "  - name: a\n    columns:\n      - *id\n  - name: b\n    columns:\n      - *id\n",
        "models:\n  - name: a\n    columns:\n      - &id\n        name: id\n        # key\n        tests: [unique]\n"
        "  - name: b\n    columns:\n      - *id\n",
    ),
    Case(
        "an anchored text moves deeper",
        "models:\n- name: dead\n  description: &d >\n    long\n    text\n- name: a\n  columns:\n    - name: id\n"
        "      description: *d\n",
        "models:\n- name: a\n  columns:\n    - name: id\n      description: &d >\n        long\n        text\n",
    ),
    Case(
        "an anchor nothing else uses goes",
        "models:\n- name: dead\n  description: &d x\n  meta: {text: *d}\n- name: a\n",
        "models:\n- name: a\n",
    ),
    Case(
        "merged keys",
        "models:\n- name: dead\n  config: &c\n    tags: [x]\n- name: a\n  config:\n    <<: *c\n    enabled: true\n",
        "models:\n- name: a\n  config:\n    <<: &c\n      tags: [x]\n    enabled: true\n",
    ),
    Case(
        "an entry that is an alias",
        "x: &dead\n  name: dead\nmodels:\n- *dead\n- name: a\n",
        "x: &dead\n  name: dead\nmodels:\n- name: a\n",
    ),
    Case(
        "wide characters before it",
        "models:\n- name: a\n  description: 'é\N{GRINNING FACE}'\n- name: dead\n- name: b\n",
        "models:\n- name: a\n  description: 'é\N{GRINNING FACE}'\n- name: b\n",
    ),
    Case(
        "quoted keys and names",
        'models:\n- "name": "dead"\n- \'name\': a\n',
        "models:\n- 'name': a\n",
    ),
    Case("JSON", '{"models": [{"name": "dead"}, {"name": "a"}]}\n', '{"models": [{"name": "a"}]}\n'),
]
