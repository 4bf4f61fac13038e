#!/bin/sh
# For certbot, in /etc/letsencrypt/renewal-hooks/deploy: puts a new certificate where the server may read it, and the server
# shows it within a second. A key beside the wrong certificate, for the moment between the two, is not taken.
set -eu
from=${RENEWED_LINEAGE:?certbot says where the certificate is}
to=${TLS_FOLDER:-/etc/iotcore/tls}
group=${TLS_GROUP:-iotcore}

install -d -m 0750 -g "$group" "$to"
for file in privkey.pem fullchain.pem; do
  install -m 0640 -g "$group" "$from/$file" "$to/.$file.new"
  mv "$to/.$file.new" "$to/$file"
done
