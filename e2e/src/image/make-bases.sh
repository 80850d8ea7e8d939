#!/usr/bin/env bash
# Makes the two base images of the Dockerfile from Debian packages, for machines that can't pull images.
# Usage: make-bases.sh <working directory> <name of the build base> <name of the base>
set -euo pipefail
cd "$1"
debian() { mmdebstrap --quiet --variant=extract --include="base-files,libc6,libstdc++6,libgcc-s1$2" trixie "$1" http://deb.debian.org/debian; }

debian base.tar ""
podman import --quiet base.tar "$3" >/dev/null

# The build base gets the Node, the npm and the npm settings of this machine, and trusts the same extra certificates.
debian build ",dash,bash,coreutils,sed,grep,findutils"
mkdir -p build/root build/usr/local/bin build/usr/local/lib/node_modules
cp --dereference "$(command -v node)" build/usr/local/bin/node
cp -r "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" build/usr/local/lib/node_modules/npm
ln -s ../lib/node_modules/npm/bin/npm-cli.js build/usr/local/bin/npm
for file in "${NODE_EXTRA_CA_CERTS:-}" "$HOME/.npmrc"; do
  [ ! -f "$file" ] || install -D -m 600 "$file" "build/$file"
done
tar -C build -c . | podman import --quiet --change ENV=HOME=/root --change "ENV=NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-}" - "$2" >/dev/null
