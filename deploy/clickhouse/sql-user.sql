-- The user of ConnectionStrings:clickhouse-sql on a ClickHouse server (docs/sql.md). Run it once as an administrator, after the API has
-- created its tables and views. Replace the password; "analytics" is the database of ConnectionStrings:clickhouse.
CREATE USER IF NOT EXISTS analytics_sql IDENTIFIED WITH sha256_password BY 'replace me'
    SETTINGS allow_ddl = 0 CONST, allow_introspection_functions = 0 CONST;
-- The views alone. They run with the rights of who made them (SQL SECURITY DEFINER), so nothing is granted on the tables.
GRANT SELECT ON analytics_sql.* TO analytics_sql;
-- Nothing else: no table functions, dictionaries, system tables, temporary tables. The settings of a query stay changeable for the API,
-- which sends its limits and the tenant's filter with readonly=1.
