import { randomBytes } from "node:crypto";
import { Command } from "commander";
import { withCore } from "./with-core.ts";

type AddOptions = { email: string; name?: string; password?: string; admin: boolean };

/** `valetkey user add` creates an account. Without `--password` it generates a password and prints it. */
export function userCommand(): Command {
  const add = new Command("add")
    .description("create an account")
    .requiredOption("--email <email>", "the email address to sign in with")
    .option("--name <name>", "the name that others see (default: the email address)")
    .option("--password <password>", "10 to 128 characters (default: generated and printed)")
    .option("--admin", "an administrator, who may adopt and so read every object of the bucket", false)
    .action(addUser);
  return new Command("user").description("manage accounts").addCommand(add);
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
