import { randomBytes } from "node:crypto";
import { Command, InvalidArgumentError } from "commander";
import { accountLinkUrl } from "../features/accounts/own/account-links.ts";
import { administrationQueries, type PersonRecord } from "../features/administration/queries.ts";
import { isProven } from "../features/people/index.ts";
import { normaliseEmail } from "../features/people/person.ts";
import { invitationUrl } from "../features/sharing/invitation.ts";
import { accountInvitationQueries } from "../features/sharing/queries/account-invitations.ts";
import { apiTokenQueries } from "../features/tokens/queries.ts";
import { type Quota, quotaOfUser } from "../features/usage/usage.ts";
import { parseSize } from "../platform/config/reader.ts";
import { DomainError, invalidRequest } from "../platform/errors.ts";
import { findPerson, parseDuration, withCore, withPerson } from "./with-core.ts";

type AddOptions = { email?: string; name?: string; password?: string; admin: boolean };

const PERSON = "the email address or id of the person";

/** `valetkey user` manages people and accounts. `valetkey user add` without `--password` generates a password, and prints it. */
export function userCommand(): Command {
  const user = new Command("user").description("manage people");
  const command = (name: string, description: string) => user.command(name).description(description);
  const aboutPerson = (name: string, description: string) => command(name, description).argument("<person>", PERSON);
  command("list", "list people with their last sign-in, storage and links, the newest first")
    .option("--search <text>", "a part of the email address, the name or the id")
    .action(listUsers);
  command("add", "create an account")
    .argument("[email]", "the email address to sign in with")
    .option("--email <email>", "the email address, as an option")
    .option("--name <name>", "the name that others see (default: the email address)")
    .option("--password <password>", "10 to 128 characters (default: generated and printed)")
    .option("--admin", "an administrator, who may adopt and so read every object of the bucket", false)
    .action(addUser);
  command("admin", "make a person an administrator, as user add --admin does for a new account")
    .argument("<person>", "the proven email address of the person, or id: and the id of the person")
    .action(makeAdministrator);
  command("invite", "invite an email address to create an account, and print the link, which works once within 30 days")
    .argument("<email>", "the email address, which the account then has")
    .action(inviteUser);
  command("uninvite", "revoke an invitation to create an account")
    .argument("<email>", "the invited email address")
    .action(uninviteUser);
  command("invitations", "list the invitations to create an account that nobody has used, the newest first").action(
    listInvitations,
  );
  aboutPerson("reset", "print a link for a new password, which works once within 24 hours").action(resetUser);
  aboutPerson("prove", "vouch for the email address of a person, who then receives the shares by it").action(
    proveEmail,
  );
  aboutPerson("email", "change the email address of an account, and vouch for the new one")
    .argument("<email>", "the new email address")
    .action(changeEmail);
  aboutPerson("disable", "refuse a person, with every session, API token and JWT, on every replica").action(
    disableUser,
  );
  aboutPerson("enable", "let a disabled person in again").action(enableUser);
  aboutPerson("quota", "set how much a person may store, whatever USER_QUOTA_BYTES and USER_QUOTA_FILES are")
    .argument("[size]", "such as 500MiB or 5GiB, or default for USER_QUOTA_BYTES", parseQuota)
    .option("--files <number>", "the most files, or default for USER_QUOTA_FILES", parseFiles)
    .action(setQuota);
  command("two-factor", "manage the second factors of people")
    .command("off")
    .description("remove the authenticator app and the recovery codes of a person, and end all sessions")
    .argument("<person>", PERSON)
    .action(removeSecondFactor);
  aboutPerson("delete", "close the account of a person, and delete it with all notes and files for good in 14 days")
    .option("--now", "delete it at once", false)
    .action(deleteUser);
  return user;
}

