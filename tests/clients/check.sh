#!/usr/bin/env bash
# Generates a TypeScript and a C# client from the OpenAPI document of a running Standalone, compiles both, and makes real calls with each.
# Needs Standalone to be built, npm and NuGet. Usage: tests/clients/check.sh [path of the Standalone executable]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
standalone=${1:-$root/artifacts/bin/Standalone/debug/Standalone}
output=$root/artifacts/clients
fail() { echo "clients check: $*" >&2; [ -s "${work:-/nonexistent}/log" ] && tail -20 "$work/log" >&2; exit 1; }

[ -x "$standalone" ] || fail "$standalone is missing: build Standalone first"

work=$(mktemp -d)
export ADMIN_PASSWORD="password of the clients" INGEST_KEY=key-of-the-clients
Bootstrap__AdminPassword=$ADMIN_PASSWORD Bootstrap__IngestKey=$INGEST_KEY "$standalone" --data "$work/data" --port 0 >"$work/log" 2>&1 </dev/null & pid=$!
trap 'kill $pid 2>/dev/null || true; wait $pid 2>/dev/null || true; rm -rf "$work"' EXIT

# While it starts: the tools.
(cd "$here/typescript" && npm ci --silent --no-progress) || fail "npm ci"
dotnet build "$here/generator" -v q -nologo || fail "building the generator"

for _ in $(seq 600); do grep -q 'ready: http' "$work/log" && break; kill -0 $pid 2>/dev/null || fail "Standalone ended"; sleep 0.1; done
export ADDRESS=$(sed -n 's/.*ready: \(http[^ ]*\).*/\1/p' "$work/log" | tail -1); [ -n "$ADDRESS" ] || fail "Standalone was not ready within a minute"
mkdir -p "$output" && curl -fsS "$ADDRESS/openapi/v1.json" -o "$output/openapi.json" || fail "no document at $ADDRESS"

cd "$here/typescript"
npx --no-install openapi-typescript "$output/openapi.json" --default-non-nullable false --output build/api.d.ts >/dev/null || fail "generating the TypeScript client"
npx --no-install tsc --project . || fail "compiling the TypeScript client"
node build/check.js || fail "running the TypeScript client"

dotnet run --no-build --project "$here/generator" -- "$output/openapi.json" "$output/AnalyticsClient.cs" || fail "generating the C# client"
dotnet run --project "$here/csharp" -v q || fail "running the C# client"
