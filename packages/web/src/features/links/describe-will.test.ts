import { expect, it } from "vitest";
import { formatDate } from "../../texts/index.ts";
import { describeWill, missingIn } from "./link-body.ts";
import { type LinkValues, policyOf, valuesOf } from "./link-values.ts";

const now = Date.parse("2026-03-01T12:00:00.000Z");

function describe(changed: Partial<LinkValues>, options: Partial<Parameters<typeof describeWill>[1]> = {}): string {
  const values = { ...valuesOf(undefined, policyOf(undefined)), ...changed };
  return describeWill(values, { kind: "download", now, ...options }).replace(" You can end it at any time.", "");
}

it.each<[Partial<LinkValues>, string]>([
  [{}, "Anyone with the new link can download for 7 days."],
  [{ expiry: "never" }, "Anyone with the new link can download until you end it."],
  [
    { expiry: "custom", customExpiry: "2026-03-05T12:00" },
    `Anyone with the new link can download until ${formatDate("2026-03-05T12:00", now)}.`,
  ],
  [{ expiry: "custom", customExpiry: "" }, "Anyone with the new link can download."],
  [{ maxClaims: "1" }, "Anyone with the new link can download for 7 days, only once."],
  [{ maxClaims: " 3 " }, "Anyone with the new link can download for 7 days, 3 times in all."],
  [{ maxClaims: "many" }, "Anyone with the new link can download for 7 days."],
  [{ asksPassword: true }, "Anyone with the new link can download for 7 days."],
  [{ asksPassword: true, password: "short" }, "Anyone with the new link can download for 7 days."],
  [
    { asksPassword: true, password: "open sesame" },
    "Anyone with the new link can download for 7 days, with the password.",
  ],
  [{ recipients: "a@example.com" }, "Only the person you name can download for 7 days."],
  [{ recipients: "a@example.com\nb@example.com" }, "Only the 2 people you name can download for 7 days."],
  [
    { recipients: "a@example.com", asksPassword: true, password: "open sesame" },
    "Only the person you name can download for 7 days, with the password.",
  ],
])("the form of a link says what the link will allow (%j: %s)", (changed, sentence) => {
  expect(describe(changed)).toBe(sentence);
});

it("the form of a file request says who can send files", () => {
  const sentence =
    "Anyone with the new link can send you files for 7 days. They do not see what others send. The people and links of the note can open these files.";
  expect(describe({}, { kind: "upload" })).toBe(sentence);
});

it("the form of an ended link says that the link has ended", () => {
  const link = { expiresAt: "2026-02-01T12:00:00.000Z" } as never;
  expect(describe({ expiry: "unchanged" }, { link })).toMatch(/^This link has ended\./);
  expect(describe({ expiry: "60" }, { link })).toMatch(/ for 60 seconds\.$/);
});

it("the form of a link with a password keeps it if the password field is empty", () => {
  const link = { hasPassword: true, expiresAt: null } as never;
  const values = { expiry: "never", asksPassword: true };
  expect(describe(values, { link })).toBe("Anyone with the link can download until you end it, with the password.");
});

it.each<[Partial<LinkValues>, string | undefined]>([
  [{}, undefined],
  [{ asksPassword: true }, "Enter a password of at least 6 characters."],
  [{ asksPassword: true, password: "short" }, "Enter a password of at least 6 characters."],
  [{ asksPassword: true, password: "123456" }, undefined],
  [{ attachmentIds: [] }, "Choose at least one file."],
  [
    { slots: [{ id: undefined, name: " ", accept: "", maxBytes: undefined }] },
    "Give each file of the list a name, or remove it from the list.",
  ],
])("the link form with the values %j asks for this missing entry: %s", (changed, missing) => {
  expect(missingIn({ ...valuesOf(undefined, policyOf(undefined)), ...changed })).toBe(missing);
});
