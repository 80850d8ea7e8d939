import { randomBytes, randomUUID } from "node:crypto";
import { mailWork } from "../features/mail/jobs.ts";
import { defaultLimits } from "../platform/config/limits.ts";
import { deriveLinkKeys } from "../platform/crypto/link-token.ts";
import { runDueWork } from "../platform/jobs/runner.ts";
import { createSmtp } from "../platform/mailer/smtp.ts";
import { openAt } from "./database/database-location.ts";

// Sends the due mails, and exits.
// Usage: node deliver-mails.child.ts <location of the database as JSON> <port of the SMTP server> <now>
const [location = "", port = "", now = ""] = process.argv.slice(2);
const mailer = createSmtp({
  host: "127.0.0.1",
  port: Number(port),
  isSecure: false,
  requiresTls: false,
  user: undefined,
  password: undefined,
  from: { name: "Valet Key", email: "files@example.com" },
});
const deps = {
  db: await openAt(JSON.parse(location)),
  clock: () => Number(now),
  limits: defaultLimits(),
  linkKeys: deriveLinkKeys(["the secret of this test, which is long enough"]),
  newId: randomUUID,
  newSecret: () => randomBytes(32).toString("base64url"),
  mail: { mailer, publicUrl: "https://files.example.com", onQueued: () => undefined },
};
await runDueWork(mailWork(deps, { onFailure: console.error }));
