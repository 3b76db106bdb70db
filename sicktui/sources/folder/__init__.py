"""A folder or share that somebody drops packages into.

``listing`` finds what may be a package, ``source`` looks into it, and names what cannot be used.
"""
