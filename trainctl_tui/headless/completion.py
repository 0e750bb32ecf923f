"""``completion``: scripts for three shells, made from the parser, so that they know what it knows."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from trainctl_tui.headless import codes, output

_PROGRAM = "trainctl-tui"
_FUNCTION = "_trainctl_tui"


class Option(Struct, frozen=True):
    """One option: its names, whether a word follows, and which words those may be."""

    names: tuple[str, ...]
    takes_value: bool
    choices: tuple[str, ...]
    about: str


class Level(Struct, frozen=True):
    """What may follow the words of ``path`` ("list instances"): options, and words with what they are."""

    path: tuple[str, ...]
    options: tuple[Option, ...]
    words: Mapping[str, str]


def completion(given: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Print the script of a shell; return the exit code."""
    output.say(script(given.shell, parser))
    return codes.DONE


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """Return the completion script of a shell."""
    makers: Mapping[str, Callable[[list[Level]], Iterator[str]]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
    return "\n".join(makers[shell](list(levels(parser))))


def levels(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[Level]:
    """Yield every level of the parser, the top one first."""
    options: list[Option] = []
    words: dict[str, str] = {}
    inner: list[tuple[str, argparse.ArgumentParser]] = []
    for action in parser._actions:
        choices = tuple(map(str, action.choices or ()))
        if action.option_strings:
            takes = action.nargs != 0
            options.append(Option(tuple(action.option_strings), takes, choices, action.help or ""))
        elif isinstance(action, argparse._SubParsersAction):
            words |= {choice.dest: choice.help or "" for choice in action._choices_actions}
            inner += action.choices.items()
        else:
            words |= dict.fromkeys(choices, "")
    yield Level(path, tuple(options), words)
    for name, one in inner:
        yield from levels(one, (*path, name))


def _bash(found: list[Level]) -> Iterator[str]:
    yield f'# bash completion of {_PROGRAM}: eval "$({_PROGRAM} completion bash)"'
    yield f"{_FUNCTION}() {{"
    yield '  local word="${COMP_WORDS[COMP_CWORD]}" path="" at previous="" can=""'
    yield "  for ((at = 1; at < COMP_CWORD; at++)); do"
    yield '    case "$path ${COMP_WORDS[at]}" in'
    for level in found[1:]:
        name = shlex.quote(_key(level))
        yield f"      {name}) path={name} ;;"
    yield "    esac"
    yield "  done"
    yield '  previous="${COMP_WORDS[COMP_CWORD-1]}"'
    yield '  case "$path $previous" in'
    for level in found:
        for option in level.options:
            if option.takes_value:
                keys = "|".join(shlex.quote(f"{_key(level)} {name}") for name in option.names)
                yield f"    {keys}) {_bash_values(option)} ;;"
    yield "  esac"
    yield '  case "$path" in'
    for level in found:
        can = " ".join((*level.words, *(name for option in level.options for name in option.names)))
        yield f"    {shlex.quote(_key(level))}) can={shlex.quote(can)} ;;"
    yield "  esac"
    yield '  COMPREPLY=($(compgen -W "$can" -- "$word"))'
    yield "}"
    yield f"complete -F {_FUNCTION} {_PROGRAM}"


def _bash_values(option: Option) -> str:
    if not option.choices:
        return 'COMPREPLY=($(compgen -f -- "$word")); return'
    return f'COMPREPLY=($(compgen -W {shlex.quote(" ".join(option.choices))} -- "$word")); return'


def _zsh(found: list[Level]) -> Iterator[str]:
    yield f"#compdef {_PROGRAM}"
    yield f'# zsh completion: {_PROGRAM} completion zsh > "${{fpath[1]}}/_{_PROGRAM}"'
    yield f"{_FUNCTION}() {{"
    yield '  local path="" at'
    yield "  local -a can"
    yield "  for ((at = 2; at < CURRENT; at++)); do"
    yield '    case "$path ${words[at]}" in'
    for level in found[1:]:
        name = shlex.quote(_key(level))
        yield f"      {name}) path={name} ;;"
    yield "    esac"
    yield "  done"
    yield '  case "$path ${words[CURRENT-1]}" in'
    for level in found:
        for option in level.options:
            if option.takes_value:
                keys = "|".join(shlex.quote(f"{_key(level)} {name}") for name in option.names)
                values = f"compadd -- {shlex.join(option.choices)}" if option.choices else "_files"
                yield f"    {keys}) {values}; return ;;"
    yield "  esac"
    yield '  case "$path" in'
    for level in found:
        pairs = [*level.words.items()]
        pairs += [(name, option.about) for option in level.options for name in option.names]
        told = " ".join(shlex.quote(f"{name}:{about.replace(':', ' ')}") for name, about in pairs)
        yield f"    {shlex.quote(_key(level))}) can=({told}) ;;"
    yield "  esac"
    yield f"  _describe {_PROGRAM} can"
    yield "}"
    # Read by compinit it is the function itself; by eval it is told whose.
    yield f'if [ "$funcstack[1]" = "_{_PROGRAM}" ]; then {_FUNCTION} "$@"'
    yield f"else compdef {_FUNCTION} {_PROGRAM}; fi"


def _fish(found: list[Level]) -> Iterator[str]:
    yield f"# fish completion: {_PROGRAM} completion fish > ~/.config/fish/completions/{_PROGRAM}.fish"
    yield f"complete -c {_PROGRAM} -f"
    for level in found:
        when = _fish_condition(level, found)
        for word, about in level.words.items():
            yield f"complete -c {_PROGRAM} -n {when} -a {_fish_quoted(word)} -d {_fish_quoted(about)}"
        for option in level.options:
            names = " ".join(
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names
            )
            values = f" -x -a {_fish_quoted(' '.join(option.choices))}" if option.choices else " -r -F"
            tail = values if option.takes_value else ""
            yield f"complete -c {_PROGRAM} -n {when} {names}{tail} -d {_fish_quoted(option.about)}"


def _fish_condition(level: Level, found: list[Level]) -> str:
    inner = [one.path[-1] for one in found if one.path[:-1] == level.path and one.path]
    parts = [f"__fish_seen_subcommand_from {word}" for word in level.path]
    parts += [f"not __fish_seen_subcommand_from {' '.join(inner)}"] if inner else []
    return _fish_quoted("; and ".join(parts) or "true")


def _fish_quoted(text: str) -> str:
    """Quote as fish reads it: between single quotes only the quote and the backslash are special."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _key(level: Level) -> str:
    return "".join(f" {word}" for word in level.path)
