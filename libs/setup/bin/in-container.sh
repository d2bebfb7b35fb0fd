#!/bin/sh
# What the first service of docker-compose.yml runs, with root's rights on volumes alone: it gives each volume to who uses it, and
# has passwords, ACL file and tokens made by the user that the apps run as.
#
#   setup            makes what is missing (--tls: certificates, too)
#   setup token      prints the operators' token
set -eu
out=/secrets
apps=$(id -u node)
# As the images of Redis and Valkey have it; it needs no name there.
redis=999

if [ "${1:-}" = token ]; then
  exec cat "$out/operator/operator-token"
fi

chown "$apps:$apps" "$out" "$out"/*/
for folder in redis inspector; do
  chown "$apps:$redis" "$out/$folder"
  chmod 750 "$out/$folder"
done
# What an earlier version has stored belongs to whoever its image ran as.
find /data ! -user "$redis" -exec chown "$redis:$redis" {} +
cp -R redis/. "$out/redis/"
chmod 755 "$out/redis/bin/redis-cli"

setpriv --reuid="$apps" --regid="$apps" --groups="$redis" --inh-caps=-all --no-new-privs \
  node --enable-source-maps dist/main.js --out "$out" --redis-group "$redis" "$@"
echo "An operator's token for the apps: docker compose run --rm setup token"
