import pino from "pino";
import { loadConfig } from "../config/index.ts";
import { DomainError } from "../domain/errors.ts";
import { normaliseEmail, receiverAmong } from "../domain/person.ts";
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

/** Finds the person with this id or email address. Throws `user_not_found` or `invalid_request`. */
export async function findPerson(core: Core, email: string): Promise<{ id: string }> {
  // An id first, because the id of a person from another application can look like an email address.
  const person = await core.db.people.find(email);
  if (person !== undefined) return person;
  const holders = await core.db.people.findByEmails([normaliseEmail(email)]);
  const found = receiverAmong(holders);
  if (found === "ambiguous") {
    const ids = holders.map(({ id, isProven }) => `  ${id}${isProven ? " (proven)" : ""}`);
    const problem = `Several people have the email address ${email}. Give the id of one of them instead:`;
    throw new DomainError("invalid_request", [problem, ...ids].join("\n"));
  }
  if (found !== "unknown") return found;
  throw new DomainError(
    "user_not_found",
    `Nobody has the email address or id ${email}. Create an account first: valetkey user add --email ${email}`,
  );
}
