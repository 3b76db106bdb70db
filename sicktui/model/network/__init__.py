"""Addresses. Pure.

``address`` is the grammar of host and port; ``addressing`` a sensor's IPv4 address and what may be set;
``subnet`` one of this PC; ``address_change`` how a change of it ended; ``commissioning`` new sensors that
get theirs from a list.
"""
