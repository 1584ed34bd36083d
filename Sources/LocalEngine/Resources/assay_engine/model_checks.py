"""Checks models and adapters from anywhere before a library reads them, so that nothing in them runs as code.

Needs Python's standard library only, until a model is taken from the hub's cache.
"""

from __future__ import annotations

import json
import os
import re
import struct
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

HUB = "hub:"
"""Prefix of a model on the hub: `hub:org/name` or `hub:org/name@revision`."""

HUB_NAME = re.compile(r"(?P<id>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(@(?P<revision>[\w./-]+))?", re.ASCII)

WANTED = ["*.json", "*.safetensors", "*.txt", "*.jinja", "*.model", "*.tiktoken"]
"""The files that are fetched from the hub: no Python, and no pickled weights."""

PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.pickle")
MOST_CONFIG = 32 << 20
"""Bytes of a configuration; an index of a large model's weights has some megabytes."""

WORD = re.compile(r"[A-Za-z0-9_-]+(\.[0-9]+)*", re.ASCII)
"""Names that a module of mlx-lm may have."""

IMPORTED = ("model_type", "tool_parser_type", "chat_template_type", "processor_type")
"""Entries by which mlx-lm chooses a module of its own."""

CODE = re.compile(r"trust_remote_code|custom (code|module)|must be executed", re.IGNORECASE)
"""Error messages of libraries for a model that needs code of its own."""

UNKNOWN = re.compile(r"model type .* not supported|does not recognize this architecture", re.IGNORECASE)
"""Error messages of libraries for a kind of model that they don't know."""

LINES = re.compile(r"^ {2}(?P<name>\S+): (?P<reason>.*)$", re.MULTILINE)
"""A line of mlx-lm's error message for an adapter's tensor that doesn't fit."""


class ModelError(ValueError):
    """A model or an adapter that isn't loaded, in a sentence that says why and what to do."""


# Where a model is


def resolve(
    name: str, allow_download: bool, revision: str | None = None, tell: Callable[[str], None] = lambda _: None
) -> Path:
    """The folder of a model, named by an absolute path or as `hub:org/name@revision`.

    A folder that is missing is an error and never a name on the hub. Only who allows a download, and so means the
    hub, may leave `hub:` out. `tell` gets a sentence before a download begins. Raises a `ModelError`.
    """
    if not name.startswith(HUB) and not (allow_download and HUB_NAME.fullmatch(name)):
        folder = Path(name)
        if not folder.is_absolute():
            raise ModelError(
                f"The model {name} is neither an absolute path nor a hub id. Write hub:{name} for a model on the hub."
            )
        if not folder.is_dir():
            raise ModelError(f"The model {name} is not on this machine. Put it there, or name another one.")
        return folder
    match = HUB_NAME.fullmatch(name.removeprefix(HUB))
    if match is None:
        raise ModelError(f"{name} is not a hub id; write hub:org/name or hub:org/name@revision.")
    return from_hub(match["id"], match["revision"] or revision, allow_download, tell)


def from_hub(identifier: str, revision: str | None, allow_download: bool, tell: Callable[[str], None]) -> Path:
    """The folder in the hub's cache, fetched where that is allowed. Raises a `ModelError`."""
    from huggingface_hub import snapshot_download

    try:
        if allow_download and (sentence := download_sentence(identifier, revision)):
            tell(sentence)
        found = snapshot_download(
            identifier, revision=revision, allow_patterns=WANTED, local_files_only=not allow_download
        )
    except Exception as error:
        name = HUB + identifier + (f"@{revision}" if revision else "")
        if not allow_download:
            raise ModelError(
                f"The model {name} is not in the hub's cache on this machine, and downloading it was not allowed."
            ) from error
        text = " ".join(str(error).split())[:300]
        raise ModelError(
            f"The model {name} could not be fetched ({text}). Check its name, your access and the network."
        ) from error
    return Path(found)


def download_sentence(identifier: str, revision: str | None) -> str | None:
    """A sentence with a download's size and the model's licence; None where all of it is on this machine."""
    from huggingface_hub import HfApi, snapshot_download, try_to_load_from_cache
    from huggingface_hub.utils import filter_repo_objects

    name = HUB + identifier + (f"@{revision}" if revision else "")
    try:
        info = HfApi().model_info(identifier, revision=revision, files_metadata=True)
    except Exception as error:
        try:
            snapshot_download(identifier, revision=revision, allow_patterns=WANTED, local_files_only=True)
        except Exception:
            return f"Fetching {name}. The hub doesn't tell its size and licence ({type(error).__name__})."
        return None
    files = list(filter_repo_objects(info.siblings or [], allow_patterns=WANTED, key=lambda file: file.rfilename))
    missing = [
        file
        for file in files
        if not isinstance(try_to_load_from_cache(identifier, file.rfilename, revision=info.sha), str)
    ]
    if not missing:
        return None
    sizes = [file.size for file in missing]
    size = "size not known" if None in sizes else readable_size(sum(sizes))
    return f"Fetching {name} from the hub: {size} in {len(missing)} files. Licence: {licence(info)}."


