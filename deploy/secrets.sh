#!/bin/sh
# Make what can be made up: the service's secrets, Redis' passwords, users.acl. Keeps what is there.
#   deploy/secrets.sh FOLDER [REDIS]
# REDIS is /run/redis/redis.sock (the default) or HOST:PORT. What only Meta can give is named at the end.
set -eu
folder=${1:?usage: deploy/secrets.sh FOLDER [/path/to/redis.sock | HOST:PORT]}
redis=${2:-/run/redis/redis.sock}
here=$(dirname "$0")
umask 077
mkdir -p "$folder/redis"

# 256 bits; hexadecimal, so that it may stand in a URL.
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
keep() { [ -s "$1" ] || printf '%s' "$2" >"$1"; }
sha256_of() { sha256sum <"$1" | cut -c1-64; }

for name in OTP_SECRET_KEYS OTP_PSEUDONYM_KEY GAS_API_KEY WHATSAPP_WEBHOOK_VERIFY_TOKEN; do
  keep "$folder/$name" "$(random)"
done
for user in otp-service operator replica sentinel; do
  keep "$folder/redis/$user.password" "$(random)"
done

password=$(cat "$folder/redis/otp-service.password")
case $redis in
  /*) keep "$folder/REDIS_URL" "unix://otp-service:$password@$redis" ;;
  *) keep "$folder/REDIS_URL" "redis://otp-service:$password@$redis/0" ;;
esac

sed \
  -e "s/#OTP_SERVICE_SHA256/#$(sha256_of "$folder/redis/otp-service.password")/" \
  -e "s/#OPERATOR_SHA256/#$(sha256_of "$folder/redis/operator.password")/" \
  -e "s/#REPLICA_SHA256/#$(sha256_of "$folder/redis/replica.password")/" \
  -e "s/#SENTINEL_SHA256/#$(sha256_of "$folder/redis/sentinel.password")/" \
  "$here/redis/users.acl" >"$folder/redis/users.acl"

for name in WHATSAPP_ACCESS_TOKEN WHATSAPP_APP_SECRET; do
  [ -s "$folder/$name" ] || echo "still missing, from Meta: $folder/$name"
done
