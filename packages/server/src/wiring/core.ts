import { createAccounts } from "../features/accounts/library/accounts.ts";
import { type ConfiguredPolicy, fixedPolicy } from "../features/policy/live-policy.ts";
import { policyQueries } from "../features/policy/queries.ts";
import { refuseInterruptedRestore } from "../operations/backup/restore.ts";
import type { Config, MailConfig } from "../platform/config/index.ts";
import type { Smtp } from "../platform/mailer/smtp.ts";
import { policyNames, variableOf } from "../platform/policy.ts";
import { type BaseOptions, openBase } from "./base.ts";
import { SERVICE } from "./database/owner.ts";
import { createUseCases } from "./use-cases.ts";

/** The parts of the service below the HTTP layer, which the service and the CLI commands have in common. */
export type Core = Awaited<ReturnType<typeof openCore>>;

/** Opens the base of the service and the accounts. If a step fails, closes everything that is already open. */
export async function openCore(config: Config, options: Omit<BaseOptions, "application">) {
  const publicUrl = config.server.publicUrl ?? `http://localhost:${config.server.port}`;
  const mail = config.mail && { mailer: await openMailer(config.mail), publicUrl, brand: config.brand };
  const { dataDir } = config.server;
  if (dataDir !== undefined) refuseInterruptedRestore(dataDir);
  const own = { join: createUseCases, mail, policy: configuredPolicy(config), application: SERVICE };
  const base = await openBase(config, { ...options, ...own });
  const { db, useCases, deps } = base;
  try {
    await deps.policy.refresh(() => policyQueries(db).list());
    const accounts = createAccounts({
      db,
      useCases,
      secret: config.auth.secret,
      publicUrl,
      signUp: () => deps.policy.current["sign-up"],
      oidc: config.auth.oidc,
      newId: deps.newId,
      sendsMail: config.mail !== undefined,
    });
    return { ...base, accounts, publicUrl };
  } catch (error) {
    await base.close();
    throw error;
  }
}

/** Returns the rules of the policy from the configuration. Administrators can't change a rule that an environment variable sets. */
function configuredPolicy({ auth, limits, given }: Config): ConfiguredPolicy {
  const proof = auth.requiresVerifiedEmail ? "required" : "optional";
  return {
    values: { ...fixedPolicy(limits).values, "sign-up": auth.signUp, "proven-email": proof },
    fixed: policyNames.filter((name) => given.includes(variableOf(name))),
  };
}

/** Loads the mail library on demand, because a service without mail does not need it. */
export async function openMailer(config: MailConfig): Promise<Smtp> {
  const { createSmtp } = await import("../platform/mailer/smtp.ts");
  return createSmtp(config);
}
