"""SICK's AutoIP protocol over UDP: how the vendor's tools find sensors and give them addresses.

``packets`` builds requests and reads headers, ``reply`` decodes an answer in either form (``xml_reply``,
``binary_reply``), ``sockets`` opens what hears every answer, ``collect`` sends and
collects; ``setting`` sets an address.
"""
