import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { describeExpiry, expiryOf, expiryOfField, toFieldValue } from "../../components/expiry.ts";
import { DateTimeField, ExpiryOptions } from "../../components/expiry-field.tsx";
import { Select } from "../../components/select.tsx";
import { texts } from "../../texts/index.ts";

const words = texts.sharing.expiry;

/** The lifetimes that a user can select for a share. Seconds. */
export const LIFETIMES = [3600, 86_400, 7 * 86_400, 30 * 86_400] as const;

type ShareExpiry = {
  name: string;
  expiresAt: string | null;
  now: number;
  onChange: (expiresAt: string | null) => void;
};

/** Shows the expiry of a share, and lets the user change it. The option `custom` opens a field below the row. */
export function useExpiryOfShare({ name, expiresAt, now, onChange }: ShareExpiry) {
  const [custom, setCustom] = useState<string>();
  const [problem, setProblem] = useState<string>();
  function choose(choice: string): void {
    const chosen = expiryOf(choice, { now: Date.now() });
    setProblem(undefined);
    setCustom(choice === "custom" ? toFieldValue(Date.now() + 86_400_000) : undefined);
    if (chosen !== undefined) onChange(chosen);
  }
  function set(): void {
    const chosen = expiryOfField(custom ?? "", { now: Date.now() });
    setProblem(chosen === undefined ? words.past : undefined);
    if (chosen === undefined) return;
    setCustom(undefined);
    onChange(chosen);
  }
  const select = (
    <Select
      isQuiet
      label={words.labelOf(name)}
      value={custom === undefined ? "current" : "custom"}
      onChange={(event) => choose(event.currentTarget.value)}
      className="max-md:-my-2 -ml-1.5 shrink-0"
    >
      <option value="current">{describeExpiry(expiresAt, now)}</option>
      <ExpiryOptions hasNever={expiresAt !== null} lifetimes={LIFETIMES} />
    </Select>
  );
  const field = custom !== undefined && (
    <div className="flex items-end gap-2">
      <DateTimeField value={custom} onChange={setCustom} now={now} error={problem} />
      <Button onClick={set}>{words.set}</Button>
    </div>
  );
  return { select, field };
}
