"""The doctor: checks of this PC, each with a remedy.

``check``: one finding. ``pc``: folders, stores, terminal, network. ``passwords``: the stores of passwords.
``locks``: whether locks hold. ``https``: authorities and certificates.
"""
