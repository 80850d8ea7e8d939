#!/usr/bin/env bash
# OpenStack Swift with its S3 API: proxy, account, container and object server with one copy on one "disk", all on 127.0.0.1.
# Needs root and, on Debian: apt-get install -y --no-install-recommends swift-proxy swift-account swift-container swift-object memcached
#
#   DIR=/tmp/swift PORT=7482 ACCOUNT_PORT=36202 CONTAINER_PORT=36201 OBJECT_PORT=36200 CACHE_PORT=36211 ./swift.sh
#
# The script stays in the foreground and prints "ready" when all servers accept connections. On SIGTERM, it stops all processes.
# DIR stores the data. A later start with the same DIR has the same buckets and objects.
# The access key is test:tester and the secret key is testing, in the format of the tempauth middleware.
set -euo pipefail
DIR=${DIR:?a folder for the data}
PORT=${PORT:-7482}
ACCOUNT_PORT=${ACCOUNT_PORT:-36202}
CONTAINER_PORT=${CONTAINER_PORT:-36201}
OBJECT_PORT=${OBJECT_PORT:-36200}
CACHE_PORT=${CACHE_PORT:-36211}
# The origins that a CORS preflight permits. The S3 API of Swift has no CORS configuration for a single bucket.
CORS_ORIGIN=${CORS_ORIGIN:-https://app.example, http://localhost:3000}

mkdir -p "$DIR"/{etc,node/d1,cache,log}
# The servers start as root and then run as another user, who needs access to the folder.
chmod a+rx "$DIR"
chown -R swift "$DIR"/node "$DIR"/cache
cd "$DIR/etc"

cat > swift.conf <<CONF
[swift-hash]
swift_hash_path_suffix = valetkey
swift_hash_path_prefix = valetkey
[storage-policy:0]
name = only
default = yes
CONF

backend() {
  local name=$1 port=$2
  cat > "$name.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $port
workers = 1
user = swift
swift_dir = $DIR/etc
devices = $DIR/node
mount_check = false
disable_fallocate = true
log_address = /dev/null
[pipeline:main]
pipeline = $name-server
[app:$name-server]
use = egg:swift#$name
[$name-replicator]
[$name-auditor]
[$name-updater]
recon_cache_path = $DIR/cache
CONF
}
backend account "$ACCOUNT_PORT"
backend container "$CONTAINER_PORT"
backend object "$OBJECT_PORT"
# Makes new rings at each start, because the rings contain the ports, which may differ from the last start. One process makes all rings,
# because each call of swift-ring-builder loads all modules of Swift.
/usr/bin/python3 - "account=$ACCOUNT_PORT" "container=$CONTAINER_PORT" "object=$OBJECT_PORT" <<'RINGS'
import sys
from swift.common.ring import RingBuilder
for ring in sys.argv[1:]:
    name, port = ring.split("=")
    builder = RingBuilder(4, 1, 1)
    place = {"ip": "127.0.0.1", "port": int(port), "replication_ip": "127.0.0.1", "replication_port": int(port)}
    builder.add_dev({"region": 1, "zone": 1, "device": "d1", "weight": 1, "meta": "", **place})
    builder.rebalance()
    builder.get_ring().save(f"{name}.ring.gz")
RINGS

cat > proxy.conf <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $PORT
workers = 1
user = swift
swift_dir = $DIR/etc
log_address = /dev/null
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
# On a busy machine, the only node answers late. The default times are short, and the proxy suppresses a node after ten late answers.
conn_timeout = 10
node_timeout = 60
error_suppression_limit = 1000000
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false
cors_preflight_allow_origin = $CORS_ORIGIN
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$CACHE_PORT
connect_timeout = 10
io_timeout = 10
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
# Deletes the segments of an object immediately, because no daemon runs here that would delete them later.
allow_async_delete = false
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
[filter:symlink]
use = egg:swift#symlink
CONF

pids=()
stop() {
  trap - EXIT TERM INT
  kill -TERM "${pids[@]}" 2> /dev/null || true
  wait
}
trap stop EXIT
trap 'stop; exit 0' TERM INT

memcached -u nobody -l 127.0.0.1 -p "$CACHE_PORT" -m 16 & pids+=($!)
for name in account container object; do
  "swift-$name-server" "$name.conf" > "$DIR/log/$name.log" 2>&1 & pids+=($!)
done
swift-proxy-server proxy.conf > "$DIR/log/proxy.log" 2>&1 & pids+=($!)
for port in "$ACCOUNT_PORT" "$CONTAINER_PORT" "$OBJECT_PORT" "$PORT"; do
  until (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do
    for pid in "${pids[@]}"; do kill -0 "$pid"; done
    sleep 0.1
  done
done
echo ready
wait "${pids[-1]}"
