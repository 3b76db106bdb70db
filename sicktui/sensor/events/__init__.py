"""What a sensor pushes: changes of its variables over one WebSocket, ``/apievents``.

- ``watcher``: ``EventWatch``, which keeps one connection for as long as it is wanted, and no longer than
  the sensor takes it; ``ended``: why there is none
- ``channel``: one connection from the first registration to its end
- ``wire``: the connection as messages; the only module that knows the package ``websockets``
- ``messages``: registrations, and what an incoming message means
- ``kinds``: the events, and their values

A push shortens a wait, or changes what a list shows. No verdict rests on one: what decides is read by GET.
Source: SICK LiDAR Developer Guide of September 2026, page on WebSocket events; firmware 2.3.1 and later.
"""
