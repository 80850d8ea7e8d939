import { type Dispatch, type SetStateAction, useEffect, useState } from "react";
import { inStorage } from "./choices.ts";
import { queryClient, sessionQuery } from "./queries.ts";

/** A sign-out deletes keys with this prefix (local-data.ts). */
const keyOf = (name: string) =>
  `valetkey.kept ${queryClient.getQueryData(sessionQuery.queryKey)?.user.id ?? ""} ${name}`;

/**
 * Works like `useState`, but typed text also survives if the form disappears, for example after Escape, "Back" or a reload. The tab stores
 * the text until the user submits or removes it. Never use this hook for a password. `name` identifies the form and its item.
 */
export function useKept<Value>(name: string, initial: Value | (() => Value)): [Value, Dispatch<SetStateAction<Value>>] {
  const [first] = useState<Value>(initial);
  const [value, setValue] = useState<Value>(() => read(keyOf(name)) ?? first);
  useEffect(() => {
    const text = stringify(value);
    if (text === stringify(first)) forgetKept(name);
    else write(keyOf(name), text);
  }, [name, value, first]);
  return [value, setValue];
}

/** Deletes the stored text after the user has submitted or discarded the form. */
export function forgetKept(name: string): void {
  write(keyOf(name), undefined);
}

const stringify = (value: unknown) => JSON.stringify(value, (key, part) => (key === "password" ? "" : part));

function read<Value>(key: string): Value | undefined {
  return inStorage("sessionStorage", (storage) => JSON.parse(storage.getItem(key) ?? "null")) ?? undefined;
}

/** Stores or removes a text. If the browser forbids storage, the text is lost when the form disappears. */
function write(key: string, text: string | undefined): void {
  inStorage("sessionStorage", (storage) => (text === undefined ? storage.removeItem(key) : storage.setItem(key, text)));
}