async function addUser(given: string | undefined, { password, admin, ...options }: AddOptions): Promise<void> {
  const email = given ?? options.email;
  if (email === undefined || (options.email ?? email) !== email) {
    throw invalidRequest("Give one email address: valetkey user add ann@example.com");
  }
  const { name = email } = options;
  const chosen = password ?? randomBytes(15).toString("base64url");
  await withCore(async ({ accounts, useCases }) => {
    const next = admin
      ? `make it an administrator: valetkey user admin ${email}`
      : `get a link for a new password: valetkey user reset ${email}`;
    const { id } = await accounts
      .createAccount({ email, name, password: chosen })
      .catch(withText("email_taken", `${email} has an account already. To ${next}`));
    if (admin) await useCases.rememberForOperator({ id, email, name, isAdmin: true }, "person.made_administrator");
  });
  process.stdout.write(`Added ${email}${admin ? ", an administrator" : ""}.\n`);
  if (password === undefined) process.stdout.write(`Password: ${chosen}\n`);
}

async function makeAdministrator(person: string): Promise<void> {
  await withPerson(person, async (core, { id }) => {
    const { email } = await core.useCases.getMe({ userId: id });
    // An issuer of JWTs chooses the ids, so an id can look like the email address of somebody else.
    if (person !== `id:${id}` && normaliseEmail(person) !== email) {
      throw invalidRequest(`${person} is the id of a person. Give the email address of the person, or id:${id}`);
    }
    // A stranger may have signed up with the email address of somebody else.
    if (email === undefined || !(await isProven(core.db, { userId: id, email }))) {
      const remedy = `If this is the right person, run first: valetkey user prove id:${id}`;
      throw invalidRequest(`${person} has no proven email address.\n${remedy}`);
    }
    const identity = { id, email: undefined, name: undefined, isAdmin: true };
    await core.useCases.rememberForOperator(identity, "person.made_administrator");
    process.stdout.write(`${email} (${id}) is an administrator now.\n`);
  });
}

async function inviteUser(email: string): Promise<void> {
  await withCore(async ({ useCases, publicUrl, deps }) => {
    const { email: invited, token } = await useCases.inviteToService(undefined, email);
    const mailed = deps.mail === undefined ? "" : " The running service sends it by mail, too.";
    process.stdout.write(`Give this link to ${invited}. It works once, within 30 days.${mailed}\n`);
    process.stdout.write(`${invitationUrl(publicUrl, { token })}\n`);
  });
}

async function uninviteUser(email: string): Promise<void> {
  await withCore(({ useCases }) => useCases.revokeAccountInvitation(undefined, { email }));
  process.stdout.write(`Revoked the invitation of ${normaliseEmail(email)}.\n`);
}

