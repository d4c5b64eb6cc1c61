"""The API of Bảng Vàng for a department's own system: see :mod:`bangvang.client`."""