def licence(info: Any) -> str:
    """The licence that a model's card on the hub names."""
    card = getattr(info, "card_data", None) or {}
    named = card.get("license_name") or card.get("license")
    if isinstance(named, list):
        named = ", ".join(map(str, named))
    tagged = [tag.removeprefix("license:") for tag in info.tags or [] if tag.startswith("license:")]
    text = " ".join(str(named or ", ".join(tagged)).split())
    return text[:80] or "none is named, so ask its author before you use it"


def readable_size(count: int) -> str:
    """A number of bytes in kB, MB or GB."""
    for unit, most in (("kB", 10**6), ("MB", 10**9)):
        if count < most:
            return f"{count * 1000 / most:.1f} {unit}"
    return f"{count / 10**9:.1f} GB"


# What a model's folder holds


def read_object(path: Path) -> dict[str, Any]:
    """The object in a JSON file, empty where there is no file. Raises a `ModelError`."""
    if not path.exists():
        return {}
    if not path.is_file() or path.stat().st_size > MOST_CONFIG:
        raise ModelError(f"{path} is not a JSON file of at most {MOST_CONFIG >> 20} MiB; fetch the model again.")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} can't be read as JSON ({type(error).__name__}); fetch the model again.") from error
    if not isinstance(value, dict):
        raise ModelError(f"{path} must hold an object; fetch the model again.")
    return value


def check_model(folder: Path) -> dict[str, Any]:
    """Refuse a model that would run code of its own, or whose weights are pickled, and give its `config.json`.

    Raises a `ModelError`.
    """
    config = read_object(folder / "config.json")
    if not config:
        raise ModelError(f"The folder {folder} holds no model: config.json is missing.")
    tokenizer = read_object(folder / "tokenizer_config.json")
    for values in (config, config.get("text_config"), tokenizer):
        if isinstance(values, dict):
            check_entries(folder, values)
    check_weights(folder)
    return config


def check_entries(folder: Path, values: dict[str, Any]) -> None:
    """Refuse entries of a configuration that name code."""
    if values.get("model_file") is not None:
        raise ModelError(
            f"The model in {folder} wants to run its own Python file (`model_file` in config.json), which Assay never "
            "does. Name a model of a kind that the engine knows."
        )
    if values.get("trust_remote_code") or values.get("custom_generate"):
        raise ModelError(
            f"The model in {folder} asks for code of its own to be trusted, which Assay never does. Remove "
            "`trust_remote_code` and `custom_generate` from its configuration, or name another model."
        )
    for key in ("attn_implementation", "_attn_implementation"):
        if isinstance(chosen := values.get(key), str) and "/" in chosen:
            raise ModelError(
                f"The model in {folder} wants to fetch and run the kernel {chosen[:80]} (`{key}`), "
                "which Assay never does."
            )
    for key in IMPORTED:
        if (chosen := values.get(key)) is not None and not (isinstance(chosen, str) and WORD.fullmatch(chosen)):
            raise ModelError(f"`{key}` in the configuration of {folder} is not a name; fetch the model again.")


def check_weights(folder: Path) -> None:
    """Refuse a folder without safetensors files, or whose index names other files."""
    if not any(folder.glob("*.safetensors")):
        pickled = sorted(path.name for pattern in PICKLED for path in folder.glob(pattern))
        if pickled:
            raise ModelError(
                f"The weights in {folder} are pickled ({pickled[0]}), and reading those can run code. Convert them to "
                "safetensors, or name a model that has them."
            )
        raise ModelError(
            f"The model in {folder} is not complete: it has no weights (*.safetensors). Fetch it "
            "again, or name another."
        )
    for path in sorted(folder.glob("*.index.json")):
        places = read_object(path).get("weight_map", {})
        names = set(places.values()) if isinstance(places, dict) else {None}
        strange = [name for name in names if not is_plain_weights(name)]
        if strange and ".safetensors." in path.name:
            raise ModelError(f"{path} names {str(strange[0])[:80]!r}, which is not a safetensors file beside it.")


