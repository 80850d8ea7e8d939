import type { ConfigReader } from "./reader.ts";
import type { DatabaseConfig } from "./types.ts";

export function readDatabase(reader: ConfigReader, options: { sqliteFile: string }): DatabaseConfig {
  const url = reader.text("DATABASE_URL");
  const prepared = reader.choice("DATABASE_PREPARED", { of: ["auto", "on", "off"], fallback: "auto" });
  if (url === undefined) {
    if (reader.text("DATABASE_PREPARED") !== undefined) {
      reader.warn("DATABASE_PREPARED has no effect: it is only for PostgreSQL, and DATABASE_URL is not set.");
    }
    return { kind: "sqlite", file: options.sqliteFile };
  }
  // The text does not contain the value, because the value contains a password.
  if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) {
    reader.fault(
      "DATABASE_URL",
      "is not a postgres:// or postgresql:// URL",
      "Write it as DATABASE_URL=postgres://user:password@host:5432/database (escape @, : and / in the password), or leave it out for SQLite.",
    );
  }
  return { kind: "postgres", url, prepared };
}
