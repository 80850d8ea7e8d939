import { existsSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import pino, { type Logger } from "pino";
import { lookupQueries } from "../features/people/lookup-queries.ts";
import { normaliseEmail, receiverAmong } from "../features/people/person.ts";
import { peopleQueries } from "../features/people/queries.ts";
import { loadConfig, loadConfigWithoutSecrets } from "../platform/config/index.ts";
import { DomainError, invalidRequest } from "../platform/errors.ts";
import type { BaseOptions } from "../wiring/base.ts";
import { type Core, openCore } from "../wiring/core.ts";

/**
 * Runs a command with the configured database and bucket, even while the service runs. Throws if the database file does not exist, because
 * the command then usually runs in a wrong folder.
 */
export async function withCore<T>(
  work: (core: Core, logger: Logger) => Promise<T>,
  options: Pick<BaseOptions, "partBuffers"> = {},
): Promise<T> {
  const { database } = loadConfigWithoutSecrets();
  if (database.kind === "sqlite" && !existsSync(database.file)) {
    const remedy = "Run the command in the folder of the service, or set DATA_DIR to the data folder of the service.";
    const start = "If there is no service yet, start one first: valetkey start";
    throw invalidRequest(`There is no database at ${database.file}.\n${remedy}\n${start}`);
  }
  const { config } = loadConfig();
  const logger = pino({ level: "warn" }, pino.destination(2));
  const core = await openCore(config, { ...options, logger });
  try {
    return await work(core, logger);
  } finally {
    await core.close();
  }
}

/** Runs a command about the person with the given email address or id. Throws `user_not_found` or `invalid_request`. */
export function withPerson<T>(
  person: string,
  work: (core: Core, about: { id: string; logger: Logger }) => Promise<T>,
): Promise<T> {
  return withCore(async (core, logger) => work(core, { id: (await findPerson(core, person)).id, logger }));
}

/** Marks a text as an id. The prefix is necessary if the id of a person is also the email address of another person. */
const ID_PREFIX = "id:";

/** Finds a person by email address, by id, or by the id after the prefix `id:`. Throws `user_not_found` or `invalid_request`. */
export async function findPerson(core: Core, email: string): Promise<{ id: string }> {
  if (email.startsWith(ID_PREFIX)) {
    const person = await lookupQueries(core.db).person(email.slice(ID_PREFIX.length));
    if (person !== undefined) return person;
  }
  const namesake = await lookupQueries(core.db).person(email);
  const holders = await peopleQueries(core.db).findByEmails([normaliseEmail(email)]);
  const others = holders.filter(({ id }) => id !== namesake?.id);
  if (namesake !== undefined && others.length === 0) return namesake;
  const found = namesake === undefined ? receiverAmong(holders) : "ambiguous";
  if (found === "ambiguous") {
    // The issuer chooses the ids in JWTs, so an id can look like the email address of another person.
    const proven = new Set(holders.filter(({ isProven }) => isProven).map(({ id }) => id));
    const ids = [...(namesake === undefined ? [] : [namesake]), ...others].map(({ id }) => id);
    const prefix = namesake === undefined ? "" : ID_PREFIX;
    const choices = ids.map((id) => `  ${prefix}${id}${proven.has(id) ? " (proven)" : ""}`);
    const problem = `Several people have the email address or id ${email}. Give one of these ids instead:`;
    throw invalidRequest([problem, ...choices].join("\n"));
  }
  if (found !== "unknown") return found;
  throw new DomainError(
    "user_not_found",
    `Nobody has the email address or id ${email}. Create an account first: valetkey user add ${email}`,
  );
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Converts `90`, `90s`, `10m`, `12h` or `7d` to seconds. Throws commander's InvalidArgumentError for another text. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9})([smhd]?)$/.exec(text);
  if (match === null)
    throw new InvalidArgumentError("Give a number of seconds, or one with s, m, h or d: 90, 10m, 12h.");
  return Number(match[1]) * SECONDS[(match[2] || "s") as keyof typeof SECONDS];
}
