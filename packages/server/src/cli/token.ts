import { Command } from "commander";
import { apiTokenQueries } from "../features/tokens/queries.ts";
import { DomainError } from "../platform/errors.ts";
import { parseDuration } from "./duration.ts";
import { findPerson, withCore } from "./with-core.ts";

const EMAIL = "--email <email>";
const EMAIL_HELP = "the email address or id of the person";

type CreateOptions = { email: string; label: string; expires?: number };

/**
 * `valetkey token` creates, lists and revokes API tokens. `create` prints only the token on standard output, so that scripts can read it.
 */
export function tokenCommand(): Command {
  const create = new Command("create")
    .description("create an API token that acts as a person, and print it once")
    .requiredOption(EMAIL, EMAIL_HELP)
    .option("--label <text>", "the purpose of the token", "command line")
    .option("--expires <duration>", "until it expires, such as 12h or 30d (default: never)", parseDuration)
    .action(createToken);
  const list = new Command("list")
    .description("list the API tokens of a person")
    .requiredOption(EMAIL, EMAIL_HELP)
    .action(listTokens);
  const revoke = new Command("revoke")
    .description("revoke API tokens: the next request with them is refused")
    .argument("[ids...]", "the ids of the tokens")
    .option(EMAIL, `with --all: ${EMAIL_HELP}`)
    .option("--all", "all tokens of the person", false)
    .action(revokeTokens);
  return new Command("token").description("manage API tokens").addCommand(create).addCommand(list).addCommand(revoke);
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
    throw new DomainError("invalid_request", "Give the ids of tokens, or --all with --email.");
  }
  await withCore(async (core) => {
    if (email !== undefined) {
      const count = await core.useCases.revokeApiTokensOf(undefined, (await findPerson(core, email)).id);
      process.stdout.write(`Revoked ${count} ${count === 1 ? "token" : "tokens"}.\n`);
    }
    for (const id of ids) {
      await core.useCases.revokeAnyApiToken(undefined, id).catch(withHint(id));
      process.stdout.write(`Revoked ${id}.\n`);
    }
  });
}

function withHint(id: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof DomainError && error.code === "token_not_found")) throw error;
    throw new DomainError("token_not_found", `There is no token ${id}. List: valetkey token list`);
  };
}
