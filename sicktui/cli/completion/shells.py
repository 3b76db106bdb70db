"""The shells: the script that each reads once, and how it asks at every key.

zsh and fish are click's. In bash, a word ends at ``:`` and ``=`` too, so it sends the line instead of words,
and puts what is proposed in place of the last part alone, which it passes as the second argument. The script
is for macOS' bash 3.2 too, which has neither ``compopt`` nor ``nosort``: there, readline proposes files where
the program proposes nothing.
"""

import os
from typing import Any, ClassVar, Final

from click.shell_completion import (
    CompletionItem,
    ShellComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

from sicktui.cli.completion import COMPLETING

PROGRAM: Final = "sicktui"

_BASH: Final = r"""
%(complete_func)s() {
    local line="${COMP_LINE:0:COMP_POINT}" type value
    local word="${line##*[[:space:]]}"
    local lead="${word%%"$2"}"
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            dir) compopt -o dirnames 2>/dev/null ;;
            file) compopt -o default 2>/dev/null ;;
            plain) COMPREPLY+=("$(printf %%q "${value#"$lead"}")") ;;
        esac
    done < <(COMP_WORDS="$line" %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null ||
    complete -o default -F %(complete_func)s %(prog_name)s
"""
_POWERSHELL: Final = r"""
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $command, $cursor)
    $line = $command.ToString()
    $end = $cursor - $command.Extent.StartOffset
    $env:COMP_WORDS = if ($end -gt $line.Length) { $line.PadRight($end) } else { $line.Substring(0, $end) }
    $env:%(complete_var)s = 'powershell_complete'
    try {
        & $command.GetCommandName() | ForEach-Object {
            $type, $value, $help = $_.Split("`t", 3)
            if ($type -eq 'plain') {
                $quoted = "'" + $value.Replace("'", "''") + "'"
                $text = if ($value -match '[^\w.:/\\=+-]') { $quoted } else { $value }
                [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $help)
            }
        }
    } finally {
        Remove-Item Env:COMP_WORDS
        Remove-Item Env:%(complete_var)s
    }
}
"""


class _ByLine(ShellComplete):
    """A shell that sends the line up to the cursor."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is typed, and that one."""
        line = os.environ.get("COMP_WORDS", "")
        words = split_arg_string(line)[1:]
        if not words or line[-1:].isspace():
            return words, ""
        return words[:-1], words[-1].lstrip("'")


class _Bash(_ByLine):
    name: ClassVar[str] = "bash"
    source_template: ClassVar[str] = _BASH

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """A line of the answer."""
        return f"{item.type},{item.value}"


class _PowerShell(_ByLine):
    name: ClassVar[str] = "powershell"
    source_template: ClassVar[str] = _POWERSHELL

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """A line of the answer; a tooltip must not be empty."""
        return f"{item.type}\t{item.value}\t{item.help or item.value}"


def register() -> None:
    """Add the shells that are not click's own."""
    add_completion_class(_Bash)
    add_completion_class(_PowerShell)


def script(shell: str) -> str:
    """The script that a shell reads to have completion."""
    register()
    kind = get_completion_class(shell)
    if kind is None:
        raise AssertionError(f"click has no {shell}")
    made = kind(None, {}, PROGRAM, COMPLETING)  # type: ignore[arg-type]  # a script needs no command
    return (made.source_template % made.source_vars()).lstrip("\n")
