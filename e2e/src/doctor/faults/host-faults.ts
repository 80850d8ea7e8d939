import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../testing/free-port.ts";
import type { Fault } from "../stage.ts";

/** Faults in the configuration, and faults of the machine of the service. */
export const hostFaults: readonly Fault[] = [
  {
    fault: "TRUST_PROXY is not set behind https",
    setup: "s3-local",
    id: "config-doubtful",
    also: ["mixed-content"],
    arrange: ({ env }) => ({ ...env, PUBLIC_URL: "https://localhost:3443" }),
  },
  {
    fault: "a setting is misspelt",
    setup: "s3-local",
    id: "config-doubtful",
    arrange: ({ env }) => ({ ...env, AUTH_SIGNUP: "closed" }),
    cure({ env: { AUTH_SIGNUP = "", ...env }, fix }) {
      const [, meant = ""] = /did you mean (\w+)\?/.exec(fix[0]?.text ?? "") ?? [];
      return { ...env, [meant]: AUTH_SIGNUP };
    },
  },
  {
    fault: "links have no abuse contact",
    setup: "s3-local",
    id: "abuse-contact-missing",
    also: ["cors-origin", "public-url-plain-http"],
    arrange: ({ env }) => ({ ...env, PUBLIC_URL: "http://[::ffff:127.0.0.1]:3999" }),
  },
  {
    fault: "others can read the secrets",
    setup: "s3-local",
    id: "data-dir-exposed",
    async arrange({ env }) {
      await mkdir(env.DATA_DIR ?? "");
      const file = join(env.DATA_DIR ?? "", "secrets.json");
      await writeFile(file, "{}");
      await chmod(file, 0o644);
      return env;
    },
  },
  {
    fault: "the embedded database is damaged",
    setup: "SQLite",
    id: "sqlite-damaged",
    async arrange({ env }) {
      await mkdir(env.DATA_DIR ?? "");
      await writeFile(join(env.DATA_DIR ?? "", "valetkey.db"), "x".repeat(8_192));
      return env;
    },
  },
  {
    fault: "the virus scanner does not run",
    setup: "closed port",
    id: "scanner-unreachable",
    arrange: async ({ env }) => ({
      ...env,
      CLAMAV_HOST: "127.0.0.1",
      CLAMAV_PORT: String(await freePort("127.0.0.1")),
    }),
  },
  {
    fault: "the mail server does not run",
    setup: "closed port",
    id: "mail-server-unusable",
    arrange: async ({ env }) => ({
      ...env,
      SMTP_URL: `smtp://127.0.0.1:${await freePort("127.0.0.1")}`,
      MAIL_FROM: "files@example.com",
    }),
  },
];
