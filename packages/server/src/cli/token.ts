import { Command } from "commander";
import { parseDuration } from "./duration.ts";
import { personByEmail, withCore } from "./with-core.ts";

type CreateOptions = { email: string; label: string; expires?: number };

/** `valetkey token create`: prints the token alone on standard output, so that a script can keep it. */
export function tokenCommand(): Command {
  const create = new Command("create")
    .description("make an API token that acts as a person; it is shown once")
    .requiredOption("--email <address>", "whose token it is")
    .option("--label <text>", "what it is for", "command line")
    .option("--expires <duration>", "how long it works, such as 12h or 30d (default: until revoked)", parseDuration)
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
