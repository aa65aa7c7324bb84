"""python -m benchmarks: every benchmark after the other. python -m benchmarks match 10 4: one, with its numbers."""

import subprocess
import sys

ALL = ("match",)


def main(wanted: str = "", *numbers: str) -> int:
    """Each in a process of its own, so that none inherits another's servers."""
    codes = [
        subprocess.run([sys.executable, "-W", "ignore", "-m", f"benchmarks.{name}", *numbers]).returncode
        for name in ([wanted] if wanted else ALL)
    ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
