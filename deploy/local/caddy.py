"""The reverse proxy's settings: one origin for the four services."""

from __future__ import annotations

from deploy.local.layout import Layout
from deploy.local.ports import LOOPBACK

# Images and static files are packed; answers are not, least of all the stream, which must never wait.
_HEAD = """\
{{
	admin off
	auto_https off
	persist_config off
	grace_period 3s
	storage file_system {storage}
	log {{
		level WARN
	}}
	servers {{
		protocols h1
	}}
}}

http://:{port} {{
	bind {host}
	encode {{
		gzip
		match {{
			header Content-Type image/svg+xml*
			header Content-Type text/css*
			header Content-Type text/javascript*
		}}
	}}
"""

# flush_interval -1: an event of a live page is passed on at once, not when a buffer is full.
_SERVICE = """\
	handle /{service}/* {{
		reverse_proxy {host}:{port} {{
			flush_interval -1
		}}
	}}
"""

_TAIL = """\
	redir / /ranking/ 302
	handle {
		respond 404
	}
}
"""


def caddyfile(layout: Layout) -> str:
    """The Caddyfile of ``layout``: a path's first part names the service, ``/`` leads to the standings."""
    services = [
        _SERVICE.format(service=name, host=LOOPBACK, port=port) for name, port in layout.web_ports.items()
    ]
    storage = '"' + str(layout.data / "caddy").replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _HEAD.format(storage=storage, port=layout.port, host=LOOPBACK) + "".join(services) + _TAIL
