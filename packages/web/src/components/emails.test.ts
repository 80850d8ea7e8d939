import { describe, expect, it } from "vitest";
import { isEmail, isSameEmail, splitEmails } from "./email-field.tsx";

describe("splitEmails", () => {
  it.each([
    ["ann@example.com", ["ann@example.com"]],
    ["ann@example.com, ben@example.com;cy@example.com dee@example.com", ["ann", "ben", "cy", "dee"]],
    ["ann@example.com\nben@example.com", ["ann", "ben"]],
    ["Ann Lee <ann@example.com>, Ben <ben@example.com>", ["ann", "ben"]],
    ["Ann Lee <ann@example.com>, ben@example.com", ["ann", "ben"]],
    ["  ", []],
  ])("a field for email addresses finds the email addresses in %j", (text, names) => {
    expect(splitEmails(text).map((email) => email.replace("@example.com", ""))).toEqual(
      names.map((name) => name.replace("@example.com", "")),
    );
  });
});

describe("isEmail", () => {
  it.each(["ann@example.com", "a.b+c@sub.example.org", "ä@exämple.de"])(
    "a field for email addresses accepts the email address %s",
    (text) => {
      expect(isEmail(text)).toBe(true);
    },
  );

  it.each(["", "ann", "ann@", "@example.com", "ann@example", "a b@example.com", `${"a".repeat(250)}@b.example`])(
    "a field for email addresses refuses the email address %j",
    (text) => {
      expect(isEmail(text)).toBe(false);
    },
  );
});

it("a field for email addresses compares email addresses without case", () => {
  expect(isSameEmail("Ann@Example.com", "ann@example.COM")).toBe(true);
  expect(isSameEmail("ann@example.com", "ben@example.com")).toBe(false);
});
