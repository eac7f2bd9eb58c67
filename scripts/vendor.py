"""Copy front-end files out of node_modules into the tree (`make vendor`).

With --check, which needs no npm: see whether they still are what was copied.
"""

import json
import shutil
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORD = "vendor.json"
# Folder of ours -> package -> its files. The first file of each package is its licence.
WANTED: dict[str, dict[str, tuple[str, ...]]] = {
    "bot/web/static/vendor": {
        "htmx.org": ("LICENSE", "dist/htmx.min.js", "dist/ext/hx-sse.min.js"),
    },
    "tests/vendor": {
        "axe-core": ("LICENSE", "axe.min.js"),
    },
}

Record = dict[str, dict[str, str]]


def copy_all() -> None:
    """Copy every wanted file and write beside it where it came from."""
    for folder, packages in WANTED.items():
        target = ROOT / folder
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        record = {
            name: entry
            for package, files in packages.items()
            for name, entry in _copy(package, files, target).items()
        }
        (target / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _copy(package: str, files: tuple[str, ...], target: Path) -> Record:
    source = ROOT / "node_modules" / package
    about = json.loads((source / "package.json").read_text(encoding="utf-8"))
    record = {}
    for file in files:
        name = f"{package}.LICENSE.txt" if file == "LICENSE" else Path(file).name
        shutil.copyfile(source / file, target / name)
        record[name] = {
            "package": package,
            "version": about["version"],
            "licence": about["license"],
            "sha256": _digest(target / name),
        }
    return record


def problems() -> list[str]:
    """What differs between the committed files, their record and package.json."""
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    versions = wanted["dependencies"] | wanted["devDependencies"]
    return [problem for folder in WANTED for problem in _problems_in(ROOT / folder, versions)]


def _problems_in(folder: Path, versions: dict[str, str]) -> list[str]:
    record: Record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    there = {path.name for path in folder.iterdir()} - {RECORD}
    return (
        [f"{folder / name}: not in {RECORD}" for name in sorted(there - record.keys())]
        + [f"{folder / name}: missing" for name in sorted(record.keys() - there)]
        + [
            f"{folder / name}: changed since it was copied"
            for name in sorted(there & record.keys())
            if _digest(folder / name) != record[name]["sha256"]
        ]
        + [
            f"{folder / name}: is {entry['version']}, package.json wants another version"
            for name, entry in record.items()
            if versions.get(entry["package"]) != entry["version"]
        ]
    )


def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


def main() -> int:
    """Copy, or with --check compare; 1 and a line per problem where something differs."""
    if "--check" not in sys.argv[1:]:
        copy_all()
    found = problems()
    for problem in found:
        print(f"{problem}. Run `make vendor`.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
