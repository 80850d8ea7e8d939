import type { Receipt } from "@valetkey/client";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { forgetReceipt, keepReceipt, receiptsOf } from "./kept-receipts.ts";

const TOKEN = `contract~${"A".repeat(21)}${"s".repeat(22)}`;
const DAY_MS = 86_400_000;
const receiptOf = (filename: string, ageMs = 0): Receipt => ({
  statement: JSON.stringify({ filename, receivedAt: new Date(Date.now() - ageMs).toISOString() }),
  signature: "c2ln",
  keyId: "key-1",
});
const keep = (filename: string, ageMs?: number) =>
  keepReceipt(TOKEN, { uploadId: filename, receipt: receiptOf(filename, ageMs) });
const names = (token = TOKEN) => receiptsOf(token).map(({ statement }) => JSON.parse(statement).filename);

describe("the receipts that a browser keeps", () => {
  const stored = new Map<string, string>();
  beforeEach(() => {
    stored.clear();
    vi.stubGlobal("localStorage", {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => stored.set(key, value),
    });
  });

  it("a browser stores the receipts of a link without the secret of the link", () => {
    keep("a.pdf");
    keep("b.pdf");
    expect(names()).toEqual(["a.pdf", "b.pdf"]);
    expect(names(TOKEN.replace("contract", "other"))).toEqual(["a.pdf", "b.pdf"]);
    expect(names(`x~${"B".repeat(43)}`)).toEqual([]);
    expect([...stored.values()].join()).not.toContain("ss");
  });

  it("a stored receipt names the file request and the person who asked for the file", () => {
    keepReceipt(TOKEN, { uploadId: "a.pdf", receipt: { ...receiptOf("a.pdf"), sharedBy: "Ann", label: "Tax return" } });
    expect(receiptsOf(TOKEN)).toMatchObject([{ sharedBy: "Ann", label: "Tax return" }]);
  });

  it("a browser deletes the receipt of a file that the visitor removed", () => {
    keep("a.pdf");
    keep("b.pdf");
    forgetReceipt(TOKEN, "a.pdf");
    expect(names()).toEqual(["b.pdf"]);
  });

  it("a browser deletes receipts after 30 days", () => {
    keep("old.pdf", 31 * DAY_MS);
    keep("new.pdf", 29 * DAY_MS);
    expect(names()).toEqual(["new.pdf"]);
  });

  it("in a browser without storage, the page keeps no receipts, and causes no error", () => {
    vi.stubGlobal("localStorage", undefined);
    keep("a.pdf");
    expect(names()).toEqual([]);
  });
});
