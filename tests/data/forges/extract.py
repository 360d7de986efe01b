"""Takes what the tests need out of GitHub's own descriptions of its API: README.md beside this says which and why.

python tests/data/forges/extract.py OPENAPI_JSON SCHEMA_GRAPHQL
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from graphql import build_schema, print_type
from graphql.type import GraphQLInputObjectType, GraphQLObjectType, get_named_type

HERE = Path(__file__).parent
REPO = "/repos/{owner}/{repo}"
OPERATIONS = {
    f"{REPO}/git/ref/{{ref}}": ("get",),
    f"{REPO}/git/matching-refs/{{ref}}": ("get",),
    f"{REPO}/git/refs": ("post",),
    f"{REPO}/git/refs/{{ref}}": ("patch", "delete"),
    f"{REPO}/git/commits/{{commit_sha}}": ("get",),
    f"{REPO}/git/commits": ("post",),
    f"{REPO}/git/trees": ("post",),
    f"{REPO}/git/trees/{{tree_sha}}": ("get",),
    f"{REPO}/git/blobs": ("post",),
    f"{REPO}/compare/{{basehead}}": ("get",),
    f"{REPO}/pulls": ("get", "post"),
    f"{REPO}/pulls/{{pull_number}}": ("get", "patch"),
    f"{REPO}/pulls/{{pull_number}}/requested_reviewers": ("post",),
    f"{REPO}/issues/{{issue_number}}/labels": ("post",),
    f"{REPO}/issues/{{issue_number}}/comments": ("get", "post"),
    f"{REPO}/issues/comments/{{comment_id}}": ("patch",),
    f"{REPO}/installation": ("get",),
    f"{REPO}/tarball/{{ref}}": ("get",),
    "/app/installations/{installation_id}/access_tokens": ("post",),
}
SAYS_NOTHING = {"description", "title", "example", "examples", "externalDocs", "deprecated", "default"}
MUTATION = "createCommitOnBranch"


def plain(value: Any, *, names: bool = False) -> Any:  # noqa: ANN401 - as json's own
    """A schema as JSON Schema has it: `nullable` becomes a type, and what only people read is left out."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: plain(one, names=key == "properties")
        for key, one in value.items()
        if names or (key not in SAYS_NOTHING and key != "nullable" and not key.startswith("x-"))
    }
    return kept if names or not value.get("nullable") else {"anyOf": [kept, {"type": "null"}]}


def references(value: Any) -> set[str]:  # noqa: ANN401 - as json's own
    """The components a schema refers to."""
    if isinstance(value, list):
        return {name for one in value for name in references(one)}
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
    return own.union(*(references(one) for one in value.values()))


def component(document: dict[str, Any], reference: str) -> Any:  # noqa: ANN401 - as json's own
    """What a reference leads to."""
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def body(document: dict[str, Any], told: dict[str, Any]) -> Any:  # noqa: ANN401 - as json's own
    """The JSON schema of a request or response; None where it has no body."""
    whole = component(document, told["$ref"]) if "$ref" in told else told
    content = whole.get("content", {})
    found = content.get("application/json") or content.get("application/scim+json") or {}
    return plain(found["schema"]) if found else None


def rest(document: dict[str, Any]) -> dict[str, Any]:
    """The operations, and every schema they lead to."""
    operations: dict[str, Any] = {}
    for path, methods in OPERATIONS.items():
        for method in methods:
            told = document["paths"][path][method]
            operations[f"{method.upper()} {path}"] = {
                "request": body(document, told.get("requestBody", {})),
                "query": sorted(query_names(document, told)),
                "responses": {status: body(document, one) for status, one in told["responses"].items()},
            }
    schemas: dict[str, Any] = {}
    waiting = references(operations)
    while waiting:
        reference = waiting.pop()
        name = reference.rpartition("/")[2]
        if name not in schemas:
            schemas[name] = plain(component(document, reference))
            waiting |= references(schemas[name])
    version = document["info"]["version"]
    return {
        "from": f"GitHub's OpenAPI description as in @octokit/openapi {version} (MIT)",
        "operations": operations,
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def query_names(document: dict[str, Any], told: dict[str, Any]) -> set[str]:
    """What an operation takes in its query."""
    listed = [
        component(document, one["$ref"]) if "$ref" in one else one for one in told.get("parameters", ())
    ]
    return {one["name"] for one in listed if one["in"] == "query"}


def graphql(text: str) -> str:
    """The mutation, its input and what of its answer is asked for."""
    schema = build_schema(text, assume_valid=True)
    assert schema.mutation_type
    field = schema.mutation_type.fields[MUTATION]
    kept: dict[str, Any] = {}
    waiting = [get_named_type(argument.type) for argument in field.args.values()]
    while waiting:
        one = waiting.pop()
        if one.name not in kept and one.name not in {"String", "ID", "Int", "Boolean"}:
            kept[one.name] = one
            if isinstance(one, GraphQLInputObjectType):
                waiting += [get_named_type(each.type) for each in one.fields.values()]
    payload, commit = schema.type_map["CreateCommitOnBranchPayload"], schema.type_map["Commit"]
    assert isinstance(payload, GraphQLObjectType)
    assert isinstance(commit, GraphQLObjectType)
    arguments = ", ".join(f"{name}: {argument.type}" for name, argument in field.args.items())
    answer = [
        "type Query {\n  viewerCanCommit: Boolean\n}",
        f"type Mutation {{\n  {MUTATION}({arguments}): {field.type}\n}}",
        f"type {payload.name} {{\n  commit: {payload.fields['commit'].type}\n}}",
        f"type {commit.name} {{\n  oid: {commit.fields['oid'].type}\n  url: {commit.fields['url'].type}\n}}",
        print_type(schema.type_map["URI"]),
    ]
    inputs = [print_type(kept[name]) for name in sorted(kept) if name != "URI"]
    return "\n\n".join([*answer, *inputs]) + "\n"


def main(openapi: str, schema: str) -> None:
    """Write both files anew."""
    document = json.loads(Path(openapi).read_text(encoding="utf-8"))
    text = json.dumps(rest(document), indent=1, sort_keys=True)
    (HERE / "github_rest.json").write_text(text + "\n", encoding="utf-8")
    made = graphql(Path(schema).read_text(encoding="utf-8"))
    head = "# Taken from GitHub's GraphQL schema as in @octokit/graphql-schema (MIT); README.md says how.\n\n"
    (HERE / "github.graphql").write_text(head + made, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
