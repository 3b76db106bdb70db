"""Finds sensors in the network: AutoIP (UDP 30718), the neighbour table, and a bounded sweep over REST.

``search`` runs all ways at once, ``finding`` finds one sensor again (``find_sensor``). ``asking`` asks an
address over REST who is there, ``sweep`` asks ranges of them. ``interfaces`` lists the addresses of this
PC, ``neighbours`` reads its neighbour table, ``confirmed`` how old an entry is. ``autoip`` has SICK's
protocol. It knows no profile and no store: what a finding means for the device list is a rule of the model.
"""
