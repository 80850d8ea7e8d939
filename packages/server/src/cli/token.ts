import { Command } from "commander";
import { parseDuration } from "./duration.ts";
import { personByEmail, withCore } from "./with-core.ts";

type CreateOptions = { email: string; label: string; expires?: number };

/** `valetkey token create` prints only the token on standard output, for scripts. */
export function tokenCommand(): Command {
  const create = new Command("create")
    .description("create an API token that acts as a person, and print it once")
    .requiredOption("--email <email>", "the email address of the person")
    .option("--label <text>", "the purpose of the token", "command line")
    .option("--expires <duration>", "until it expires, such as 12h or 30d (default: never)", parseDuration)
    .action(createToken);
  return new Command("token").description("manage API tokens").addCommand(create);
}

async function createToken({ email, label, expires }: CreateOptions): Promise<void> {
  const token = await withCore(async (core) => {
    const { id } = await personByEmail(core, email);
    const expiresAt = expires === undefined ? undefined : Date.now() + expires * 1000;
    return (await core.useCases.createApiToken({ userId: id }, { label, expiresAt })).token;
  });
  process.stdout.write(`${token}\n`);
}
