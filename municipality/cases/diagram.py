"""The diagram of a machine for the docs, drawn from the same table that moves the cases."""

from municipality.cases.machine import ORIGIN, Machine
from municipality.people.roles import BY_CODE
from municipality.words import Text

WHO = {
    "applicant": Text("مقدم الطلب", "applicant"),
    "owner": Text("المالك", "owner"),
    "office": Text("المكتب الاستشاري", "consultancy"),
    "payer": Text("الدافع", "payer"),
    "billing": Text("نظام التحصيل", "collection system"),
    "system": Text("النظام", "the system"),
}


def _who(role: str) -> Text:
    return WHO.get(role) or BY_CODE[role].name


def mermaid(machine: Machine) -> str:
    """Draw a machine as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    direction TB"]
    lines += [f'    state "{state.name.en}" as {state.code}' for state in machine.states]
    lines.append(f"    [*] --> {machine.start}")
    for edge in machine.edges:
        by = ", ".join(_who(role).en for role in edge.by)
        for source in edge.sources:
            targets = machine.origins_of(source) if edge.to == ORIGIN else {edge.to}
            lines += [
                f"    {source} --> {target}: {edge.act.en} ({by})" for target in sorted(targets)
            ]
    lines += [f"    {end} --> [*]" for end in machine.ends]
    return "\n".join(lines)


def page(machine: Machine) -> str:
    """Write the page of the docs about a machine: its diagram and its table in both languages."""
    head = [
        f"# {machine.name.ar} · {machine.name.en}",
        "",
        f"Kind `{machine.kind}`, numbers `{machine.prefix}-YYYY-NNNNNN`.  Written by",
        "`manage.py draw_machines` from the table itself; a test compares.",
        "",
        "```mermaid",
        mermaid(machine),
        "```",
        "",
        "| State | الحالة | Works on it | Office minutes | Clock |",
        "|---|---|---|---|---|",
    ]
    rows = []
    for state in machine.states:
        worker = _who(state.worker).en if state.worker else "-"
        clock = "end" if state.code in machine.ends else "stands" if state.asks else "runs"
        minutes = state.within_min if state.within_min else "-"
        rows.append(f"| `{state.code}` | {state.name.ar} | {worker} | {minutes} | {clock} |")
    steps = [
        "",
        "| Act | الإجراء | From | To | By | Told |",
        "|---|---|---|---|---|---|",
    ]
    for edge in machine.edges:
        to = "back to who asked" if edge.to == ORIGIN else f"`{edge.to}`"
        by = ", ".join(_who(role).en for role in edge.by)
        sources = ", ".join(f"`{source}`" for source in edge.sources)
        told = ", ".join(_who(role).en for role in edge.tells) or "-"
        steps.append(f"| {edge.act.en} | {edge.act.ar} | {sources} | {to} | {by} | {told} |")
    return "\n".join([*head, *rows, *steps]) + "\n"
