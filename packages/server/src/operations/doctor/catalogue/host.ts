import type { Entry } from "./entry.ts";

/** Faults of the configuration and of this machine. */
export const hostFaults = {
  "config-invalid": {
    severity: "error",
    title: "The configuration has a fault",
    why: "The service does not start.",
  },
  "config-doubtful": {
    severity: "warning",
    title: "The configuration is probably a mistake",
    why: "The service starts, and may behave in another way than you expect.",
  },
  "abuse-contact-missing": {
    severity: "info",
    title: "Links have no abuse contact",
    why: "Visitors of public links can't report abuse. Browsers and hosts then block the whole domain.",
  },
  "data-dir-read-only": {
    severity: "error",
    title: "The service can't write to DATA_DIR",
    why: "Embedded files, the embedded database and the exported audit log are in this folder.",
  },
  "data-dir-in-memory": {
    severity: "error",
    title: "DATA_DIR is in memory",
    why: "A restart of this machine or container deletes all notes, accounts, secrets and embedded files.",
  },
  "data-dir-exposed": {
    severity: "warning",
    title: "Other users of this machine can read the secrets in DATA_DIR",
    why: "secrets.json signs sessions and URLs. A user who reads it can forge both.",
  },
  "disk-full": {
    severity: "error",
    title: "The disk of DATA_DIR is full",
    why: "Uploads and URLs fail with `storage_full` (507).",
  },
  "disk-nearly-full": {
    severity: "warning",
    title: "The disk of DATA_DIR is nearly full",
    why: "On a full disk, uploads and URLs fail with `storage_full` (507).",
  },
  "sqlite-damaged": {
    severity: "error",
    title: "The embedded database can't be read",
    why: "The service does not start without its database.",
  },
  "sqlite-read-only": {
    severity: "error",
    title: "The embedded database is read-only",
    why: "The service records each URL before it returns it. So it returns no URL.",
  },
  "scanner-unreachable": {
    severity: "error",
    title: "The virus scanner does not respond",
    why: "New files wait for the scanner, and can't be downloaded.",
  },
  "mail-server-unusable": {
    severity: "error",
    title: "The mail server accepts no mails",
    why: "Nobody gets a link for a new password. Mails wait for three days, and then they are given up.",
  },
  "issuer-unusable": {
    severity: "error",
    title: "The identity provider can't be used",
    why: "Nobody can sign in with it.",
  },
  "key-set-unusable": {
    severity: "error",
    title: "The keys of AUTH_JWKS_URL can't be fetched",
    why: "The service can't verify tokens of this provider, and returns 503 to their callers.",
  },
  "collector-unusable": {
    severity: "warning",
    title: "The collector accepts no traces",
    why: "All traces are lost. Requests do not wait for the collector.",
  },
} as const satisfies Record<string, Entry>;
