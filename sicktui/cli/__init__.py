"""The command line: parses arguments, calls the engine, prints.

- ``app``: builds the command line, runs a call, turns errors into exit codes.
- ``options``: the options that every command takes, and the classes of commands; ``orders``: ``--order
  KEY``.
- ``commands/``: the definitions; ``actions/``: what each does, imported when it runs.
- ``completion/``: completion in shells.
- ``files``: files that are named, to read or to write; ``lines``: how the JSON lines of a call ended.
- ``context``: what a command works with: stores, settings, output; ``asking``: questions on the terminal.
- ``output``, ``tables``, ``steps``, ``waiting``: JSON lines, plain lines, columns, stages, what is being
  read.
- ``streams``: output that cannot be written; ``signals``: Ctrl-C, and a reader that goes away, while a run
  is followed; ``crash_log``: unexpected errors.
"""
