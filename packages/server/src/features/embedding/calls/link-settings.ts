import { describeUnknown } from "../../../platform/text/option-names.ts";
import { isStorableText } from "../../../platform/text/readable-text.ts";

/**
 * For each setting of a link or file request: a check of the value, and the rule in words. TypeScript checks that no setting is missing.
 */
export type SettingRules<Settings> = {
  [Name in keyof Required<Settings>]: [isRight: (value: never) => boolean, rule: string];
};

/** Responses contain instants in the format of RFC 3339, in which a year has four digits. */
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The rules of the settings that links and file requests share. */
export const COMMON_RULES: SettingRules<{ expiresAt: unknown; password: unknown; label: unknown; message: unknown }> = {
  expiresAt: [
    (at: unknown) => at === null || (at instanceof Date && at.getTime() <= LAST_INSTANT),
    "null, or a valid Date before the year 10000",
  ],
  password: [isTextOf(6, 200), "a text of 6 to 200 characters"],
  label: [isTextOf(0, 200), "a text of at most 200 characters"],
  message: [isTextOf(0, 2000), "a text of at most 2000 characters"],
};

/** Returns the check and the rule of a setting that is a whole number. */
export function countUpTo(max: number): [isRight: (value: never) => boolean, rule: string] {
  return [(count: number) => Number.isInteger(count) && count >= 1 && count <= max, `a whole number from 1 to ${max}`];
}

/**
 * Checks the settings of a new link or file request, and returns a copy of the settings. Throws TypeError, because a link with an ignored
 * setting could give more access than its creator wants.
 */
export function checkSettings<Settings extends object>(
  given: Settings,
  { rules, what }: { rules: SettingRules<Settings>; what: "link" | "file request" },
): Settings {
  // The service reads only own properties, so it would ignore the password in a Map, in a prototype or in a getter of a class.
  if (!isPlainObject(given)) {
    throw new TypeError(`The settings of a ${what} must be a plain object, such as { password: "open sesame" }.`);
  }
  const settings = { ...given };
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(rules, name)) {
      const call = what === "link" ? "createLink" : "createFileRequest";
      throw new TypeError(`${call}: ${describeUnknown(name, { names: rules })}`);
    }
    const [isRight, rule] = rules[name as keyof Settings];
    if (value !== undefined && !isRight(value as never)) throw new TypeError(`${name} must be ${rule}.`);
  }
  return settings;
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function isTextOf(min: number, max: number): (value: unknown) => boolean {
  return (value) => isStorableText(value) && value.length >= min && value.length <= max;
}
