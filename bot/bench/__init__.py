"""How fast Hubbub is beside what others would have taken, measured in one run, alternately."""

from bot.bench.bars import BARS, Bar, Measured
from bot.bench.course import measure
from bot.bench.sizes import FULL, QUICK, Sizes

__all__ = ["BARS", "FULL", "QUICK", "Bar", "Measured", "Sizes", "measure"]
