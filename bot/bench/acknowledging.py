"""How long people wait: a message in, its acknowledgement out, on every network at once.

The networks are the local servers that the tests speak to, so it runs from a checkout only.
"""

import asyncio
import json
import sys
from pathlib import Path
from subprocess import PIPE

from bot.bench.bars import Measured
from bot.bench.place import Place
from bot.bench.sizes import Sizes
from bot.errors import InvalidInput

_ROOT = Path(__file__).resolve().parents[2]
_RATE = 50  # messages a second, on each network


async def acknowledging(place: Place, sizes: Sizes) -> dict[str, Measured]:
    """The worst network's figures count. Raises `InvalidInput` where the tests are not there, or
    something went wrong while it was measured."""
    if not (_ROOT / "tests" / "proof" / "crowd.py").exists():
        raise InvalidInput("What people wait for is measured from a checkout: `make bench` there.")
    told = await _crowd("--seconds", str(sizes.crowd_seconds), "--rate", str(_RATE))
    how = ", ".join(
        f"{name} {one['median_ms']:.0f}/{one['p99_ms']:.0f} ms" for name, one in told.items()
    )
    return {
        f"acknowledge_{key}": Measured(figure=max(one[key] for one in told.values()), how=how)
        for key in ("median_ms", "p99_ms")
    }


async def _crowd(*options: str) -> dict[str, dict[str, float]]:
    command = (sys.executable, "-m", "tests.proof.crowd", "--no-faults", "--json", *options)
    process = await asyncio.create_subprocess_exec(*command, cwd=_ROOT, stdout=PIPE, stderr=PIPE)
    said, errors = await process.communicate()
    if process.returncode:
        raise InvalidInput(f"The crowd failed: {errors.decode()[-500:]}{said.decode()[-500:]}")
    found: dict[str, dict[str, float]] = json.loads(said)
    return found
