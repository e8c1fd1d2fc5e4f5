-- The same text runs on SQLite and PostgreSQL. Times are Unix milliseconds; hashes are SHA-256 in hexadecimal.
CREATE TABLE tenants (
    name    TEXT PRIMARY KEY,
    created BIGINT NOT NULL
);

CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE, -- lower case, unique over all tenants: a login names no tenant
    password_hash TEXT NOT NULL,
    role          TEXT NOT NULL,
    tenant        TEXT NOT NULL REFERENCES tenants (name),
    created       BIGINT NOT NULL,
    disabled      BIGINT
);

CREATE TABLE api_keys (
    id        TEXT PRIMARY KEY,
    prefix    TEXT NOT NULL,        -- first characters of the key, to recognise it by
    hash      TEXT NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    role      TEXT NOT NULL,
    tenant    TEXT NOT NULL REFERENCES tenants (name),
    origin    TEXT NOT NULL,        -- 'api', or 'bootstrap' for the configured key
    created   BIGINT NOT NULL,
    expires   BIGINT,
    revoked   BIGINT,
    last_used BIGINT
);
CREATE INDEX api_keys_by_tenant ON api_keys (tenant, created);

CREATE TABLE refresh_tokens (
    hash    TEXT PRIMARY KEY,
    family  TEXT NOT NULL,          -- all tokens that descend from one login
    user_id TEXT NOT NULL REFERENCES users (id),
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    used    BIGINT,
    revoked BIGINT
);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires);
