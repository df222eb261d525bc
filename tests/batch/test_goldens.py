"""The queries of the example project, kept to be read in review: tests/goldens/batch/*.sql.

Where a change of code changes a query on purpose, write them anew with `WAYPOST_REWRITE_GOLDENS=1 pytest tests/batch`.
"""

import os
from pathlib import Path

import ibis
import pytest

from tests.runtime.rooms import HARBOUR
from waypost.batch import milestones, people, segments
from waypost.batch.tables import tables
from waypost.model.conditions import StageOf
from waypost.runtime.folder import load_files, read_folder

GOLDENS = Path(__file__).parents[1] / "goldens" / "batch"
REWRITE = bool(os.environ.get("WAYPOST_REWRITE_GOLDENS"))


@pytest.fixture(scope="module")
def queries() -> dict[str, str]:
    """Every query that Harbour's definitions need, by name."""
    definitions = load_files(read_folder(HARBOUR))
    about = tables(definitions)
    found = {f"reached_{name}": milestones.reached(definitions, about, name) for name in definitions.milestones}
    found["states"] = segments.answer(definitions, segments.states(definitions, about))
    found["reach_by_stage"] = milestones.reach(definitions, about, StageOf())
    found["owners"] = people.owners()
    return {name: ibis.to_sql(query, dialect="duckdb") + "\n" for name, query in found.items()}


def test_the_queries_are_as_reviewed(queries: dict[str, str]) -> None:
    if REWRITE:
        GOLDENS.mkdir(parents=True, exist_ok=True)
        for path in GOLDENS.glob("*.sql"):
            path.unlink()
        for name, query in queries.items():
            (GOLDENS / f"{name}.sql").write_text(query, encoding="utf-8")
    kept = {path.stem: path.read_text(encoding="utf-8") for path in GOLDENS.glob("*.sql")}
    assert kept.keys() == queries.keys()
    for name, query in queries.items():
        assert query == kept[name], f"{name} has changed; if it should have, see the top of this file"
