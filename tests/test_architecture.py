"""The arrows app -> engine <- train; no Qt outside app, no torch in app, one import of OpenCV, no network."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("app", "engine", "train")
QT = {"PySide6", "PySide2", "PyQt5", "PyQt6", "shiboken6", "pyqtgraph"}
# What opens connections. The program never does; pip, a process of its own, does at set-up.
NETWORK = {"requests", "urllib3", "httpx", "aiohttp", "ftplib", "smtplib", "http.client", "urllib.request"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """Dotted names of everything a module imports anywhere in it, relative imports resolved."""
    folder = path.relative_to(ROOT).parent.parts
    names = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = folder[: len(folder) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            names |= {module} | {f"{module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "importlib.import_module",
            "__import__",
        ):
            names |= {argument.value for argument in node.args if isinstance(argument, ast.Constant)}
    return frozenset(names)


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def offenders(package: str, forbidden: set[str]) -> dict[str, set[str]]:
    found = {str(path.relative_to(ROOT)): roots(path) & forbidden for path in modules(package)}
    return {path: names for path, names in found.items() if names}


def test_the_packages_are_there():
    assert modules("engine") and modules("train")


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [("engine", {"app", "train"}), ("train", {"app"}), ("app", {"train"})],
)
def test_arrows(package, forbidden):
    assert offenders(package, forbidden) == {}


POSERS = ("nted", "pise", "flow_attention", "scrn")  # models that re-pose people
LISTS_OF_MODELS = ("engine/models/registry.py", "train/objectives/__init__.py", "train/recipes.py")


def home(model: str) -> tuple[str, ...]:
    """Where a model may be named: its folder, objective and losses, and a line in each of three lists."""
    return f"engine/models/{model}/", f"train/objectives/{model}", f"train/losses/{model}", *LISTS_OF_MODELS


@pytest.mark.parametrize("model", POSERS)
def test_a_model_is_imported_where_it_lives_and_in_lists_alone(model):
    known = tuple(f"{package}.{model}" for package in ("engine.models", "train.objectives", "train.losses"))
    found = {}
    for path in [path for package in PACKAGES for path in modules(package)]:
        place = path.relative_to(ROOT).as_posix()
        names = {name for name in imports(path) if name.startswith(known)}
        if names and not place.startswith(home(model)):
            found[place] = names
    assert found == {}


@pytest.mark.parametrize("model", POSERS)
def test_a_model_is_named_where_it_lives_and_in_the_registry_alone(model):
    """By code, not by comments and docstrings, which may say which paper a thing is from."""
    found = {}
    for path in [path for package in PACKAGES for path in modules(package)]:
        place, names = path.relative_to(ROOT).as_posix(), words(path)
        said = {name for name in names if _names(model, name)}
        if said and not place.startswith(home(model)):
            found[place] = said
    assert found == {}


def _names(model: str, word: str) -> bool:
    """As a word of its own, or of a name in camel case: "painted" does not name NTED."""
    camel = model.title().replace("_", "")
    return bool(re.search(rf"(?<![a-zA-Z]){model}|{camel}|{model.upper()}", word))


@cache
def words(path: Path) -> frozenset[str]:
    """Identifiers, imported names and strings of a module, docstrings left out."""
    tree, found = parsed(path), set(imports(path))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        said = [getattr(node, field, None) for field in ("id", "attr", "name", "arg")]
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            said.append(node.value)
        found |= {word for word in said if isinstance(word, str)}
    return frozenset(found)


def test_words_are_names_and_strings_but_not_docstrings():
    path = ROOT / "engine" / "models" / "registry.py"
    assert {"engine_of", "Engine", "pise", "engine.paths.DEFAULT_WEIGHTS"} <= words(path)
    assert not any("The engines there are" in word for word in words(path))
    assert (
        _names("nted", "NtedModel") and _names("nted", "engine.models.nted.bench") and _names("pise", "PISE")
    )
    assert not _names("nted", "painted") and not _names("scrn", "descrn")


def test_no_two_modules_of_train_import_each_other():
    known = {_dotted(path): imports(path) for path in modules("train")}
    pairs = [(a, b) for a, names in known.items() for b in names & known.keys() if a in known[b] and a < b]
    assert pairs == []


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("package", ["engine", "train"])
def test_no_qt_outside_app(package):
    assert offenders(package, QT) == {}


def test_no_torch_in_app_but_through_engine():
    assert offenders("app", {"torch"}) == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_opencv_is_imported_in_one_place(package):
    users = set(offenders(package, {"cv2"}))
    assert users <= {"engine/cv.py"}


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_opens_a_connection(package):
    found = {str(path.relative_to(ROOT)): imports(path) & NETWORK for path in modules(package)}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_is_unpickled(package):
    """torch.load only with weights_only=True, numpy.load never with allow_pickle, no pickle.load."""
    for path in modules(package):
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            options = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            assert not name.startswith(("pickle.load", "pickle.Unpickler", "dill.", "joblib.load")), path
            assert options.get("allow_pickle", "False") == "False", path
            if name == "torch.load":
                assert options.get("weights_only") == "True", path


def test_engine_set_up_uses_the_standard_library_only():
    for path in modules("engine/setup"):
        assert {name.split(".")[0] for name in imports(path)} - _standard() <= {"engine"}, path


def _standard() -> set[str]:
    import sys

    return set(sys.stdlib_module_names)


def test_resources_hold_data_only():
    assert [str(path) for path in (ROOT / "resources").rglob("*.py")] == []


def test_the_walk_of_a_drag_names_what_is_there_and_no_file_twice():
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    walk = text.partition("*A drag.*")[2].partition("The `Frame` goes back")[0]
    rows = re.findall(r"^\| `([\w/*]+\.py)` \| (.+) \|$", walk, re.M)
    files = [file for file, _ in rows]
    assert len(rows) > 15 and len(set(files)) == len(files)
    for file, does in rows:
        places = sorted(ROOT.glob(file))
        assert places, file
        named = {name.split(".")[-1] for name in re.findall(r"`([\w.]+)`", does.partition(":")[0])}
        for place in places:
            said = {getattr(node, "name", "") for node in ast.walk(parsed(place))} | words(place)
            missing = {name for name in named if name not in said and not name.endswith("py")}
            assert not missing, f"{file}: {missing}"
