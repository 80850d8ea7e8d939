import { type Dispatch, type SetStateAction, useEffect, useState } from "react";
import { inStorage } from "./choices.ts";
import { queryClient, sessionQuery } from "./queries.ts";

/** A sign-out deletes these keys (local-data.ts). */
const keyOf = (name: string) =>
  `valetkey.kept ${queryClient.getQueryData(sessionQuery.queryKey)?.user.id ?? ""} ${name}`;

/**
 * Works as `useState`, and also keeps typed text when the form disappears: after Escape, a click outside, "Back" or a reload. The tab
 * stores the text until the person sends or removes the text. The hook must not keep a password. `name` names the form and its item.
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

/** Deletes the stored text after the form was sent or discarded. */
export function forgetKept(name: string): void {
  write(keyOf(name), undefined);
}

const stringify = (value: unknown) => JSON.stringify(value, (key, part) => (key === "password" ? "" : part));

function read<Value>(key: string): Value | undefined {
  return inStorage("sessionStorage", (storage) => JSON.parse(storage.getItem(key) ?? "null")) ?? undefined;
}

/** Stores or removes a text. If the browser forbids storage, the text lasts until the form disappears. */
function write(key: string, text: string | undefined): void {
  inStorage("sessionStorage", (storage) => (text === undefined ? storage.removeItem(key) : storage.setItem(key, text)));
}
