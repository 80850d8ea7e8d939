import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { startDirectory } from "../../packages/server/src/config/testing.ts";
import { texts } from "../../packages/web/src/texts/index.ts";

const read = (path: string) => readFileSync(resolve(import.meta.dirname, "../..", path), "utf8");
const jsonBlocks = (path: string) =>
  [...read(path).matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = ""]) => JSON.parse(text));

describe("requirement 18: what to paste at the provider is in the documentation, and is valid", () => {
  it("a ceiling on the age of signatures", () => {
    const [ceiling] = jsonBlocks("docs/aws.md");
    const [statement] = ceiling.Statement;
    expect(statement.Effect).toBe("Deny");
    const ageSeconds = Number(statement.Condition.NumericGreaterThan["s3:signatureAge"]) / 1000;
    const [setting = "", ttlMax = ""] = /`(URL_TTL_MAX)=(\d+)`/.exec(read("docs/aws.md"))?.slice(1) ?? [];
    const { limits } = startDirectory().load({ [setting]: ttlMax }).config;
    // Nothing that the service signs, with the settings that the page tells, is older than the bucket takes it.
    expect(ageSeconds).toBeGreaterThanOrEqual(limits.urlTtlMaxSeconds);
    expect(ageSeconds).toBeGreaterThanOrEqual(limits.uploadTtlSeconds);
  });

  it("credentials for uploads that can't read", () => {
    const policies = jsonBlocks("docs/aws.md").filter((block) => Array.isArray(block.Statement));
    const uploads = policies.find(({ Statement }) => Statement.some(deniesReading));
    expect(uploads).toBeDefined();
    const allowed = uploads.Statement.flatMap(actionsIfAllowed);
    expect(allowed).toContain("s3:PutObject");
    expect(allowed).not.toContain("s3:GetObject");
  });

  it("a policy and a CORS configuration in the README", () => {
    const [policy, cors] = jsonBlocks("README.md");
    expect(policy.Statement.flatMap(actionsIfAllowed)).toEqual(
      expect.arrayContaining(["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"]),
    );
    expect(cors[0].ExposeHeaders).toContain("ETag");
    expect(cors[0].AllowedMethods).toEqual(expect.arrayContaining(["GET", "PUT"]));
  });
});

describe("the page of the web app", () => {
  it("tells the keys that the app tells", () => {
    const rows = [...read("docs/web-app.md").matchAll(/^\| (`.*?) +\|/gm)].map(([, cell = ""]) => cell);
    const told = rows.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, key = ""]) => key));
    const keys = Object.keys(texts.shortcuts.keys).map((key) => key.replace(/^mod\+k$/, "Ctrl K"));
    expect(told.filter((key) => key !== "⌘ K").sort()).toEqual(keys.sort());
  });
});

type Statement = { Effect: string; Action: string | string[] };

function deniesReading({ Effect, Action }: Statement): boolean {
  return Effect === "Deny" && Action.includes("s3:GetObject");
}

function actionsIfAllowed({ Effect, Action }: Statement): string[] {
  return Effect === "Allow" ? [Action].flat() : [];
}
