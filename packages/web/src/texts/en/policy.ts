import { formatSpan } from "../format.ts";

type Rule = {
  title: string;
  /** The effect of the rule, also on existing links, shares and accounts. */
  hint: string;
  /** The names of the values of the rule. Undefined: the value is an expiry. */
  choices?: Record<string, string>;
};

/** Only the pages of administrators import these texts. */
export const policyTexts = {
  hint: "Changes apply within a few seconds. URLs that are already issued work until they expire.",
  failed: "The rules could not be loaded",
  rules: {
    "sign-up": {
      title: "Who may create an account",
      hint: "Existing accounts stay. Your own invitations always work.",
      choices: { open: "Everybody", invited: "People with an invitation", closed: "Nobody" },
    },
    "proven-email": {
      title: "Shares with an email address",
      hint: "An unconfirmed address counts only if no other account has it. Existing shares stay. The link of an invitation always works.",
      choices: {
        required: "Confirmed addresses only",
        optional: "Also unconfirmed addresses",
      },
    },
    "link-max-expiry": {
      title: "Longest life of a link",
      hint: "It counts from the creation, and also applies to existing links. An older link opens again when you allow a longer life.",
    },
    "link-password": {
      title: "Password of a link",
      hint: "If you require one, existing links without a password stay closed until they get one.",
      choices: { required: "Required", optional: "Optional" },
    },
    "url-ttl-max": {
      title: "Longest life of a download URL for the owner of a file",
      hint: "A shorter limit for owners also applies to everybody else.",
    },
    "url-ttl-max-shared": {
      title: "Longest life of a download URL for everybody else",
      hint: "Keep it short. A URL works until it expires, even after the share was revoked.",
    },
  } as Record<string, Rule>,
  noLimit: "No limit",
  fixed: (variable: string) => `Set by the operator in ${variable}. It can be changed only there.`,
  byAdministrator: "Changed by an administrator.",
  byDefault: "This is the default.",
  reset: (value: string) => `Use the default: ${value}`,
  saved: "Saved.",
};

type Value = string | number | null | undefined;

export function ruleName(name: Value): string {
  return policyTexts.rules[String(name)]?.title ?? String(name);
}

export function ruleValue(name: Value, value: Value): string {
  if (value == null) return policyTexts.noLimit;
  if (typeof value === "number") return formatSpan(value);
  return policyTexts.rules[String(name)]?.choices?.[value] ?? value;
}
