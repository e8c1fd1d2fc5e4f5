#!/usr/bin/env bash
# Talks to Embedded.Kafka with kcat: list, produce, consume, consumer group. Usage: tests/kcat/check.sh [path of the Embedded.Kafka executable]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
broker=${1:-$root/artifacts/bin/Embedded.Kafka/debug/Embedded.Kafka}
fail() { echo "kcat check: $*" >&2; [ -s "${work:-/nonexistent}/err" ] && cat "$work/err" >&2; exit 1; }

command -v kcat >/dev/null || fail "kcat is not installed (Debian: apt-get install kcat)"
[ -x "$broker" ] || fail "$broker is missing: build Embedded.Kafka first"

work=$(mktemp -d)
"$broker" --data "$work/data" --port 0 >"$work/out" 2>"$work/err" </dev/null & pid=$!
trap 'kill $pid 2>/dev/null || true; wait $pid 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do grep -q '^listening:' "$work/out" && break; kill -0 $pid 2>/dev/null || fail "the broker ended"; sleep 0.1; done
server=$(sed -n 's/^listening: //p' "$work/out"); [ -n "$server" ] || fail "the broker was not ready within 10 s"

for codec in none gzip snappy lz4 zstd; do
  seq 1 2000 | timeout 20 kcat -P -b "$server" -t "check-$codec" -z $codec -X enable.idempotence=true || fail "produce with $codec"
  timeout 20 kcat -C -b "$server" -t "check-$codec" -o beginning -e -q | sort -n | cmp -s - <(seq 1 2000) || fail "consume with $codec"
done
timeout 20 kcat -L -b "$server" | grep -q 'topic "check-lz4" with 4 partitions' || fail "list"
timeout 20 kcat -G group -b "$server" -X auto.offset.reset=earliest -e -q check-lz4 2>/dev/null | sort -n | cmp -s - <(seq 1 2000) || fail "first read of the group"
[ "$(timeout 20 kcat -G group -b "$server" -X auto.offset.reset=earliest -e -q check-lz4 2>/dev/null | wc -l)" = 0 ] || fail "the group read something twice"
kill -TERM $pid; wait $pid || fail "the broker ended with code $?"
echo "kcat check: ok"