def is_plain_weights(name: object) -> bool:
    """Whether a name is a safetensors file in the same folder."""
    return isinstance(name, str) and "/" not in name and os.sep not in name and name.endswith(".safetensors")


# Adapters


def tensor_names(path: Path) -> list[str]:
    """The names in a safetensors file's header. Raises a `ModelError`."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if not 2 <= length <= min(MOST_CONFIG, size - 8):
                raise ValueError(f"a header of {length} bytes")
            header = json.loads(file.read(length))
        header.pop("__metadata__", None)
        end = max((entry["data_offsets"][1] for entry in header.values()), default=0)
        if end > size - 8 - length:
            raise ValueError("tensors beyond its end")
        return sorted(header)
    except (OSError, ValueError, struct.error, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise ModelError(f"{path} is cut off or not a safetensors file; copy the adapter again.") from error


def check_adapter(folder: Path) -> None:
    """Refuse an adapter's folder that mlx-lm can't load, before it tries. Raises a `ModelError`."""
    config_path, weights = folder / "adapter_config.json", folder / "adapters.safetensors"
    if not weights.is_file() or not config_path.is_file():
        lacking = config_path.name if weights.is_file() else weights.name
        raise ModelError(f"The folder {folder} holds no adapter: {lacking} is missing.")
    config = read_object(config_path)
    kind = config.get("fine_tune_type", "lora")
    if kind not in ("lora", "dora", "full"):
        raise ModelError(f"{config_path}: `fine_tune_type` is {str(kind)[:40]!r}; it must be lora, dora or full.")
    names = tensor_names(weights)
    if not names:
        raise ModelError(f"{weights} holds no tensors, so the adapter changes nothing.")
    if kind == "full":
        return
    parameters = config.get("lora_parameters")
    needed = ("rank", "scale", "dropout")
    if not isinstance(parameters, dict) or any(not is_number(parameters.get(name)) for name in needed):
        raise ModelError(f"{config_path}: `lora_parameters` must have the numbers {', '.join(needed)}.")
    if not is_number(config.get("num_layers")):
        raise ModelError(f"{config_path}: `num_layers` must be a number.")
    check_pairs(folder, names)


def is_number(value: object) -> bool:
    """Whether a value is a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def check_pairs(folder: Path, names: Iterable[str]) -> None:
    """Refuse an adapter of which a layer has one matrix only."""
    parts: dict[str, set[str]] = {}
    for name in names:
        layer, _, part = name.rpartition(".")
        parts.setdefault(layer, set()).add(part)
    halves = [layer for layer, found in sorted(parts.items()) if len(found & {"lora_a", "lora_b"}) == 1]
    if halves:
        raise ModelError(
            f"The adapter in {folder} is not complete: one of two matrices is missing in {len(halves)} of its layers "
            f"({halves[0][:80]} first). Copy it again."
        )


def trained_on(folder: Path) -> str | None:
    """The base model that an adapter names."""
    try:
        config = read_object(folder / "adapter_config.json")
    except ModelError:
        return None
    base = config.get("model") or config.get("base_model_name_or_path")
    return base if isinstance(base, str) and base else None


def misfit(adapter: Path, model: str, problems: list[tuple[str, str]]) -> str:
    """The sentence for an adapter whose tensors, by name and reason, don't belong to the model."""
    name, reason = problems[0]
    count = f"{len(problems)} of its tensors don't" if len(problems) > 1 else "one of its tensors doesn't"
    base = trained_on(adapter)
    named = f" It names {base[:200]} as its base." if base and base != model else ""
    return (
        f"The adapter {adapter} is not for the model {model}: {count} fit, {name[:80]} first ({reason[:120]}).{named} "
        "Name the base that it was trained on, or train it anew."
    )


def sentence(error: BaseException, model: str, adapter: str | None) -> str:
    """A library's error on loading as one line of plain words."""
    text = str(error)
    if isinstance(error, ModelError):
        return " ".join(text.split())
    if CODE.search(text):
        return (
            f"The model {model} needs code of its own to be loaded, which Assay never runs. Name a "
            "model of a kind that "
            "the engine knows."
        )
    if UNKNOWN.search(text):
        return f"The engine does not know models of this kind ({' '.join(text.split())[:200]}). Name another model."
    if "safetensors" in text and ("offset" in text or "header" in text):
        return f"A safetensors file is cut off or damaged ({' '.join(text.split())[:200]}). Fetch the model again."
    problems = [(match["name"], match["reason"]) for match in LINES.finditer(text)]
    if adapter is not None and problems:
        return misfit(Path(adapter), model, problems)
    return f"{type(error).__name__}: {' '.join(text.split())[:500]}"