async function listInvitations(): Promise<void> {
  await withCore(async ({ db }) => {
    let cursor: string | undefined;
    do {
      const page = await accountInvitationQueries(db).listOpen({ limit: 200, cursor });
      for (const { email, invitedAt, linkExpiresAt } of page.items) {
        const [invited, expires] = [invitedAt, linkExpiresAt].map((at) => new Date(at).toISOString());
        process.stdout.write(`${JSON.stringify(email)}  invited ${invited}  expires ${expires}\n`);
      }
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  });
}

async function resetUser(person: string): Promise<void> {
  await withPerson(person, async (core, { id, logger }) => {
    const { token } = await core.useCases.makeResetLink(undefined, id);
    const url = accountLinkUrl(core.publicUrl, { kind: "password-reset", token });
    const change = { userId: id, cause: "valetkey user reset" };
    logger.child({}, { level: "info" }).info(change, "a link for a new password was made");
    process.stdout.write(`Give this link to ${person}. It works once, within 24 hours:\n${url}\n`);
  });
}

async function proveEmail(person: string): Promise<void> {
  await withPerson(person, async (core, { id }) => {
    const { email, name } = await core.useCases.getMe({ userId: id });
    if (email === undefined) throw invalidRequest(`${person} has no email address.`);
    await core.useCases.rememberForOperator({ id, email, emailProvenBy: "operator", name }, "person.email_proven");
    process.stdout.write(`${email} now belongs to ${id}.\n`);
  });
}

async function changeEmail(person: string, email: string): Promise<void> {
  await withPerson(person, async (core, { id }) => {
    await core.accounts.changeEmail(id, email);
    process.stdout.write(`${person} (${id}) signs in with ${normaliseEmail(email)} now.\n`);
  });
}

async function disableUser(person: string): Promise<void> {
  await withPerson(person, async (core, { id }) => {
    await core.useCases.disableUser(id);
    process.stdout.write(`Disabled ${person} (${id}).\n`);
  });
}

async function enableUser(person: string): Promise<void> {
  await withPerson(person, async (core, { id }) => {
    const wasDisabled = await core.useCases.enableUser(id);
    process.stdout.write(wasDisabled ? `Enabled ${person} (${id}).\n` : `${person} (${id}) was not disabled.\n`);
  });
}

async function removeSecondFactor(person: string): Promise<void> {
  await withPerson(person, async (core, { id }) => {
    const wasOn = await core.useCases.removeSecondFactorOf(undefined, id);
    process.stdout.write(
      wasOn ? `Removed the second factor of ${person} (${id}).\n` : `${person} (${id}) has no second factor.\n`,
    );
  });
}

async function deleteUser(person: string, { now }: { now: boolean }): Promise<void> {
  await withPerson(person, async (core, { id }) => {
    const { deleteAt } = await core.useCases.closeAccountOf(undefined, id, { isNow: now });
    const closed = `Closed ${person} (${id}). It is deleted for good on ${new Date(deleteAt).toISOString()}.`;
    process.stdout.write(now ? `Deleted ${person} (${id}).\n` : `${closed}\nKeep it: valetkey user enable ${person}\n`);
  });
}

async function listUsers({ search: text }: { search?: string }): Promise<void> {
  await withCore(async ({ db, useCases }) => {
    let cursor: string | undefined;
    do {
      const page = await administrationQueries(db).listPeople({ limit: 200, cursor, text });
      for (const person of page.items) process.stdout.write(`${describePerson(person, useCases.quota)}\n`);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  });
}

/**
 * Formats the facts about a person for the terminal. An id, name or email address from a JWT can contain control characters, so these three
 * are printed as JSON.
 */
function describePerson(person: PersonRecord, quota: Quota): string {
  const { id, email, name, isEmailProven, isAdmin, disabledAt, lastSignInAt, usage, links } = person;
  const most = quotaOfUser(quota, usage);
  const roles = [isEmailProven && "proven", isAdmin && "administrator", disabledAt !== undefined && "disabled"];
  return [
    JSON.stringify(email ?? null),
    `name ${JSON.stringify(name ?? null)}`,
    `id ${JSON.stringify(id)}`,
    ...roles.filter((role) => role !== false),
    lastSignInAt === undefined ? "never signed in" : `signed in ${new Date(lastSignInAt).toISOString()}`,
    `${usage.bytes}${most.bytes === undefined ? "" : ` of ${most.bytes}`} bytes`,
    `files ${usage.files}${most.files === undefined ? "" : ` of ${most.files}`}`,
    `links ${links}`,
  ].join("  ");
}

type ChosenQuota = { bytes: number | null };

function parseQuota(text: string): ChosenQuota {
  if (text === "default") return { bytes: null };
  const bytes = parseSize(text);
  if (bytes === undefined) throw new InvalidArgumentError("Give a size such as 500MiB or 5GiB, or default.");
  return { bytes };
}

type ChosenFiles = { number: number | null };

// Does not return null for "no limit", because the library commander would treat null as an empty text.
function parseFiles(text: string): ChosenFiles {
  if (text === "default") return { number: null };
  if (/^\d{1,15}$/.test(text)) return { number: Number(text) };
  throw new InvalidArgumentError("Give a whole number such as 1000, or default.");
}

async function setQuota(
  person: string,
  size: ChosenQuota | undefined,
  { files }: { files?: ChosenFiles },
): Promise<void> {
  if (size === undefined && files === undefined) {
    throw invalidRequest("Give a size, or --files with a number, or both.");
  }
  await withPerson(person, async (core, { id }) => {
    await core.useCases.changePerson(undefined, id, { quotaBytes: size?.bytes, quotaFiles: files?.number });
    const quotas = [describeQuota(size?.bytes, "bytes"), describeQuota(files?.number, "files")].filter(
      (text) => text !== "",
    );
    process.stdout.write(`${person} (${id}) has ${quotas.join(" and ")}.\n`);
  });
}

function describeQuota(most: number | null | undefined, unit: string): string {
  if (most === undefined) return "";
  return most === null ? `the default quota of ${unit}` : `a quota of ${most} ${unit}`;
}

const EMAIL = "--email <email>";

type CreateOptions = { email: string; label: string; expires?: number };

/**
 * `valetkey token` creates, lists and revokes API tokens. `valetkey token create` prints only the token on standard output, so that scripts
 * can read it.
 */
export function tokenCommand(): Command {
  const token = new Command("token").description("manage API tokens");
  token
    .command("create")
    .description("create an API token that acts as a person, and print it once")
    .requiredOption(EMAIL, PERSON)
    .option("--label <text>", "the purpose of the token", "command line")
    .option("--expires <duration>", "until it expires, such as 12h or 30d (default: never)", parseDuration)
    .action(createToken);
  token.command("list").description("list the API tokens of a person").requiredOption(EMAIL, PERSON).action(listTokens);
  token
    .command("revoke")
    .description("revoke API tokens: the next request with them is refused")
    .argument("[ids...]", "the ids of the tokens")
    .option(EMAIL, `with --all: ${PERSON}`)
    .option("--all", "all tokens of the person", false)
    .action(revokeTokens);
  return token;
}

async function createToken({ email, label, expires }: CreateOptions): Promise<void> {
  const token = await withCore(async (core) => {
    const { id } = await findPerson(core, email);
    const expiresAt = expires === undefined ? undefined : Date.now() + expires * 1000;
    return (await core.useCases.createApiTokenOf(id, { label, expiresAt })).token;
  });
  process.stdout.write(`${token}\n`);
}

async function listTokens({ email }: { email: string }): Promise<void> {
  const tokens = await withCore(async (core) => apiTokenQueries(core.db).list((await findPerson(core, email)).id));
  for (const { id, label, createdAt, expiresAt } of tokens) {
    const expiry = expiresAt === undefined ? "never expires" : `expires ${new Date(expiresAt).toISOString()}`;
    process.stdout.write(`${id}  created ${new Date(createdAt).toISOString()}  ${expiry}  ${label}\n`);
  }
}

async function revokeTokens(ids: string[], { email, all }: { email?: string; all: boolean }): Promise<void> {
  if (all !== (email !== undefined) || all === ids.length > 0) {
    throw invalidRequest("Give the ids of tokens, or --all with --email.");
  }
  await withCore(async (core) => {
    if (email !== undefined) {
      const count = await core.useCases.revokeApiTokensOf(undefined, (await findPerson(core, email)).id);
      process.stdout.write(`Revoked ${count} ${count === 1 ? "token" : "tokens"}.\n`);
    }
    for (const id of ids) {
      await core.useCases
        .revokeAnyApiToken(undefined, id)
        .catch(withText("token_not_found", `There is no token ${id}. List: valetkey token list`));
      process.stdout.write(`Revoked ${id}.\n`);
    }
  });
}

/** Returns a handler for a rejected promise. An error with this code gets the new text. The handler throws other errors unchanged. */
function withText(code: DomainError["code"], text: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof DomainError && error.code === code ? new DomainError(code, text) : error;
  };
}
