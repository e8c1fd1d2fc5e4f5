-- Questions kept under a name. The row says which version is the newest; what each version asked is in the history.
CREATE TABLE saved_queries (
    id         TEXT PRIMARY KEY,
    tenant     TEXT NOT NULL REFERENCES tenants (name),
    name       TEXT NOT NULL,
    version    BIGINT NOT NULL,
    created    BIGINT NOT NULL,
    created_by TEXT NOT NULL,          -- name of the user or key, as it was then
    UNIQUE (tenant, name)
);

CREATE TABLE saved_query_versions (
    query_id    TEXT NOT NULL REFERENCES saved_queries (id) ON DELETE CASCADE,
    version     BIGINT NOT NULL,
    name        TEXT NOT NULL,
    description TEXT,
    kind        TEXT NOT NULL,
    query       TEXT NOT NULL,         -- JSON with {{parameters}}
    parameters  TEXT NOT NULL,         -- JSON
    bytes       BIGINT NOT NULL,       -- of both, for the tenant's limit
    saved       BIGINT NOT NULL,
    saved_by    TEXT NOT NULL,
    PRIMARY KEY (query_id, version)
);
