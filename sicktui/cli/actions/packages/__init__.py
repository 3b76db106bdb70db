"""What ``firmware`` and ``sources`` do. ``offers`` has ``firmware check`` and ``firmware fetch``."""
