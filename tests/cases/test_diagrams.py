"""The diagrams of the docs are drawn from the tables, and say what the tables say now."""

from pathlib import Path

import pytest

from municipality.cases.diagram import page
from municipality.cases.kinds import machines

DOCS = Path(__file__).resolve().parents[2] / "docs" / "machines"


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.kind)
def test_the_page_of_a_machine_is_current(machine) -> None:
    assert (DOCS / f"{machine.kind}.md").read_text(encoding="utf-8") == page(machine)


def test_no_page_is_left_of_a_machine_that_is_gone() -> None:
    assert {path.stem for path in DOCS.glob("*.md")} == {machine.kind for machine in machines()}


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.kind)
def test_every_edge_and_state_stands_on_the_page(machine) -> None:
    text = page(machine)
    for state in machine.states:
        assert f"`{state.code}`" in text
    for edge in machine.edges:
        assert edge.act.ar in text and f": {edge.act.en} (" in text
