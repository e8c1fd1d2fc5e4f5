// Uses the generated types for real calls: what compiles here is what a user of the generated client gets.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./build/api.js";

const [address, key, password] = [process.env.ADDRESS!, process.env.INGEST_KEY!, process.env.ADMIN_PASSWORD!];
const type = "clients.typescript";

const shop = createClient<paths>({ baseUrl: address, headers: { "X-Api-Key": key } });
const posted = await shop.POST("/api/v1/events", {
  params: { header: { Prefer: "wait=30" } },
  body: [
    { type, subject: "customer-7", data: { amount: 19.9 } },
    { type, subject: "customer-8", data: { amount: 0.1 } },
  ],
});
assert.ok(posted.data, JSON.stringify(posted.error));
assert.equal(posted.data.accepted, 2);
assert.equal(posted.data.stored, 2);

const login = await createClient<paths>({ baseUrl: address }).POST("/api/v1/auth/token", { body: { username: "admin", password } });
assert.ok(login.data, JSON.stringify(login.error));
const reader = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${login.data.access_token}` } });

const query: components["schemas"]["TimeseriesQuery"] = {
  range: { last: "1h" },
  interval: "hour",
  measures: [{ op: "count" }, { op: "sum", field: "data.amount", as: "revenue" }],
  filters: [{ field: "type", op: "eq", value: type }],
};
// "last" ends with the current minute, so that equal questions within it are the same question: the events are in it a minute later.
const to = new Date(Date.now() + 60_000).toISOString();
const answer = await reader.POST("/api/v1/query/timeseries", { body: { ...query, range: { from: new Date(Date.now() - 3_600_000).toISOString(), to } } });
assert.ok(answer.data && typeof answer.data !== "string", JSON.stringify(answer.error));
assert.deepEqual(answer.data.columns.map((column) => column.name), ["time", "count", "revenue"]);
assert.equal(answer.data.rows.reduce((sum, row) => sum + Number(row[1]), 0), 2);
assert.equal(answer.data.rows.reduce((sum, row) => sum + Number(row[2]), 0), 20);

// @ts-expect-error: the compiler knows the words of the language
const wrong: components["schemas"]["Interval"] = "fortnight";
const refused = await reader.POST("/api/v1/query/timeseries", { body: { ...query, interval: wrong } });
assert.equal(refused.response.status, 400);
assert.ok(refused.error && "errors" in refused.error && Array.isArray(refused.error.errors));
assert.equal(refused.error.code, "invalid_query");
assert.equal(refused.error.errors[0].pointer, "/interval");

console.log("typescript client: ok");
