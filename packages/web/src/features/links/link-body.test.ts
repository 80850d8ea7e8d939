import type { Link } from "@valetkey/client";
import { describe, expect, it } from "vitest";
import { bodyOf, bodyOfAgain } from "./link-body.ts";
import { type LinkPolicy, type LinkValues, lifetimesOf, showsPreviews, valuesOf } from "./link-values.ts";

const now = Date.parse("2026-03-01T12:00:00.000Z");
const after = (seconds: number) => new Date(now + seconds * 1000).toISOString();
const DAY = 86_400;

const free: LinkPolicy = { maxExpirySeconds: null, passwordRequired: false, uploadMaxBytes: 1_000_000_000 };
const strict: LinkPolicy = { ...free, maxExpirySeconds: 3600, passwordRequired: true };

const link: Link = {
  id: "l1",
  url: "https://files.example.com/s/token",
  kind: "download",
  state: "live",
  canEdit: true,
  noteId: "n1",
  noteTitle: "Plan",
  label: "Contract",
  message: "",
  files: null,
  expiresAt: after(DAY),
  hasPassword: true,
  maxClaims: 5,
  claims: 2,
  opened: 3,
  urlsIssued: 4,
  urlTtlSeconds: 60,
  notify: "never",
  request: null,
  showPreviews: false,
  received: { files: 0, bytes: 0 },
  filledSlots: [],
  lastUrlExpiresAt: null,
  createdBy: { id: "ann", name: "Ann", email: null },
  createdAt: after(0),
  revokedAt: null,
};
const request: Link = {
  ...link,
  kind: "upload",
  hasPassword: false,
  maxClaims: null,
  request: {
    maxFiles: 2,
    maxBytesPerFile: 1_000_000_000,
    maxBytesTotal: 2_000_000_000,
    accept: [],
    askName: "optional",
    review: false,
    slots: [
      { id: "passport", name: "Passport" },
      { id: "payslip", name: "Payslip", accept: ["application/pdf"] },
    ],
  },
};

const create = (changed: Partial<LinkValues>, { kind = "download" as Link["kind"], policy = free } = {}) =>
  bodyOf({ ...valuesOf(undefined, policy), ...changed }, { link: undefined, kind, policy, now });
const edit = (changed: Partial<LinkValues>, { of = link, policy = free } = {}) =>
  bodyOf({ ...valuesOf(of, policy), ...changed }, { link: of, kind: of.kind, policy, now });

it("the form of a new link sends the field notify only if the user chose a value", () => {
  expect(create({}).body).not.toHaveProperty("notify");
  expect(create({ notify: "never" }).body).toMatchObject({ notify: "never" });
});

describe("a new link", () => {
  it("the form of a new link sends only the values that the user set", () => {
    expect(create({})).toEqual({ body: {} });
  });

  it("the form of a new link computes the expiry from the clock of the service", () => {
    expect(create({ expiry: "60" })).toEqual({ body: { expiresAt: after(60) } });
    expect(create({ expiry: "never" })).toEqual({ body: { expiresAt: null } });
  });

  it("the form of a link offers only the lifetimes that the operator allows", () => {
    expect(lifetimesOf(strict)).toEqual([60, 600, 3600]);
    expect(lifetimesOf({ ...free, maxExpirySeconds: 30 })).toEqual([30]);
  });

  it("the form of a link requires a password if the operator requires passwords", () => {
    expect(create({}, { policy: strict })).toMatchObject({ problems: { password: expect.any(String) } });
    expect(create({ password: "secret1" }, { policy: strict })).toEqual({ body: { password: "secret1" } });
  });

  it.each(["0", "1.5", "many", "1000001"])("the form of a link refuses a limit of %s downloads", (maxClaims) => {
    expect(create({ maxClaims })).toMatchObject({ problems: { maxClaims: expect.any(String) } });
  });
});

describe("a new file request", () => {
  it("the form of a new file request sends only the limits that the user set", () => {
    expect(create({}, { kind: "upload" })).toEqual({ body: { kind: "upload", request: {} } });
  });

  it("each slot of a new file request gets a unique id", () => {
    const slot = (name: string) => ({ id: undefined, name, accept: "", maxBytes: undefined });
    const slots = [slot("Payslip"), slot("Payslip"), slot("Ausweis & Paß"), slot("護照")];
    expect(create({ slots }, { kind: "upload" })).toMatchObject({
      body: {
        request: {
          maxFiles: 4,
          slots: [
            { id: "payslip", name: "Payslip" },
            { id: "payslip-2", name: "Payslip" },
            { id: "ausweis-pa", name: "Ausweis & Paß" },
            { id: "file", name: "護照" },
          ],
        },
      },
    });
  });

  it("the form of a file request refuses a slot without a name and a too high size limit", () => {
    const slots = [{ id: undefined, name: " ", accept: "", maxBytes: undefined }];
    expect(create({ slots, perFileMb: "1001" }, { kind: "upload" })).toMatchObject({
      problems: { slots: expect.any(String), perFileMb: expect.any(String) },
    });
  });

  it("the form of a file request converts megabytes to bytes", () => {
    expect(create({ maxFiles: "3", perFileMb: "1.5" }, { kind: "upload" })).toMatchObject({
      body: { request: { maxFiles: 3, maxBytesPerFile: 1_500_000, maxBytesTotal: 4_500_000 } },
    });
  });
});

