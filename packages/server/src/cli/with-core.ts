import pino from "pino";
import { loadConfig } from "../config/index.ts";
import { DomainError } from "../domain/errors.ts";
import { normaliseEmail, type Person } from "../domain/person.ts";
import { type Core, openCore } from "../wiring/core.ts";

/** Runs a command on the configured database and bucket. A service may use both at the same time. */
export async function withCore<T>(work: (core: Core) => Promise<T>): Promise<T> {
  const { config } = loadConfig();
  const core = await openCore(config, { logger: pino({ level: "warn" }, pino.destination(2)) });
  try {
    return await work(core);
  } finally {
    await core.close();
  }
}

/** Finds the person with this email address. Throws `user_not_found`. */
export async function personByEmail(core: Core, email: string): Promise<Person> {
  const [person] = await core.db.people.findByEmails([normaliseEmail(email)]);
  if (person !== undefined) return person;
  throw new DomainError(
    "user_not_found",
    `Nobody has the email address ${email}. Create an account first: valetkey user add --email ${email}`,
  );
}
