#!/usr/bin/env bash
# The smallest real Ceph with an S3 gateway: one monitor, one OSD on a sparse file, one radosgw, all on 127.0.0.1.
# Needs root and, on Debian: apt-get install -y --no-install-recommends ceph-mon ceph-osd radosgw
#
#   DIR=/tmp/ceph PORT=7481 MON_PORT=33300 ./ceph-rgw.sh
#
# The script stays in the foreground and prints "ready" when the gateway accepts connections. On SIGTERM, it stops all processes.
# DIR stores the data. A later start with the same DIR has the same buckets and objects.
# The first start creates the only user, with the keys ACCESS_KEY and SECRET_KEY.
set -euo pipefail
DIR=${DIR:?a folder for the data}
PORT=${PORT:-7481}
MON_PORT=${MON_PORT:-33300}
ACCESS_KEY=${ACCESS_KEY:-testak}
SECRET_KEY=${SECRET_KEY:-testsk-0123456789}
FSID=7d1c1f0e-5c52-4d4e-9f0a-3f4f0c0a7a01
OSD_ID=7d1c1f0e-5c52-4d4e-9f0a-3f4f0c0a7a02

mkdir -p "$DIR"/{mon,osd,log,run}
cat > "$DIR/ceph.conf" <<CONF
[global]
fsid = $FSID
mon host = v2:127.0.0.1:$MON_PORT
public addr = 127.0.0.1
cluster addr = 127.0.0.1
# Authentication is off, because the monitor listens only on the loopback address of this machine.
auth cluster required = none
auth service required = none
auth client required = none
auth allow insecure global id reclaim = false
# By default, the gateway encrypts its connection to the monitor. Without authentication, there are no keys, but only checksums.
ms mon client mode = crc
ms client mode = crc
# The cluster has one monitor and one OSD. Such a cluster needs no copies, few placement groups and no votes.
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
osd crush chooseleaf type = 0
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
mon max pg per osd = 1000
paxos propose interval = 0.05
paxos min wait = 0.01
# The data are only test data, so the cluster may run on a nearly full disk.
mon data avail crit = 1
mon data avail warn = 2
mon data = $DIR/mon
osd data = $DIR/osd
osd objectstore = bluestore
bluestore block size = 17179869184
bluestore block db create = false
bluestore block wal create = false
osd memory target = 939524096
osd mclock skip benchmark = true
# Without this path, the Ceph of Debian searches its object classes below the working directory.
osd class dir = $(dirname "$(find /usr/lib -name libcls_version.so -print -quit)")
osd class default list = *
osd class load list = *
log file = $DIR/log/\$name.log
admin socket = $DIR/run/\$name.asok
pid file = $DIR/run/\$name.pid
run dir = $DIR/run
rgw frontends = beast endpoint=127.0.0.1:$PORT
rgw data = $DIR
rgw enable usage log = false
rgw run sync thread = false
rgw dynamic resharding = false
rgw override bucket index max shards = 1
CONF

pids=()
stop() {
  trap - EXIT TERM INT
  # Stops the gateway first and the monitor last. In another order, a process would wait for one that has already stopped.
  for ((at = ${#pids[@]} - 1; at >= 0; at--)); do
    kill -TERM "${pids[at]}" 2>/dev/null || true
    wait "${pids[at]}" 2>/dev/null || true
  done
}
trap stop EXIT
trap 'stop; exit 0' TERM INT

ceph_conf=(-c "$DIR/ceph.conf")
if [ ! -e "$DIR/made" ]; then
  rm -rf "$DIR"/{mon,osd} && mkdir -p "$DIR"/{mon,osd}
  ceph-authtool --create-keyring "$DIR/mon.keyring" --gen-key -n mon. --cap mon 'allow *' > /dev/null
  monmaptool --create --clobber --addv a "v2:127.0.0.1:$MON_PORT" --fsid "$FSID" "$DIR/monmap" > /dev/null
  ceph-mon "${ceph_conf[@]}" -i a --mkfs --monmap "$DIR/monmap" --keyring "$DIR/mon.keyring"
fi
ceph-mon "${ceph_conf[@]}" -i a -f & pids+=($!)
if [ ! -e "$DIR/made" ]; then
  ceph "${ceph_conf[@]}" --connect-timeout 30 osd new "$OSD_ID" > /dev/null
  ceph-osd "${ceph_conf[@]}" -i 0 --mkfs --osd-uuid "$OSD_ID" 2> "$DIR/log/mkfs.log"
fi
ceph-osd "${ceph_conf[@]}" -i 0 -f & pids+=($!)
if [ ! -e "$DIR/made" ]; then
  radosgw-admin "${ceph_conf[@]}" -n client.admin user create --uid=test --display-name=test \
    --access-key="$ACCESS_KEY" --secret-key="$SECRET_KEY" > /dev/null
  touch "$DIR/made"
fi
radosgw "${ceph_conf[@]}" -n client.rgw.test -f & pids+=($!)
until (exec 3<> "/dev/tcp/127.0.0.1/$PORT") 2> /dev/null; do
  kill -0 "${pids[-1]}"
  sleep 0.1
done
echo ready
wait "${pids[-1]}"