describe("an edited link", () => {
  it("the form of an unchanged link sends no fields", () => {
    expect(edit({})).toEqual({ body: {} });
    expect(edit({}, { of: request })).toEqual({ body: {} });
  });

  it("the form of an edited link sends only the changed fields", () => {
    expect(edit({ label: "Offer ", maxClaims: "" })).toEqual({ body: { label: "Offer", maxClaims: null } });
  });

  it("the form of an edited link can remove or replace the password", () => {
    expect(edit({ asksPassword: false })).toEqual({ body: { password: null } });
    expect(edit({ password: "another" })).toEqual({ body: { password: "another" } });
    expect(edit({ password: "short" })).toMatchObject({ problems: { password: expect.any(String) } });
  });

  it("the form of an edited link refuses an empty list of files", () => {
    expect(edit({ attachmentIds: ["a1"] })).toEqual({ body: { attachmentIds: ["a1"] } });
    expect(edit({ attachmentIds: [] })).toMatchObject({ problems: { attachmentIds: expect.any(String) } });
  });

  it("the form of a link refuses an expiry later than the operator's limit", () => {
    const policy = { ...free, maxExpirySeconds: 2 * DAY };
    expect(edit({ expiry: "custom", customExpiry: "2026-03-09T12:00" }, { policy })).toMatchObject({
      problems: { expiry: expect.stringContaining("2 days") },
    });
  });

  it("the form of a file request never uses the id of a removed slot again", () => {
    const [, payslip] = valuesOf(request, free).slots;
    const renewed = { id: undefined, name: "Passport", accept: "", maxBytes: undefined };
    expect(edit({ slots: payslip === undefined ? [] : [payslip, renewed] }, { of: request })).toMatchObject({
      body: {
        request: {
          slots: [
            { id: "payslip", accept: ["application/pdf"] },
            { id: "passport-2", name: "Passport" },
          ],
        },
      },
    });
  });
});

describe("a link that replaces an ended link", () => {
  const later = now + 5 * DAY * 1000;

  it("a new link that replaces an ended link has the settings and lifetime of the old one", () => {
    const old = { ...link, hasPassword: false, files: [{ id: "a1", filename: "a.txt" }] };
    expect(bodyOfAgain(old, later)).toMatchObject({
      label: "Contract",
      maxClaims: 5,
      attachmentIds: ["a1"],
      expiresAt: after(6 * DAY),
    });
    expect(bodyOfAgain({ ...old, files: null, expiresAt: null }, later)).toMatchObject({ expiresAt: null });
    expect(bodyOfAgain({ ...old, files: null }, later)).not.toHaveProperty("attachmentIds");
  });

  it("a new file request that replaces an ended file request asks for the same files", () => {
    expect(bodyOfAgain(request, later)).toMatchObject({ kind: "upload", request: request.request });
    expect(bodyOfAgain(request, later)).not.toHaveProperty("maxClaims");
  });
});

describe("the recipients of a link", () => {
  it("the form of a link shows each entered recipient that is not an email address", () => {
    const problemOf = (recipients: string) => create({ recipients });
    expect(problemOf("eva, bob@example.com")).toEqual({ problems: { recipients: "“eva” is not an email address." } });
    expect(problemOf("eva bob")).toEqual({ problems: { recipients: "These are not email addresses: “eva”, “bob”." } });
  });
});

describe("the previews of a link", () => {
  it.each([
    [{}, true],
    [{ asksPassword: true }, false],
    [{ maxClaims: "3" }, false],
    [{ recipients: "bob@example.org" }, false],
    [{ maxClaims: "3", showPreviews: true }, true],
    [{ showPreviews: false }, false],
  ])("the values of the form decide whether a new link shows previews (%o: %s)", (changed, isShown) => {
    expect(showsPreviews({ ...valuesOf(undefined, free), ...changed })).toBe(isShown);
  });

  it("the form of a new link sends the field showPreviews only if the user chose a value", () => {
    expect(create({})).toEqual({ body: {} });
    expect(create({ showPreviews: false })).toEqual({ body: { showPreviews: false } });
  });
});
