import { type FormEvent, useRef, useState } from "react";
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

type FormOptions<Names extends string> = {
  fields: readonly Names[];
  /** Returns a problem for each value that is not valid. */
  check: (values: Record<Names, string>) => Partial<Record<Names, string | undefined>>;
  /** Runs when the user submits the form and no value has a problem. */
  send: (values: Record<Names, string>, form: HTMLFormElement) => void;
};

/**
 * Returns the props of a form, and the problems of its fields. `report` shows problems, focuses the first field with a problem, and returns
 * whether a field has a problem.
 */
export function useForm<Names extends string>({ fields, check, send }: FormOptions<Names>) {
  const ref = useRef<HTMLFormElement>(null);
  const [problems, setProblems] = useState<Partial<Record<Names, string>>>({});
  function report(found: Partial<Record<Names, string | undefined>>): boolean {
    const entries = Object.entries(found).filter(([, problem]) => problem !== undefined);
    setProblems(Object.fromEntries(entries) as Partial<Record<Names, string>>);
    const [first] = entries;
    if (first !== undefined) focusField(ref.current, first[0]);
    return first !== undefined;
  }
  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const values = valuesOf(event.currentTarget, fields);
    if (!report(check(values))) send(values, event.currentTarget);
  }
  return { form: { ref, onSubmit, noValidate: true }, problems, report };
}

export function focusField(form: HTMLFormElement | null, name: string): void {
  const field = form?.elements.namedItem(name);
  if (field instanceof HTMLInputElement) field.focus();
}
