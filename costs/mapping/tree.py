"""The tables in a parsed statement: which it writes, which it reads, whether one hides in a literal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from assay.model.assets import fold_part, split_identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from costs.mapping.relations import Path

_KINDS = frozenset({"TABLE", "VIEW"})
_METADATA = (
    exp.Show,
    exp.Describe,
    exp.Use,
    exp.Grant,
    exp.Revoke,
    exp.Set,
    exp.Put,
    exp.Transaction,
    exp.Commit,
)
_BY_THIS = (exp.Insert, exp.Merge, exp.Update, exp.Delete, exp.Comment, exp.Copy)
_OF_A_KIND = (exp.Create, exp.Drop, exp.Alter, exp.Undrop)


def writes_of(tree: exp.Expr) -> Iterator[Path]:
    """The relations a statement makes, fills, changes or drops."""
    for table in _targets(tree):
        if (path := path_of(table)) is not None:
            yield path


def reads_of(tree: exp.Expr) -> tuple[list[Path], bool]:
    """The relations a statement reads, and whether it names one by a literal that was stripped."""
    if isinstance(tree, _METADATA) or (isinstance(tree, _OF_A_KIND) and not _is_relation(tree)):
        return [], False
    written = {id(table) for table in _targets(tree)}
    paths: list[Path] = []
    hidden = False
    for table in tree.find_all(exp.Table, exp.TableFromRows):
        if id(table) in written or isinstance(table.parent, exp.LikeProperty) or _is_cte(table):
            continue
        path = path_of(table)
        if path is not None:
            paths.append(path)
        hidden = hidden or (path is None and _hides(table))
    return paths, hidden


def path_of(table: exp.Expr) -> Path | None:
    """The folded parts of a table as the statement names it; None for stages, functions and hidden names."""
    name = table.this
    if isinstance(table, exp.TableFromRows) and isinstance(name, exp.Literal):
        return _of_literal(name)
    if isinstance(name, exp.DynamicIdentifier):
        return _of_literal(name.this)
    if not isinstance(name, exp.Identifier):
        return None
    parts = [table.args.get("catalog"), table.args.get("db"), name]
    first = next(i for i, part in enumerate(parts) if part is not None)
    return tuple(_folded(part) for part in parts[first:])


def path_of_text(relation: str) -> Path:
    """The folded parts of a relation written as text, e.g. ``Db."MixedCase".t``: only quotes keep a case."""
    folded = tuple(_folded_text(part.strip()) for part in _split(relation))
    return folded[-3:]


def _split(relation: str) -> list[str]:
    """The dotted parts with their quotes on; an empty one (``db..t``) stays."""
    parts, part, quoted = [], "", False
    for character in relation:
        quoted ^= character == '"'
        if character == "." and not quoted:
            parts.append(part)
            part = ""
        else:
            part += character
    return [*parts, part]


def _folded_text(part: str) -> str:
    return fold_part(split_identifier(part)[0]) if part.startswith('"') else part.lower()


def _folded(part: exp.Expr | None) -> str:
    if not isinstance(part, exp.Identifier):
        return ""
    return fold_part(part.name) if part.args.get("quoted") else part.name.lower()


def _of_literal(name: object) -> Path | None:
    """The relation in ``identifier('db.s.t')`` or ``table('db.s.t')``, unless its literal was stripped."""
    if not isinstance(name, exp.Literal) or not name.is_string or not name.name.strip(" ?"):
        return None
    return path_of_text(name.name)


def _hides(table: exp.Expr) -> bool:
    """Whether the table is named by a literal or a variable we cannot see; a stage or function is not."""
    return isinstance(table.this, exp.DynamicIdentifier) or (
        isinstance(table, exp.TableFromRows)
        and isinstance(table.this, exp.Literal | exp.Parameter | exp.Placeholder)
    )


def _is_relation(tree: exp.Expr) -> bool:
    return str(tree.args.get("kind") or "").upper() in _KINDS


def _targets(tree: exp.Expr) -> Iterator[exp.Expr]:
    """The nodes that name what a statement writes."""
    if isinstance(tree, _BY_THIS):
        yield from _as_table(tree.this)
    elif isinstance(tree, exp.MultitableInserts):
        for insert in tree.find_all(exp.Insert):
            yield from _as_table(insert.this)
    elif isinstance(tree, exp.TruncateTable):
        for table in tree.expressions:
            yield from _as_table(table)
    elif isinstance(tree, _OF_A_KIND) and _is_relation(tree):
        yield from _of_a_kind(tree)


def _of_a_kind(tree: exp.Expr) -> Iterator[exp.Expr]:
    """CREATE, DROP, ALTER, UNDROP of a table or view; a rename or swap writes both names."""
    yield from _as_table(tree.this)
    for table in tree.args.get("tables") or ():
        yield from _as_table(table)
    for action in tree.args.get("actions") or ():
        if isinstance(action, exp.SwapTable | exp.AlterRename):
            yield from _as_table(action.this)


def _as_table(node: object) -> Iterator[exp.Expr]:
    if isinstance(node, exp.Schema):
        node = node.this
    if isinstance(node, exp.Table):
        yield node


def _is_cte(table: exp.Expr) -> bool:
    """Whether a bare name is a common table expression of the query around it, not a table.

    A definition sees those before it, and itself only when recursive:
    ``WITH orders AS (SELECT * FROM orders)`` reads the table.
    """
    if table.args.get("db") is not None or not isinstance(table.this, exp.Identifier):
        return False
    name = _folded(table.this)
    child: exp.Expr | None = table
    inside: exp.Expr | None = None
    while child is not None:
        parent = child.parent
        if isinstance(child, exp.CTE):
            inside = child
        scope = parent.args.get("with_") if parent is not None else None
        if isinstance(scope, exp.With) and _defines(scope, name, inside if child is scope else None):
            return True
        child = parent
    return False


def _defines(scope: exp.With, name: str, inside: exp.Expr | None) -> bool:
    for definition in scope.expressions:
        if definition is inside and not scope.args.get("recursive"):
            return False
        if _folded(definition.args["alias"].this) == name:
            return True
    return False
