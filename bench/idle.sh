#!/bin/bash
# What all processes of an idle `npm start` take, in MB: the `Pss` of each, so that what they share is counted once, and of it
# what is each one's own and written to. A shell script, since another Node beside them would share their pages, and make less of them.
#
#   bash bench/idle.sh [seconds after it is ready, 75]     Linux; close what else runs with the same Node
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
export IOT_DATA_DIR="$folder/data" IOT_API_PORT=0 IOT_API_TLS_PORT=0 IOT_MQTTS_PORT=0 IOT_MQTT_PORT=0 IOT_MQTT_ADMIN_PORT=0
npm start > "$folder/log" 2>&1 &
npm=$!
trap 'kill $npm 2> /dev/null; wait $npm || true; rm -rf "$folder"' EXIT
until grep -q 'IoT Core is ready' "$folder/log"; do
  kill -0 $npm || { cat "$folder/log"; exit 1; }
  sleep 0.2
done
sleep "${1:-75}"

family() {
  local child
  echo "$1"
  for child in $(cat /proc/"$1"/task/*/children); do family "$child"; done
}
for pid in $(family $npm); do
  command=$(tr '\0' ' ' < /proc/"$pid"/cmdline)
  case $command in
    *apps/*/main.ts*) name=${command#*apps/} name=${name%%/*} ;;
    *postgres*) name=Postgres ;;
    *) name=${command%% *} ;;
  esac
  awk -v name="$name" '/^Pss:/ { pss = $2 } /^Private_Dirty:/ { own = $2 } END { print name, pss, own }' /proc/"$pid"/smaps_rollup
done | awk '
  { pss[$1] += $2; own[$1] += $3; count[$1]++; all += $2; allOwn += $3 }
  function row(name, count, pss, own) { printf "%-12s %3d processes %6.1f MB, own %6.1f\n", name, count, pss / 1024, own / 1024 }
  END { for (name in pss) row(name, count[name], pss[name], own[name]); row("together", NR, all, allOwn) }'
