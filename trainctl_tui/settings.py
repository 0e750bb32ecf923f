"""Validate every setting there is, for those who can wait for pydantic: headless commands and the collector.

The model is made from the fields of ``ViewSettings``, so that there is one list of settings. Anything wrong
in any source, even in the table of a profile that is not in use, is a ConfigError (exit code 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from msgspec import Meta
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from trainctl_tui.domain.errors import ConfigError
from trainctl_tui.settings_layers import DEFAULT, Fault, Files, in_force, read_layers, written
from trainctl_tui.view_settings import TYPES, Loaded, ViewSettings, expected

_LIMITS = ("ge", "le", "min_length", "max_length", "pattern")


def load_settings(
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    files: Files | None = None,
) -> Loaded:
    """Return the settings in force and their origins; raise ConfigError naming file, line and key.

    Arguments as of ``view_settings.load_view_settings``.
    """
    layers, faults = read_layers(TYPES, flags, environ, files)
    for layer in layers:
        try:
            SettingsModel.model_validate({name: given.value for name, given in layer.given.items()})
        except ValidationError as error:
            wrong = sorted({str(detail["loc"][0]) for detail in error.errors()})
            faults += [Fault(written(name), layer.given[name].origin, expected(name)) for name in wrong]
    if faults:
        raise _refusal(faults)
    chosen = in_force(layers)
    model = SettingsModel.model_validate({name: given.value for name, given in chosen.items()})
    origins = {name: chosen[name].origin if name in chosen else DEFAULT for name in TYPES}
    return Loaded(ViewSettings(**model.model_dump()), origins, ())


def _refusal(faults: list[Fault]) -> ConfigError:
    """Return the first fault as an error whose next step names the places of the others."""
    others = ", ".join(
        f"{fault.origin} ({fault.key})" if fault.key else str(fault.origin) for fault in faults[1:]
    )
    return faults[0].error("Correct it." if not others else f"Correct it, and also: {others}.")


def _constrained(kind: Any) -> Any:
    """Return a msgspec type as pydantic writes it: each ``Meta`` becomes a ``Field`` with the same limits."""
    if get_origin(kind) is tuple:
        item = _constrained(get_args(kind)[0])
        return tuple.__class_getitem__((item, ...))
    if isinstance(kind, UnionType) or get_origin(kind) is Union:
        return Union.__getitem__(tuple(map(_constrained, get_args(kind))))
    if get_origin(kind) is not Annotated:
        return kind
    base, *notes = get_args(kind)
    limits = {
        name: value
        for note in notes
        if isinstance(note, Meta)
        for name in _LIMITS
        if (value := getattr(note, name)) is not None
    }
    return Annotated[base, Field(allow_inf_nan=False, **limits) if base is float else Field(**limits)]


def _model() -> type[BaseModel]:
    fields: dict[str, Any] = {
        field.name: (_constrained(field.type), field.default)
        for field in msgspec.structs.fields(ViewSettings)
    }
    config = ConfigDict(extra="forbid", frozen=True, strict=True, regex_engine="python-re")
    return create_model("SettingsModel", __config__=config, **fields)


SettingsModel = _model()
