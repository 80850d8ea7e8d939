import { texts } from "../../texts/index.ts";

const { problems } = texts.accounts;
const MIN_PASSWORD_LENGTH = 10;

export type Problems<Names extends string> = Partial<Record<Names, string>>;

/** What is wrong with an address, in words; undefined: nothing. */
export function checkEmail(email: string): string | undefined {
  if (email.trim() === "") return problems.emailMissing;
  return /^\S+@\S+\.\S+$/.test(email.trim()) ? undefined : problems.emailInvalid;
}

/** What is wrong with a password that is to be set. */
export function checkNewPassword(password: string): string | undefined {
  if (password === "") return problems.passwordMissing;
  return password.length < MIN_PASSWORD_LENGTH ? problems.passwordShort : undefined;
}

/** Only the members that have a problem; undefined: none has. */
export function collect<Names extends string>(found: Record<Names, string | undefined>): Problems<Names> | undefined {
  const entries = Object.entries(found).filter(([, problem]) => problem !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Problems<Names>);
}
