import { useRef, useState } from "react";
import { accountTexts } from "../../texts/en/accounts.ts";

const { problems } = accountTexts;
const MIN_PASSWORD_LENGTH = 10;
const MAX_PASSWORD_LENGTH = 128;

export function checkEmail(email: string): string | undefined {
  if (email.trim() === "") return problems.emailMissing;
  return /^\S+@\S+\.\S+$/.test(email.trim()) ? undefined : problems.emailInvalid;
}

export function checkNewPassword(password: string): string | undefined {
  if (password.length > MAX_PASSWORD_LENGTH) return problems.passwordLong;
  return password.length < MIN_PASSWORD_LENGTH ? problems.passwordShort : undefined;
}

export function valuesOf<Names extends string>(form: HTMLFormElement, names: readonly Names[]): Record<Names, string> {
  const fields = new FormData(form);
  return Object.fromEntries(names.map((name) => [name, String(fields.get(name) ?? "")])) as Record<Names, string>;
}

/**
 * Stores the problems of a form. `report` shows the problems, focuses the first field with a problem, and returns whether there is a
 * problem.
 */
export function useProblems<Names extends string>() {
  const form = useRef<HTMLFormElement>(null);
  const [problems, setProblems] = useState<Partial<Record<Names, string>>>({});
  function report(found: Partial<Record<Names, string | undefined>>): boolean {
    const entries = Object.entries(found).filter(([, problem]) => problem !== undefined);
    setProblems(Object.fromEntries(entries) as Partial<Record<Names, string>>);
    const [first] = entries;
    if (first !== undefined) focusField(form.current, first[0]);
    return first !== undefined;
  }
  return { form, problems, report };
}

export function focusField(form: HTMLFormElement | null, name: string): void {
  const field = form?.elements.namedItem(name);
  if (field instanceof HTMLInputElement) field.focus();
}
