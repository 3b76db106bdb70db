"""Passwords and passphrases, and where they are stored.

``credentials`` asks each store in turn: the OS keyring (``keyring``, on Linux with ``secret_service``), the
vault, memory (``store``, which also defines what a store must do). ``bindings`` keeps which sensor each
secret was stored for, ``pending`` those that are being changed; ``groups`` lists the groups of a device,
``coverage`` which devices have a password, ``report`` is for the status line and doctor. The vault is
``vault`` (a session), ``vault_file`` (whole files), ``vault_format`` (bytes, no cryptography) and
``vault_crypto`` (the only one that imports ``cryptography``); ``vault_errors`` is what can be wrong with
it.
"""
