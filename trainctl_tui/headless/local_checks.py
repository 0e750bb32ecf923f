"""What the doctor sees on this machine: versions, settings, directories, terminal, environment."""

from __future__ import annotations

import os
import platform
import stat
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from trainctl_tui import __version__, paths
from trainctl_tui.headless import codes
from trainctl_tui.headless.checks import NOTE, OK, WRONG, Check
from trainctl_tui.launch import Launch
from trainctl_tui.tui import terminal
from trainctl_tui.view_settings import Loaded

_LIBRARIES = ("textual", "rich", "botocore", "msgspec", "diskcache", "pydantic")
_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def local_checks(loaded: Loaded, launch: Launch, environ: Mapping[str, str]) -> list[Check]:
    """Look at everything that can be seen without a call."""
    return [
        _versions(),
        *_settings(loaded, launch),
        *_aws_files(environ),
        *_network(launch, environ),
        *_directories(),
        *_terminal(environ),
    ]


def _versions() -> Check:
    libraries = ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    system = f"Python {platform.python_version()}, {platform.system()} {platform.release()}"
    return Check("versions", OK, f"trainctl-tui {__version__}, {system}, {libraries}")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _settings(loaded: Loaded, launch: Launch) -> list[Check]:
    file = paths.config_file()
    there = str(file) if file.exists() else f"no {file}; `trainctl-tui config init` begins one"
    checks = [Check("settings", OK, there)]
    for fault in loaded.faults:
        trouble = fault.error().trouble
        fix = "Correct it; `trainctl-tui config check` reads all of it."
        checks.append(Check("settings", WRONG, f"{trouble.what} {trouble.why}", fix, codes.USAGE))
    origin = loaded.origins["profile"]
    checks.append(
        Check("profile", OK, f"{launch.profile} ({origin})" if launch.profile else "the SDK's default")
    )
    if launch.regions:
        checks.append(Check("regions", OK, f"{', '.join(launch.regions)} ({loaded.origins['regions']})"))
    if not loaded.settings.user:
        fix = 'Set it in config.toml: safety.user = "your name"'
        checks.append(Check("user", NOTE, "not set: is:mine is not known of any row", fix))
    else:
        checks.append(Check("user", OK, f"{loaded.settings.user} ({loaded.origins['user']})"))
    return checks


def _aws_files(environ: Mapping[str, str]) -> list[Check]:
    """Look whether others may read the keys, or change what the SDK runs."""
    files = (
        ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials", _OTHERS),
        ("AWS_CONFIG_FILE", ".aws/config", _OTHERS_WRITE),
    )
    checks = []
    for variable, usual, refused in files:
        file = Path(environ.get(variable) or Path.home() / usual).expanduser()
        try:
            mode = file.stat().st_mode
        except OSError:
            continue
        if stat.S_ISREG(mode) and mode & refused:
            words = f"{file} is open to other users ({stat.filemode(mode)})"
            checks.append(Check("AWS files", NOTE, words, f"chmod 600 {file}"))
    return checks


def _network(launch: Launch, environ: Mapping[str, str]) -> list[Check]:
    where = f"{_without_password(launch.endpoint)} instead of AWS" if launch.endpoint else "AWS's own"
    checks = [Check("endpoint", NOTE if launch.endpoint else OK, where)]
    proxies = [f"{name}={_without_password(environ[name])}" for name in _PROXIES if environ.get(name)]
    if proxies:
        direct = environ.get("NO_PROXY") or environ.get("no_proxy") or "nothing"
        checks.append(Check("proxies", NOTE, f"{', '.join(proxies)}; past them: {direct}"))
    else:
        checks.append(Check("proxies", OK, "none"))
    return checks


def _without_password(url: str) -> str:
    """Return a proxy's address without the name and password that may stand in it."""
    try:
        host = urlsplit(url if "://" in url else f"//{url}").netloc.rpartition("@")[2]
    except ValueError:
        return "(not an address)"
    return host or "(not an address)"


def _directories() -> list[Check]:
    wanted = (
        ("config directory", paths.config_dir(), False),
        ("cache directory", paths.cache_dir(), True),
        ("state directory", paths.state_dir(), True),
    )
    return [_directory(name, path, private) for name, path, private in wanted]


def _directory(name: str, path: Path, private: bool) -> Check:
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return _missing(name, path)
    except OSError as error:
        return Check(name, WRONG, f"{path}: {error.strerror}", f"Make {path.parent} a directory of yours.")
    mode = stat.filemode(facts.st_mode)
    if not path.is_dir():
        return Check(name, WRONG, f"{path} is no directory ({mode})", f"Move it away: mv {path} {path}.old")
    if facts.st_uid != os.getuid():
        owner = f"{path} belongs to user {facts.st_uid} ({mode})"
        return Check(name, WRONG, owner, "Remove it, or set another place with XDG_..._HOME.")
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return Check(
            name, WRONG if private else NOTE, f"{path} cannot be written ({mode})", f"chmod 700 {path}"
        )
    if private and facts.st_mode & _OTHERS:
        return Check(name, NOTE, f"{path} is open to other users ({mode})", f"chmod 700 {path}")
    return Check(name, OK, f"{path} ({mode})")


def _missing(name: str, path: Path) -> Check:
    parent = next((one for one in path.parents if one.exists()), Path("/"))
    if os.access(parent, os.W_OK | os.X_OK):
        return Check(name, OK, f"{path} (made when it is needed)")
    variable = {"cache directory": "XDG_CACHE_HOME", "state directory": "TRAINCTL_STATE_DIR"}.get(
        name, "XDG_CONFIG_HOME"
    )
    fix = f"Set {variable} to a directory that you may write."
    return Check(name, WRONG, f"{path} cannot be made: {parent} is not writable", fix)


def _terminal(environ: Mapping[str, str]) -> list[Check]:
    trouble = terminal.check(sys.stdin, sys.stdout, sys.stderr, environ)
    words = f"TERM={environ.get('TERM', '')}, COLORTERM={environ.get('COLORTERM', '')}"
    if trouble is None:
        width, height = os.get_terminal_size()
        checks = [Check("terminal", OK, f"{words}, {width}x{height}")]
    else:
        # Commands need none: this says only that a dashboard could not open here.
        checks = [Check("terminal", NOTE, f"{words}. {trouble.what} {trouble.why}", trouble.next_step)]
    encoding = sys.stdout.encoding
    locale = f"{encoding}, LANG={environ.get('LC_ALL') or environ.get('LANG', '')}"
    if terminal.note(encoding):
        return [*checks, Check("locale", WRONG, locale, "export LANG=C.UTF-8")]
    return [*checks, Check("locale", OK, locale)]
