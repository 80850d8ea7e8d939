import { texts } from "../../texts/index.ts";

const { problems } = texts.accounts;
const MIN_PASSWORD_LENGTH = 10;
const MAX_PASSWORD_LENGTH = 128;

export type Problems<Names extends string> = Partial<Record<Names, string>>;

export function checkEmail(email: string): string | undefined {
  if (email.trim() === "") return problems.emailMissing;
  return /^\S+@\S+\.\S+$/.test(email.trim()) ? undefined : problems.emailInvalid;
}

export function checkNewPassword(password: string): string | undefined {
  if (password === "") return problems.passwordMissing;
  if (password.length > MAX_PASSWORD_LENGTH) return problems.passwordLong;
  return password.length < MIN_PASSWORD_LENGTH ? problems.passwordShort : undefined;
}

export function valuesOf<Names extends string>(form: HTMLFormElement, names: readonly Names[]): Record<Names, string> {
  const fields = new FormData(form);
  return Object.fromEntries(names.map((name) => [name, String(fields.get(name) ?? "")])) as Record<Names, string>;
}

/** Returns the fields that have a problem and focuses the first one. Returns undefined when there is none. */
export function collectProblems<Names extends string>(
  form: HTMLFormElement,
  found: Record<Names, string | undefined>,
): Problems<Names> | undefined {
  const entries = Object.entries(found).filter(([, problem]) => problem !== undefined);
  const [first] = entries;
  if (first === undefined) return undefined;
  focusField(form, first[0]);
  return Object.fromEntries(entries) as Problems<Names>;
}

export function focusField(form: HTMLFormElement | null, name: string): void {
  const field = form?.elements.namedItem(name);
  if (field instanceof HTMLInputElement) field.focus();
}
