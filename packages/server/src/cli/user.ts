import { randomBytes } from "node:crypto";
import { Command } from "commander";
import { DomainError } from "../domain/errors.ts";
import { findPerson, withCore } from "./with-core.ts";

type AddOptions = { email: string; name?: string; password?: string; admin: boolean };

/** `valetkey user` creates accounts, vouches for email addresses, and disables and enables people. `add` without `--password` prints a generated one. */
export function userCommand(): Command {
  const add = new Command("add")
    .description("create an account")
    .requiredOption("--email <email>", "the email address to sign in with")
    .option("--name <name>", "the name that others see (default: the email address)")
    .option("--password <password>", "10 to 128 characters (default: generated and printed)")
    .option("--admin", "an administrator, who may adopt and so read every object of the bucket", false)
    .action(addUser);
  const prove = new Command("prove")
    .description("vouch for the email address of a person, who then receives the shares by it")
    .argument("<person>", "the email address or id of the person")
    .action(proveEmail);
  const disable = new Command("disable")
    .description("refuse a person, with every session, API token and JWT, on every replica")
    .argument("<person>", "the email address or id of the person")
    .action(disableUser);
  const enable = new Command("enable")
    .description("let a disabled person in again")
    .argument("<person>", "the email address or id of the person")
    .action(enableUser);
  return new Command("user")
    .description("manage people")
    .addCommand(add)
    .addCommand(prove)
    .addCommand(disable)
    .addCommand(enable);
}

async function addUser({ email, name = email, password, admin }: AddOptions): Promise<void> {
  const chosen = password ?? randomBytes(15).toString("base64url");
  await withCore(async ({ accounts, useCases }) => {
    const { id } = await accounts.createAccount({ email, name, password: chosen });
    if (admin) await useCases.rememberPerson({ id, email, name, isAdmin: true });
  });
  process.stdout.write(`Added ${email}${admin ? ", an administrator" : ""}.\n`);
  if (password === undefined) process.stdout.write(`Password: ${chosen}\n`);
}

async function proveEmail(person: string): Promise<void> {
  await withCore(async (core) => {
    const { id } = await findPerson(core, person);
    const { email, name } = await core.useCases.getMe({ userId: id });
    if (email === undefined) throw new DomainError("invalid_request", `${person} has no email address.`);
    await core.useCases.rememberPerson({ id, email, emailProvenBy: "operator", name });
    process.stdout.write(`${email} now belongs to ${id}.\n`);
  });
}

async function disableUser(person: string): Promise<void> {
  await withCore(async (core) => {
    const { id } = await findPerson(core, person);
    await core.useCases.disableUser(id);
    process.stdout.write(`Disabled ${person} (${id}).\n`);
  });
}

async function enableUser(person: string): Promise<void> {
  await withCore(async (core) => {
    const { id } = await findPerson(core, person);
    const wasDisabled = await core.useCases.enableUser(id);
    process.stdout.write(wasDisabled ? `Enabled ${person} (${id}).\n` : `${person} (${id}) was not disabled.\n`);
  });
}
