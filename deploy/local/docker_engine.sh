#!/usr/bin/env bash
# Try to have a Docker engine: the running one, else one started by hand (as root, e.g. in a bare CI machine without
# systemd).  Prints whether it worked; exits 0 when an engine answers, 1 when not.  DOCKER_ENGINE_LOG names its log.
set -uo pipefail

log=${DOCKER_ENGINE_LOG:-${TMPDIR:-/tmp}/bangvang-dockerd.log}

answers() { command -v docker >/dev/null && timeout 20 docker version --format '{{.Server.Version}}' 2>/dev/null; }
give_up() { echo "docker: no engine here ($1)"; exit 1; }

if version=$(answers); then
    echo "docker: engine $version answers already"
    exit 0
fi
[ "$(id -u)" = 0 ] || give_up "not root, and none runs"

missing=()
command -v dockerd >/dev/null || missing+=(docker.io)
command -v iptables >/dev/null || missing+=(iptables)
command -v debootstrap >/dev/null || missing+=(debootstrap)
if [ ${#missing[@]} -gt 0 ]; then
    command -v apt-get >/dev/null || give_up "no apt-get to install ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q update || true
    timeout 240 apt-get install -q -y --no-install-recommends "${missing[@]}" || give_up "apt-get could not install ${missing[*]}"
fi

# A session of its own, so that it outlives this script and an interrupt of what called it.
setsid dockerd >"$log" 2>&1 </dev/null &
dockerd=$!
for _ in $(seq 60); do
    if version=$(answers); then
        echo "docker: engine $version started by hand (process $dockerd, log $log)"
        exit 0
    fi
    kill -0 "$dockerd" 2>/dev/null || break
    sleep 1
done
tail -n 5 "$log"
kill "$dockerd" 2>/dev/null
give_up "dockerd did not come up; its log is $log"
