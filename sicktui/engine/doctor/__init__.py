"""The doctor: checks of this PC, each with a remedy.

``check``: one finding. ``pc``: folders, stores, terminal, network. ``passwords``: the stores of passwords.
``addresses``: changes that were interrupted. ``locks``: whether locks hold. ``https``: authorities and
certificates. ``discovery``: what a search needs. ``sources``: where packages come from.
"""
