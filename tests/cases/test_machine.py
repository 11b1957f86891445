"""The table of a service is proved when it is made; an unsound one never starts."""

import pytest

from municipality.cases.kinds import machines
from municipality.cases.machine import (
    BILLING,
    ORIGIN,
    PARTIES,
    SYSTEM,
    Edge,
    Machine,
    MachineError,
    State,
    successors,
)
from municipality.people.roles import CODES
from municipality.words import Text

T = Text("نص", "text")


def state(code: str, **values) -> State:
    return State(code, T, **values)


def edge(name: str, sources: tuple[str, ...], to: str, **values) -> Edge:
    return Edge(name, sources, to, values.pop("by", ("registrar",)), T, T, **values)


def a_machine(**values) -> Machine:
    sound = {
        "kind": "k", "name": T, "prefix": "K", "start": "a", "ends": ("z",), "path": ("a", "z"),
        "states": (state("a"), state("z")), "edges": (edge("go", ("a",), "z"),),
    }  # fmt: skip
    return Machine(**{**sound, **values})


def test_a_sound_machine_is_made() -> None:
    assert a_machine().edge("go", state="a")
    assert a_machine().edge("go", state="z") is None


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"states": (state("a"), state("z"), state("lost"))}, "lost is never reached"),
        ({"states": (state("a"), state("b"), state("z")),
          "edges": (edge("go", ("a",), "z"), edge("stick", ("a",), "b"))}, "no end can be reached from b"),
        ({"edges": (edge("go", ("a",), "z"), edge("go", ("a",), "a"))}, "go leaves a twice"),
        ({"edges": (edge("go", ("a",), "nowhere"),)}, "unknown state nowhere"),
        ({"edges": (edge("go", ("a",), "z"), edge("on", ("z",), "a"))}, "leaves the end z"),
        ({"edges": (edge("go", ("a",), "z", by=()),)}, "nobody may go"),
        ({"states": (state("a", asks=True), state("z"))}, "never expires"),
        ({"states": (state("a", asks=True, within_min=5), state("z"))}, "has a due time"),
        ({"states": (state("a"), state("z", worker="registrar"))}, "the end z has work"),
        ({"states": (state("a", lasts=True, worker="registrar"), state("z"))}, "a lasts, and"),
        ({"states": (state("a"), state("a"), state("z"))}, "a stands twice"),
        ({"edges": (edge("go", ("a",), "z"), edge("back", ("a",), ORIGIN))}, "none keeps it"),
        ({"path": ("a", "gone")}, "gone is not in the table"),
    ],
)  # fmt: skip
def test_an_unsound_machine_is_refused_with_the_reason(values: dict, why: str) -> None:
    with pytest.raises(MachineError, match=why):
        a_machine(**values)


@pytest.mark.parametrize("machine", machines(), ids=lambda machine: machine.kind)
class TestEveryMachineOfTheCity:
    def test_its_edges_are_taken_by_roles_that_exist(self, machine: Machine) -> None:
        known = {*CODES, *PARTIES, BILLING, SYSTEM}
        for taken in machine.edges:
            assert set(taken.by) <= known, taken.name

    def test_every_state_that_works_has_someone_to_work_and_a_time(self, machine: Machine) -> None:
        for each in machine.states:
            if each.code in machine.ends or each.asks or each.lasts:
                continue
            has_clock = each.within_min or each.promised
            assert each.worker in CODES and has_clock, each.code

    def test_an_applicant_can_always_withdraw_until_it_is_paid_or_over(
        self, machine: Machine
    ) -> None:
        for each in machine.states:
            if each.asks:
                assert any(
                    set(taken.by) & set(PARTIES) and taken.to in machine.ends
                    for taken in machine.edges_from(each.code)
                ), each.code

    def test_a_return_leads_back_to_the_stage_that_asked(self, machine: Machine) -> None:
        for taken in machine.edges:
            if taken.keeps_origin:
                assert successors(machine, taken.to) >= set(taken.sources)

    def test_what_cannot_be_undone_asks_first(self, machine: Machine) -> None:
        for taken in machine.edges:
            by_people = set(taken.by) - {BILLING, SYSTEM}
            if by_people and taken.to in machine.ends:
                assert taken.is_danger, taken.name
