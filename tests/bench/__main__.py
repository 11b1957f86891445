"""Run the benchmarks named on the command line, or all of them."""

import importlib
import os
import pkgutil
import platform
import sys

import tests.bench


def parts() -> list[str]:
    """Return the names of the parts, one for each figure."""
    names = [module.name for module in pkgutil.iter_modules(tests.bench.__path__)]
    return sorted(name[5:] for name in names if name.startswith("part_"))


def main() -> int:
    """Run each part and print its figures."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geo_portal.settings.dev")
    os.environ.setdefault("GEO_LIMITS", "off")
    wanted = sys.argv[1:] or parts()
    unknown = set(wanted) - set(parts())
    if unknown:
        print(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(parts())}")
        return 2
    import django

    print(
        f"Python {platform.python_version()}, Django {django.get_version()}, {os.cpu_count()} cores"
    )
    django.setup()
    for name in wanted:
        print(f"\n== {name}")
        importlib.import_module(f"tests.bench.part_{name}").run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
