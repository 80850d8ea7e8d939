import type { Entry } from "./entry.ts";

/** Faults of PostgreSQL, and of a connection pooler in front of it. */
export const databaseFaults = {
  "database-unreachable": {
    severity: "error",
    title: "PostgreSQL can't be reached",
    why: "The service does not start, and a running one returns 503.",
  },
  "database-login": {
    severity: "error",
    title: "PostgreSQL refuses the connection",
    why: "The user, the password or the database in DATABASE_URL is wrong.",
  },
  "database-old": {
    severity: "warning",
    title: "PostgreSQL is too old",
    why: "The project does not test this version, and it gets no security fixes.",
  },
  "database-fsync": {
    severity: "error",
    title: "PostgreSQL does not write commits to the disk",
    why: "A power failure loses or corrupts notes, shares and audit events.",
  },
  "database-commit": {
    severity: "error",
    title: "PostgreSQL confirms commits before they are on the disk",
    why: "A crash loses confirmed uploads and audit events of URLs that are already in use.",
  },
  "database-read-only": {
    severity: "error",
    title: "PostgreSQL accepts no writes",
    why: "The service records each URL before it returns it. So it returns no URL.",
  },
  "database-encoding": {
    severity: "error",
    title: "The database does not store UTF-8",
    why: "Filenames and notes with other characters fail.",
  },
  "database-connections": {
    severity: "warning",
    title: "PostgreSQL accepts too few connections",
    why: "Each replica opens up to 14 connections. Further replicas fail at random moments.",
  },
  "database-clock": {
    severity: "warning",
    title: "The clocks of this machine and of PostgreSQL differ",
    why: "Replicas with different clocks disagree about when shares and links expire.",
  },
  "pooler-statement-mode": {
    severity: "error",
    title: "The connection pooler runs in statement mode",
    why: "The mode refuses transactions. The service does not start.",
  },
  "pooler-names": {
    severity: "error",
    title: "The connection pooler loses the names of prepared statements",
    why: "DATABASE_PREPARED=on sends names, and each transaction can run on another connection. Requests fail at random.",
  },
} as const satisfies Record<string, Entry>;
