"""Keep out what reading files does not need: loading pandas takes longer than reading most files.

pyarrow and pyogrio load it by themselves, at the first value they are given, where they find it.
"""

import sys
from collections.abc import Sequence
from types import ModuleType

_KEPT_OUT = frozenset({"pandas", "geopandas"})


class _Absent:
    """Answers for packages as if they were not installed.

    A finder by its method alone: to load ``importlib.abc`` takes as long as a small photo.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> None:
        """Raise for what is kept out, know nothing of the rest."""
        if name.partition(".")[0] in _KEPT_OUT:
            raise ModuleNotFoundError(name, name=name)


def keep_out() -> None:
    """Let pyogrio and pyarrow find no pandas in this process; called before they are loaded."""
    sys.meta_path.insert(0, _Absent())
