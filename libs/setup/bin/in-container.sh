#!/bin/sh
# The first service of docker-compose.yml. It runs as root, but only changes volumes: it makes each volume the property of the user
# who needs it. Then it creates passwords, ACL file and tokens as the user of the apps.
#
#   setup            creates what is missing (--tls: certificates, too)
#   setup token      prints the operators' token
set -eu
out=/secrets
apps=$(id -u node)
# The user id in the images of Redis and Valkey. This image has no name for it.
redis=999

if [ "${1:-}" = token ]; then
  exec cat "$out/operator/operator-token"
fi

chown "$apps:$apps" "$out" "$out"/*/
for folder in redis inspector; do
  chown "$apps:$redis" "$out/$folder"
  chmod 750 "$out/$folder"
done
# Files of an earlier version can belong to another user.
find /data ! -user "$redis" -exec chown "$redis:$redis" {} +
cp -R redis/. "$out/redis/"
chmod 755 "$out/redis/bin/redis-cli"

setpriv --reuid="$apps" --regid="$apps" --groups="$redis" --inh-caps=-all --no-new-privs \
  node --enable-source-maps dist/main.js --out "$out" --redis-group "$redis" "$@"
echo "To print the operators' token of the apps: docker compose run --rm setup token"
